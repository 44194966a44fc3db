"""What a drill is asked: its parameters, read and refused; how two drills are compared. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from yimen.ground.kit.refusals import Invalid

MINUTES: dict[str, tuple[str, int]] = {
    "submit": ("窗口收件并受理", 12),
    "accept": ("网上申请受理", 8),
    "correct": ("一次告知补正", 10),
    "review": ("审查", 45),
    "decide": ("决定", 10),
    "at_once": ("当场办结", 10),
    "deliver": ("送达", 5),
    "resume": ("特别程序后恢复", 5),
    "opinion": ("答复征求意见", 30),
}
"""How long each act takes, in minutes of the one who acts: assumed, for the ledger knows moments and not effort (R080)."""

BESIDES = {"supplement": "补交材料", "consult": "征求意见"}
"""Acts that take nobody's minutes here."""

MOST_DAYS = 370
MOST_CASES = 200_000
MOST_WORKERS = 8
LONGEST_CLOSURE = 60
MOST_SAID = 20


@dataclass(frozen=True, slots=True)
class Span:
    """Days from a first to a last one."""

    first: date
    last: date

    def holds(self, day: date) -> bool:
        """Whether the day lies in it."""
        return self.first <= day <= self.last

    def __str__(self) -> str:
        return f"{self.first}..{self.last}" if self.first != self.last else f"{self.first}"


@dataclass(frozen=True, slots=True)
class Absence:
    """A window (by number), a department or a post that is not manned, in those days or all the time."""

    who: str
    span: Span | None = None

    def __str__(self) -> str:
        return f"{self.who}={self.span}" if self.span else self.who


@dataclass(frozen=True, slots=True)
class Parameters:
    """What a drill is to play. `since` None: from now on, with the open matters; else those days, beginning with nothing.

    `arrivals` multiplies what the database's own history says; `cases` sets the expected total instead. `staff` is the
    share of people at work on a day. `missing` is the share of applications that lack something; None: as in the history.
    `consult` is the share of reviewed cases in which another department is asked for its opinion: assumed, as are the
    minutes. `items`: only for items of these names people come; empty for all. `patience` is how many minutes people wait
    at a window before it counts as overflowing. `speed`: at most so many times real time, 0 as fast as it goes.
    """

    days: int = 30
    since: date | None = None
    arrivals: float = 1.0
    cases: int | None = None
    staff: float = 1.0
    absent: tuple[Absence, ...] = ()
    closed: tuple[Span, ...] = ()
    missing: float | None = None
    consult: float = 0.05
    items: tuple[str, ...] = ()
    minutes: Mapping[str, int] = field(default_factory=dict)
    patience: int = 30
    seed: int = 1
    workers: int = 3
    speed: int = 0

    def __post_init__(self) -> None:
        """Refuse what cannot be played; raises `Invalid` with the fields."""
        fields: dict[str, str] = {}
        for name, value, least, most in (
            ("days", self.days, 1, MOST_DAYS),
            ("arrivals", self.arrivals, 0, 50),
            ("cases", self.cases, 1, MOST_CASES),
            ("staff", self.staff, 0.05, 1),
            ("missing", self.missing, 0, 1),
            ("consult", self.consult, 0, 1),
            ("patience", self.patience, 1, 480),
            ("seed", self.seed, 0, 2**31 - 1),
            ("workers", self.workers, 1, MOST_WORKERS),
            ("speed", self.speed, 0, 1_000_000),
        ):
            if value is not None and not least <= value <= most:
                fields[name] = f"应在 {least:g} 到 {most:g} 之间。"
        for name, minutes in self.minutes.items():
            if name not in MINUTES:
                fields["minutes"] = f"没有“{name}”这种工作，可用的是 {'、'.join(MINUTES)}。"
            elif not 1 <= minutes <= 480:
                fields["minutes"] = f"“{MINUTES[name][0]}”应在 1 到 480 分钟之间。"
        for span in (*self.closed, *(each.span for each in self.absent if each.span)):
            if span.last < span.first:
                fields["closed" if span in self.closed else "absent"] = f"{span}：结束不能早于开始。"
        for span in self.closed:
            if (span.last - span.first).days >= LONGEST_CLOSURE:
                fields["closed"] = f"停办一次最多 {LONGEST_CLOSURE} 天。"
        if len(self.items) > MOST_SAID:
            fields["items"] = f"最多写 {MOST_SAID} 项。"
        if len(self.closed) > MOST_SAID or len(self.absent) > MOST_SAID:
            fields["closed" if len(self.closed) > MOST_SAID else "absent"] = f"最多写 {MOST_SAID} 项。"
        if self.since is not None and not 2005 <= self.since.year <= 2100:
            fields["since"] = "日期应在 2005 年到 2100 年之间。"
        if fields:
            raise Invalid("演练的参数有不合适的。", next_step="请按提示改好再开始。", fields=fields)

    def takes(self, act: str) -> int:
        """How many minutes an act takes."""
        return self.minutes.get(act, MINUTES[act][1])

    def as_data(self) -> dict[str, Any]:
        """For the record; `from_data` reads it again."""
        return {
            "days": self.days,
            "since": self.since.isoformat() if self.since else None,
            "arrivals": self.arrivals,
            "cases": self.cases,
            "staff": self.staff,
            "absent": [str(each) for each in self.absent],
            "closed": [str(each) for each in self.closed],
            "missing": self.missing,
            "consult": self.consult,
            "items": list(self.items),
            "minutes": dict(self.minutes),
            "patience": self.patience,
            "seed": self.seed,
            "workers": self.workers,
            "speed": self.speed,
        }

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Parameters:
        """What `as_data` wrote, newer names left out; raises `Invalid`."""
        return cls(
            **{
                **{name: value for name, value in data.items() if name in cls.__dataclass_fields__},
                "since": read_day(data["since"], "since") if data.get("since") else None,
                "items": tuple(data.get("items", ())),
                "absent": read_absences(data.get("absent", ())),
                "closed": read_spans(data.get("closed", ())),
            }
        )

    def said(self) -> list[tuple[str, str]]:
        """The parameters as people read them; what is as usual is left out."""
        lines = [
            ("多长", f"{self.days} 天"),
            ("从哪天", f"{self.since:%Y-%m-%d} 起，从空的大厅开始" if self.since else "从当时起，在办的接着办"),
            ("来件", f"共约 {self.cases:,} 件" if self.cases else f"按历史的 {self.arrivals:g} 倍"),
            ("到岗", f"{self.staff:.0%}"),
        ]
        if self.absent:
            lines.append(("缺岗", "；".join(map(str, self.absent))))
        if self.closed:
            lines.append(("停办", "；".join(map(str, self.closed))))
        if self.items:
            lines.append(("只来这些事项", "、".join(self.items)))
        if self.missing is not None:
            lines.append(("缺材料", f"{self.missing:.0%}"))
        lines.append(("征求意见", f"{self.consult:.0%} 的审查件"))
        if self.minutes:
            lines.append(("用时", "、".join(f"{MINUTES[name][0]} {n} 分钟" for name, n in self.minutes.items())))
        lines.append(("窗口等候上限", f"{self.patience} 分钟"))
        lines.append(("随机种子", str(self.seed)))
        return lines


def read_day(text: str, where: str) -> date:
    """A day as `2026-09-21`; raises `Invalid` naming the field."""
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        said = f"“{text.strip()[:20]}”不是日期，应写成 2026-09-21。"
        raise Invalid(said, fields={where: said}) from None


def read_span(text: str, where: str = "closed") -> Span:
    """`2026-10-08` or `2026-10-08..2026-10-10`; raises `Invalid`."""
    first, dots, last = text.partition("..")
    begun = read_day(first, where)
    return Span(begun, read_day(last, where) if dots else begun)


def read_spans(texts: Iterable[str]) -> tuple[Span, ...]:
    """Several spans, empty lines left out."""
    return tuple(read_span(text) for text in texts if text.strip())


def read_absences(texts: Iterable[str]) -> tuple[Absence, ...]:
    """Each `市场监督管理局`, `A03` or `A03=2026-10-08..2026-10-09`; raises `Invalid`."""
    found = []
    for text in texts:
        who, equals, days = text.partition("=")
        if who.strip():
            found.append(Absence(who.strip()[:60], read_span(days, "absent") if equals else None))
    return tuple(found)


def read_minutes(texts: Iterable[str]) -> dict[str, int]:
    """Each `review=60`; raises `Invalid`."""
    found = {}
    for text in texts:
        name, _, number = text.partition("=")
        if not number.strip().isdigit():
            said = f"“{text[:30]}”读不懂，应写成 review=60。"
            raise Invalid(said, fields={"minutes": said})
        found[name.strip()] = int(number)
    return found


def act_name(act: str) -> str:
    """What an act of a drill is called."""
    return MINUTES[act][0] if act in MINUTES else BESIDES.get(act, act)


# --- Two drills side by side

TOTALS: tuple[tuple[str, str, str, int], ...] = (
    # key, name, unit, whether more is worse (1), better (-1) or neither (0)
    ("arrived", "来件", "件", 0),
    ("accepted", "受理", "件", 0),
    ("decided", "作出决定", "件", 0),
    ("delivered", "送达", "件", 0),
    ("left_open", "结束时在办", "件", 0),
    ("red", "曾经超期", "件", 1),
    ("red_peak", "最多一天超期", "件", 1),
    ("red_items", "有超期的事项", "项", 1),
    ("effects", "法定后果", "次", 1),
    ("overflows", "窗口溢出", "次", 1),
    ("turned_away", "下班未办上", "人次", 1),
    ("longest_wait", "窗口最长等候", "分钟", 1),
)
"""The numbers at the head of a result, in their order."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One number of two drills. `verdict`: better, worse, same, or "" where neither is meant."""

    name: str
    unit: str
    before: float
    after: float
    verdict: str
    url: str = ""

    @property
    def change(self) -> float:
        """How much more the second one has."""
        return round(self.after - self.before, 2)


def _verdict(change: float, worse: int) -> str:
    if not change:
        return "same"
    if not worse:
        return ""
    return "worse" if change * worse > 0 else "better"


def compare_totals(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Difference]:
    """The head numbers of two results."""
    return [
        Difference(name, unit, before.get(key, 0), after.get(key, 0),
                   _verdict(after.get(key, 0) - before.get(key, 0), worse))
        for key, name, unit, worse in TOTALS
    ]  # fmt: skip


def compare_rows(
    before: Sequence[Mapping[str, Any]],
    after: Sequence[Mapping[str, Any]],
    *,
    key: str,
    name: str,
    value: str,
    unit: str,
    worse: int = 1,
) -> list[Difference]:
    """The rows of two results whose `value` differs, the greatest change first; a row that one lacks counts as 0 there."""
    one, two = ({row[key]: row for row in rows} for rows in (before, after))
    found = []
    for each in [*one, *(other for other in two if other not in one)]:
        row = two.get(each) or one[each]
        left, right = (rows[each][value] if each in rows else 0 for rows in (one, two))
        if left != right:
            found.append(Difference(str(row[name]), unit, left, right, _verdict(right - left, worse)))
    return sorted(found, key=lambda row: (-abs(row.change), row.name))
