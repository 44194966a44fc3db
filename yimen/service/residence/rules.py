"""The rules of the hall: what may be set, which classes there are, when an item fits a list, whether approval is separated
from supervision. No database, no clock, no request.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from yimen.service.catalogue.rules.vocabulary import Channel, Word


class WideClass(Word):
    """What a centre takes in beyond approvals (R021; 000 L75, L131)."""

    FEE = "fee", "收费事项"
    TRADING = "trading", "公共资源交易"
    CONVENIENCE = "convenience", "便民服务"
    INTERMEDIARY = "intermediary", "审批中介服务"
    PROCUREMENT = "procurement", "政府采购"
    TENDERING = "tendering", "建设工程招投标"
    STATE_ASSETS = "state_assets", "国有资产交易"
    LOOK_UP = "look_up", "文件查阅"
    RELEASE = "release", "信息发布"


class ListKind(Word):
    """The lists that are published in batches (R035, R036, R037)."""

    ZERO_VISIT = "zero_visit", "零跑腿"
    ONE_VISIT = "one_visit", "只跑一次"
    AT_MOST_ONCE = "at_most_once", "最多跑一次"
    ONE_WINDOW = "one_window", "一窗受理"


WITHOUT_COMING = (str(Channel.ONLINE), str(Channel.PHONE), str(Channel.POST))
"""Channels by which nobody has to come."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A setting with a few words to choose from, or a number from `least` to `most`."""

    key: str
    label: str
    default: str
    source: str
    choices: tuple[tuple[str, str], ...] = ()
    least: int = 0
    most: int = 0
    unit: str = ""


# Sources: R020 (000 L39), R023 (000 L39), R024 (004 L103), R022 (000 L33), R036 (004 L87).
SETTINGS: dict[str, Choice] = {
    each.key: each
    for each in (
        Choice(
            "intake_outside",
            "窗口受理没有进驻本窗口的事项时",
            "warn",
            "“大厅之外无审批”；默认只报告，避免影响群众办事",
            (("warn", "照常受理，列入场外受理报告"), ("refuse", "不让受理，说明该去哪个窗口")),
        ),
        Choice(
            "withdrawal",
            "没有调整决定就撤窗口、撤部门时",
            "refuse",
            "“不得擅自随意把项目回撤”",
            (("refuse", "拦下并记录，告诉监察"), ("record", "放行但记录，告诉监察")),
        ),
        Choice("few_cases", "业务较少：一个月少于", "10", "本地确定，上级文件没有规定数量", (), 1, 10000, "件"),
        Choice("opinion_days", "部门对中心提议的表态期限", "5", "本地确定", (), 1, 30, "个工作日"),
        Choice("demands_a_day", "一人一天最多提需求", "5", "本地确定，防止刷量", (), 1, 100, "件"),
        Choice("once_goal", "“最多跑一次”事项的目标比例", "90", "目标是 90% 以上", (), 1, 100, "%"),
    )
}


@dataclass(frozen=True, slots=True)
class ListFacts:
    """What an item's current edition says, as far as the lists ask. `visits` is None where it says nothing."""

    visits: int | None
    channels: Sequence[str]
    by_post: bool | None
    comprehensive: bool


@dataclass(frozen=True, slots=True)
class Judged:
    """Whether an item fits a list: why, and what stands against it."""

    fits: bool
    reasons: tuple[str, ...]
    against: tuple[str, ...]

    @property
    def said(self) -> str:
        """The reasons in one sentence, kept with the line."""
        return "；".join(self.reasons if self.fits else self.against)


def judge(kind: str, facts: ListFacts) -> Judged:
    """Whether an item may stand on a list, and why (not). The database filter in `selectors.lists` says the same."""
    reasons: list[str] = []
    against: list[str] = []
    if kind == ListKind.ONE_WINDOW:
        (reasons if facts.comprehensive else against).append(
            "已进驻综合窗口" if facts.comprehensive else "没有进驻综合窗口"
        )
        return Judged(not against, tuple(reasons), tuple(against))
    if facts.visits is None:
        return Judged(False, (), ("办事指南没有载明到现场次数",))
    most, least = {"zero_visit": (0, 0), "one_visit": (1, 1)}.get(str(kind), (1, 0))
    said = f"到现场 {facts.visits} 次"
    (reasons if least <= facts.visits <= most else against).append(said)
    if kind == ListKind.ZERO_VISIT:
        ways = [Channel.labels()[way] for way in WITHOUT_COMING if way in facts.channels]
        if ways:
            reasons.append(f"可以{'、'.join(ways)}办")
        else:
            against.append("没有网上、手机或邮寄渠道")
    if facts.by_post:
        reasons.append("结果可以寄送")
    return Judged(not against, tuple(reasons), tuple(against))


@dataclass(frozen=True, slots=True)
class PlannedFunction:
    """A function as far as the separation of approval and supervision asks (R005): what it is, and in which section."""

    name: str
    kind: str
    section_id: int | None


def separation_faults(
    functions: Iterable[PlannedFunction], approval_sections: Iterable[int], *, explained: bool
) -> list[str]:
    """What keeps approval and supervision together after a plan (审批与监管职能相分离, 000 L131); empty where they are apart.

    `functions` are all of the department as they will stand.
    """
    sections = set(approval_sections)
    found = [
        f"监管职能“{each.name}”不能放在行政审批服务科"
        for each in functions
        if each.kind == "supervision" and each.section_id in sections
    ]
    left = [each.name for each in functions if each.kind == "approval" and each.section_id not in sections]
    if left:
        found.append(f"还有审批职能没有归并：{'、'.join(left[:5])}{'等' if len(left) > 5 else ''}")
    if not explained:
        found.append("没有写明审批与监管如何分开")
    return found


@dataclass(frozen=True, slots=True)
class Sent:
    """A person to be sent: name, on the permanent staff or not, number of the enforcement certificate."""

    name: str
    permanent: bool
    enforcement: str


def staff_faults(staff: Iterable[Sent]) -> list[str]:
    """Who may not be sent: hired temporaries and people without enforcement qualification are not admitted (R263)."""
    found = []
    for each in staff:
        if not each.permanent:
            found.append(f"{each.name}不是在编人员")
        if not each.enforcement.strip():
            found.append(f"{each.name}没有执法资格证号")
    return found


@dataclass(frozen=True, slots=True)
class Change:
    """One difference between two editions of the directory: added, changed or removed, and what differs."""

    kind: str
    key: str
    name: str
    said: str = ""


PLACES = {"centre": "中心", "subcentre": "分中心", "either": "中心或分中心"}


def directory_changes(
    before: Mapping[str, tuple[str, str, str]], after: Mapping[str, tuple[str, str, str]]
) -> list[Change]:
    """What a new directory changes: lines by key as (name, place, note); additions, changes, then removals, by name."""
    added = [Change("added", key, line[0]) for key, line in after.items() if key not in before]
    removed = [Change("removed", key, line[0]) for key, line in before.items() if key not in after]
    changed = []
    for key, line in after.items():
        old = before.get(key)
        if old is not None and old != line:
            parts = [
                f"{label}：{said.get(was, was) or '（空）'} → {said.get(now, now) or '（空）'}"
                for label, was, now, said in zip(("名称", "进驻方式", "备注"), old, line, ({}, PLACES, {}), strict=True)
                if was != now
            ]
            changed.append(Change("changed", key, line[0], "；".join(parts)))
    return [*sorted(added, key=_by_name), *sorted(changed, key=_by_name), *sorted(removed, key=_by_name)]


def _by_name(change: Change) -> str:
    return change.name


def rate(part: int, whole: int) -> float | None:
    """A share in percent to one digit; None of nothing."""
    return round(part * 100 / whole, 1) if whole else None
