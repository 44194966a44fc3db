"""What a case says of itself to people: the first sentence, the course of things, the deadline book day by day.

Pure: it counts no day and decides nothing. The days come from `matters.explain`, the steps from `matters.timeline`;
here they become sentences, rows and squares, the same for the applicant, the public query and the workbench.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol

from yimen.ground.kit.daybook import Day
from yimen.ground.kit.moments import day_of, say_date, say_moment
from yimen.ground.matters.lifecycle import Procedure
from yimen.ground.matters.rules import LAW_OF_FIRST_DAY, UNITS, DayEntry, Derivation, standing_still
from yimen.ground.matters.selectors import ClockAccount, ClockFace, Explanation, Shown
from yimen.service.catalogue.rules.powers import power_by

START_WORDS = {
    "receipt": ("收件", "收到申请。当日不计，从次日起算"),
    "handling": ("受理", "受理。当日不计，从次日起算"),
    "delivery": ("决定", "作出决定。当日不计，送达期限从次日起算"),
}
DUE_WORDS = {
    "receipt": "期满，最晚这天告知是否受理或要补什么",
    "handling": "期满，最晚这天作出决定",
    "delivery": "期满，最晚这天送达",
}
LAW_OF_CLOCK = {"receipt": "《行政许可法》第三十二条", "delivery": "《行政许可法》第四十四条"}
HOLIDAYS = ("元旦", "春节", "清明", "劳动", "端午", "中秋", "国庆")


class Told(Protocol):
    """What of a matter the first sentence needs; a `Matter` fits."""

    @property
    def procedure(self) -> str: ...
    @property
    def state(self) -> str: ...
    @property
    def due_on(self) -> date | None: ...
    @property
    def due_at(self) -> datetime | None: ...
    @property
    def stopped_since(self) -> datetime | None: ...
    @property
    def closed_at(self) -> datetime | None: ...
    @property
    def provisional(self) -> bool: ...


# --- The first sentence


def first_sentence(matter: Told, at: datetime, *, lacking: int = 0) -> str:
    """先答后说: what stands at the top of the page, one sentence. `lacking` counts the materials still to come."""
    return power_by(matter.procedure).say(_first_sentence(matter, at, lacking))


def _first_sentence(matter: Told, at: datetime, lacking: int) -> str:
    due = say_date(matter.due_on, year=matter.due_on.year != at.year) if matter.due_on else ""
    late = matter.due_at is not None and at > matter.due_at
    match matter.state:
        case "received" if late:
            return f"应当在 {due} 前告诉您是否受理，已经超过，我们正在催办"
        case "received":
            return f"已收到，正在核对材料，最晚 {due} 告诉您是否受理" if due else "已收到，正在核对材料"
        case "correction_requested" | "correcting":
            return f"还差 {lacking} 份材料，等您补齐" if lacking else "等您补齐材料"
        case "suspended":
            return "正在进行法定的特别程序，暂停计时"
        case "with_superior":
            return "初审已完成，已报上级机关决定，等上级答复"
        case "reviewing" | "deciding" if late:
            return f"应当在 {due} 前有结果，已经超过，我们正在催办"
        case "reviewing" | "deciding":
            return f"正在审查，最晚 {due} 有结果" if due else "正在审查，没有按日计算的时限"
        case "granted":
            return "已准予，请您领取结果"
        case "refused":
            return "决定不予许可，请您领取决定书"
    closed = say_date(day_of(matter.closed_at), weekday=False) if matter.closed_at else ""
    ends = {
        "concluded": "已办结，{}送达", "archived": "已办结，{}送达", "not_required": "这件事不需要取得许可，{}已告知",
        "declined": "不予受理，{}已告知", "abandoned": "没有补齐材料，{}视为放弃申请，可以重新申请",
        "withdrawn": "您已于 {}撤回申请",
        "lapsed": "承诺后补的材料没有补齐，{}已终止办理",
    }  # fmt: skip
    return ends.get(matter.state, "正在办理").format(f"{closed}" if closed else "")


def revoked_sentence(at: datetime) -> str:
    """What stands at the top where the decision was taken back."""
    return f"已准予的决定于 {say_date(day_of(at), weekday=False)} 被撤销，不再有效"


def limit_sentence(account: ClockAccount | None, days: Sequence[Day] = (), today: date | None = None) -> str:
    """`承诺 10 个工作日，已用 7 个；法定期限到 2026年10月29日(周四)。`; says so where no limit is set.

    Without the book's `days` and `today` it does not say how much is used.
    """
    if account is None:
        return ""
    clock = account.promised or account.legal
    if clock is None and account.unreckoned:
        return f"时限{account.unreckoned}，目前不自动计算，最晚哪一天请问经办人。"
    if clock is None:
        return "法律和承诺都没有给这个环节规定时限。"
    named = {"receipt": "收件审查", "delivery": "送达"}.get(account.name, "承诺" if account.promised else "法定")
    said = f"{named} {clock.limit} {UNITS[clock.unit]}"
    if account.source == "statutory_default" and account.promised is None:
        said += "（法定默认）"
    used = used_of(account, days, today) if today else None
    if used is not None:
        said += f"，已用 {used.used} 个" if clock.unit == "workday" else f"，已用 {used.used} 日"
    legal = account.legal.due_on if account.legal else None
    if account.name == "handling" and account.promised and legal and legal != account.promised.due_on:
        said += f"；法定期限到 {say_date(legal)}"
    return f"{said}。"


@dataclass(frozen=True, slots=True)
class Used:
    """How much of the limit is used, for the bar: `used` of `limit`, and the squares to draw (never more than 40)."""

    used: int
    limit: int

    @property
    def squares(self) -> Sequence[bool]:
        """True for each used square."""
        most = min(self.limit, 40)
        filled = round(most * min(self.used, self.limit) / self.limit) if self.limit else 0
        return [place < filled for place in range(most)]


def used_of(account: ClockAccount | None, days: Sequence[Day], today: date) -> Used | None:
    """Days of the current limit used up to today, from the book; None where there is no limit to measure against."""
    clock = (account.promised or account.legal) if account else None
    if account is None or clock is None or not clock.limit:
        return None
    started = day_of(account.started_at)
    ordinals = [day.ordinal for day in days if started < day.on <= today and day.ordinal is not None]
    return Used(min(max(ordinals, default=0), clock.limit), clock.limit)


def chip(face: ClockFace, matter: Told, at: datetime) -> ClockFace:
    """The clock chip in the applicant's words; a work list says the same in the clerk's."""
    if face.status != "paused" or matter.stopped_since is None:
        return face
    days = (day_of(at) - day_of(matter.stopped_since)).days
    said = "等您补齐" if matter.state in ("correction_requested", "correcting") else "暂停计时"
    return ClockFace("paused", f"{said} {days} 日" if days else said)


# --- The deadline book


def book(explanation: Explanation, today: date) -> list[Day]:
    """期限账本: one `Day` for each day from the first clock's start to the due day, or to the end."""
    days: dict[date, Day] = {}
    accounts = [account for account in explanation.clocks if account.limited]
    for number, account in enumerate(accounts):
        until = day_of(accounts[number + 1].started_at) if number + 1 < len(accounts) else None
        for day in _days_of(account, until, today):
            days[day.on] = day
    return [days[on] for on in sorted(days)]


def _days_of(account: ClockAccount, until: date | None, today: date) -> Iterator[Day]:
    """The days of one clock; those from `until` on belong to the next one."""
    clock = account.promised or account.legal
    if clock is None:
        return
    label, why = START_WORDS.get(account.name, (account.label, "起算。当日不计，从次日起算"))
    yield Day(day_of(account.started_at), "event", label=label, why=f"{why}。", law=LAW_OF_FIRST_DAY, mark="0")
    number = 0
    for entry in clock.days:
        if until is not None and entry.day >= until:
            return
        number += entry.counted
        yield _day(entry, number, account, clock, today)
    if until is None and clock.state == "stopped" and clock.stopped_since is not None:
        why, law = standing_still(clock.stopped_for)
        for ordinal in range(day_of(clock.stopped_since).toordinal() + 1, today.toordinal() + 1):
            yield Day(date.fromordinal(ordinal), "paused", label="停表", why=f"{why}。", law=law, mark="停")


def _day(entry: DayEntry, number: int, account: ClockAccount, clock: Derivation, today: date) -> Day:
    made_up = entry.counted and entry.day.weekday() > 4 and clock.unit == "workday"
    ordinal = number if entry.counted else None
    if entry.day == clock.due_on and entry.rule in ("counted", "moved"):
        why, law = DUE_WORDS.get(account.name, "期满"), account.law or LAW_OF_CLOCK.get(account.name, entry.law)
        return Day(
            entry.day, "due", ordinal=clock.limit, label="期满", why=f"{why}。", law=law, made_up=made_up,
            provisional=clock.provisional,
        )  # fmt: skip
    match entry.rule:
        case "counted":
            future = entry.day > today
            why = "（尚未到）" if future else f"{entry.why}。"
            return Day(entry.day, "to-come" if future else "counted", ordinal=ordinal, why=why, made_up=made_up)
        case "overdue":
            return Day(entry.day, "due", ordinal=ordinal, label="超期", why="已超过期限。", law=entry.law)
        case "stopped":
            return Day(entry.day, "paused", label="停表", why=f"{entry.why}。", law=entry.law, mark="停")
        case "resumption_day":
            return Day(entry.day, "event", label="恢复", why="恢复计时，当日不计。", law=entry.law, mark="0")
    why = "周末" if entry.why in ("周六", "周日") else entry.why
    return Day(entry.day, "off", label=_short(why), why=f"{why}。", law=entry.law, mark="跳过")


def _short(why: str) -> str:
    """`国庆节放假` in the square of a calendar: `国庆`."""
    return next((name for name in HOLIDAYS if name in why), why[:2])


# --- The course of things


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the timeline, in the shape `{% timeline %}` draws."""

    what: str
    when: str
    kind: str = ""
    who: str = ""
    note: str = ""
    url: str = ""
    link: str = ""
    late: str = ""


NOT_FOR_THE_PUBLIC = frozenset({"claim", "release", "hand_over", "give_back", "place_hold", "lift_hold", "archive"})


def course(
    steps: Iterable[Shown],
    matter: Told,
    procedure: Procedure,
    *,
    letters: Mapping[str, tuple[str, str]] | None = None,
    names: bool = True,
) -> list[Entry]:
    """The timeline as the applicant reads it: what was done, then where it stands now, then what is to come.

    `letters` maps a letter's code to (address, its name). With `names=False` (public query) nobody is named, and no
    reason is shown, since a reason may speak of the person.
    """
    letters = letters or {}
    found = [_entry(step, letters, names=names) for step in steps if step.action not in NOT_FOR_THE_PUBLIC]
    state = procedure.state(matter.state)
    if state.phase == "closed":
        return found
    kind = "paused" if state.phase == "stopped" else "now"
    found.append(Entry(state.public_label, "现在", kind))
    return [*found, *_ahead(matter)]


def _entry(step: Shown, letters: Mapping[str, tuple[str, str]], *, names: bool) -> Entry:
    url, link = next((letters[code] for code in step.documents if code in letters), ("", ""))
    reason = _reason(step) if names and step.action in TOLD_REASONS else ""
    if step.action == "recalculate":
        # The calendar's reason speaks of nobody; whoever asks may read it.
        reason = f"{step.facts.get('document_number', '')}：{step.facts.get('why', '')}"
    if step.action == "hand_across":
        reason = f"由{step.facts.get('from', '')}转到{step.facts.get('to', '')}{step.facts.get('window', '')}，办理期限不变。"
    late = step.said_late(say_moment(step.recorded_at))
    return Entry(
        what=step.public_label or step.label,
        when=say_moment(step.happened_at),
        who=(step.window or step.post) if names else step.window,
        note=reason,
        url=url,
        link=f"看{link}" if link else "",
        late=late,
    )


def in_one_line(items: Sequence[Mapping[str, Any]]) -> str:
    """`平面图：没有标出消毒间；检测报告：已过一年。` — each problem may end in a full stop of its own."""
    said = [f"{item.get('name', '')}：{str(item.get('problem', '')).rstrip('。；; ')}" for item in items]
    return f"{'；'.join(said)}。"


def _reason(step: Shown) -> str:
    """What was told: for a correction each material with what is wrong with it, else the reason."""
    items = [item for item in step.facts.get("items") or () if isinstance(item, Mapping)]
    if items:
        return in_one_line(items)
    return str(step.facts.get("reason") or "")


TOLD_REASONS = frozenset(
    {
        "request_correction",
        "request_review_correction",
        "suspend",
        "extend_limit",
        "decline",
        "find_not_required",
        "refuse",
        "undo_deemed",
        "undo_renewed",
        "undo_abandoned",
        "deem_abandoned",
        "extend_joint",
        "superior_refused",
    }
)
"""Steps whose reason the law has told the applicant; what sections write to each other is not shown."""


def _ahead(matter: Told) -> Iterator[Entry]:
    due = f"最晚 {say_date(matter.due_on)}" if matter.due_on else ""
    if matter.state in ("received", "correction_requested"):
        yield Entry("受理", due if matter.state == "received" else "材料补齐后", "ahead")
    if matter.state not in ("granted", "refused"):
        told = {"received": "受理后按承诺时限", "correction_requested": "受理后按承诺时限"}
        stands = {
            "correcting": "补齐后接着算期限",
            "suspended": "程序结束后接着算期限",
            "with_superior": "等上级机关答复",
        }
        yield Entry("作出决定", {**told, **stands}.get(matter.state, due), "ahead")
    delivered = due if matter.state in ("granted", "refused") and due else "决定后 10 个工作日内"
    yield Entry("送达结果", delivered, "ahead")
