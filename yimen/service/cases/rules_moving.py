"""What becomes of a running case when its item or its procedure changes. Pure: no database, no clock, no request.

A case keeps its version unless somebody moves it on purpose, and no move does the applicant harm:
- what was accepted is not asked for more materials (行政许可法第三十二条: told once, within five working days);
- a longer limit does not lengthen a running promise unless a law says so, which the plan names; a shorter one may shorten it,
  but never into the past (第八条：信赖保护);
- no move brings about by itself what the law attaches to silence.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from yimen.ground.kit.moments import say_date
from yimen.ground.matters.lifecycle import Procedure
from yimen.ground.matters.rules import UNITS

LONGEST_WHY = 500
UNACCEPTED = ("received", "correction_requested")


@dataclass(frozen=True, slots=True)
class Line:
    """A material as a case has it, or as an edition asks for it; `key` says which of both are the same."""

    key: str
    name: str
    required: bool
    state: str = ""


@dataclass(frozen=True, slots=True)
class Limit:
    """Days and their unit as the clock calls it; `days` None where there is none."""

    days: int | None
    unit: str = "workday"

    def __str__(self) -> str:
        return "没有时限" if self.days is None else f"{self.days} {UNITS.get(self.unit, self.unit)}"

    def longer_than(self, other: Limit) -> bool | None:
        """None where the two cannot be compared by number: different units."""
        if self.days is None or other.days is None:
            return self.days is None and other.days is not None
        return self.days > other.days if self.unit == other.unit else None


@dataclass(frozen=True, slots=True)
class Dates:
    """What the other limit would do to the running clock: its last day now and then. `why_not`: it cannot be reckoned so."""

    now: date | None
    then: date | None
    stopped: bool = False
    used: int = 0
    why_not: str = ""


@dataclass(frozen=True, slots=True)
class Running:
    """A running case as its fate needs it. `actions` are what its ledger holds; `asks` names what the law would do at once."""

    procedure: str
    version: int
    state: str
    state_label: str
    accepted: bool
    told_once: bool
    actions: frozenset[str]
    edition: int
    limit: Limit
    lines: tuple[Line, ...] = ()
    asks: str = ""


@dataclass(frozen=True, slots=True)
class Target:
    """Where it would go. `table` is the procedure in the new version; `edition` None: the edition stays.

    `faults` are what the new form finds wrong in the answers; `wanted` the materials that it asks of these answers.
    """

    table: Procedure
    procedure: str
    edition: int | None = None
    limit: Limit = field(default_factory=lambda: Limit(None))
    faults: tuple[str, ...] = ()
    wanted: tuple[Line, ...] = ()
    lengthen_law: str = ""


@dataclass(frozen=True, slots=True)
class Fate:
    """What becomes of it, and why in words. `limits`: the running clock gets the new limits; `added`: materials to be told."""

    kind: str
    why: str
    limits: bool = False
    added: tuple[Line, ...] = ()
    new_due_on: date | None = None


def fate_of(running: Running, target: Target, dates: Dates | None, today: date) -> Fate:
    """The fate of one case. `dates` is asked only where the handling clock of an accepted case runs or stands."""
    refused = _refused(running, target)
    if refused:
        return Fate("refused", refused)
    if running.asks:
        return Fate("keeps_effect", running.asks)
    if target.edition is None or target.edition == running.edition:
        return Fate("moves", f"改按办理程序第 {target.table.version} 版，状态、期限、材料都不变。")
    if target.faults:
        said = "；".join(target.faults[:3]) + ("等" if len(target.faults) > 3 else "")
        return Fate("keeps_form", _cut(f"已填的内容按新表单还缺或不合：{said}。已经提交的申请不再要求重填。"))
    added = newly_wanted(running.lines, target.wanted)
    names = "、".join(line.name for line in added)
    if added and running.accepted:
        return Fate(
            "keeps_materials", _cut(f"新版本增加了{names}；已受理的不得再要求补充（第三十二条）。"), added=added
        )
    if added and running.told_once:
        return Fate(
            "keeps_materials",
            _cut(f"新版本增加了{names}；要补的内容已经一次告知过，不得再加（第三十二条）。"),
            added=added,
        )
    late = _limit_fate(running, target, dates, today)
    if late.kind == "keeps_limit" or not added:
        return late
    return Fate("materials", _cut(f"新版本增加了{names}，须在收件期限内一次告知。{late.why}"), added=added)


def newly_wanted(lines: Sequence[Line], wanted: Sequence[Line]) -> tuple[Line, ...]:
    """What the new edition asks for and the case neither has nor was asked for."""
    held = {line.key: line for line in lines}
    found = []
    for line in wanted:
        known = held.get(line.key)
        asked_before = known is not None and (known.required or known.state not in ("missing", ""))
        if line.required and not asked_before:
            found.append(line)
    return tuple(found)


def _refused(running: Running, target: Target) -> str:
    if target.procedure != running.procedure:
        return "新版本的事项类型不同，要走另一套办理程序，在办件不能移过去。"
    known = {state.code for state in target.table.states}
    if running.state not in known:
        return f"办理程序第 {target.table.version} 版没有“{running.state_label}”这个状态。"
    foreign = sorted(action for action in running.actions if not target.table.knows(action))
    if foreign:
        return _cut(f"已经办过的步骤在办理程序第 {target.table.version} 版里没有：{'、'.join(foreign)}。")
    return ""


def _limit_fate(running: Running, target: Target, dates: Dates | None, today: date) -> Fate:
    """What the limit does: shortens, does nothing, or would harm. A law that lengthens is followed both ways."""
    old, new = running.limit, target.limit
    if old == new:
        return Fate("moves", "材料、表单、时限对这一件没有影响。")
    if not running.accepted:
        longer = new.longer_than(old)
        if longer and not target.lengthen_law:
            return Fate("keeps_limit", f"申请时公布的是{old}，新版是{new}；不让已经提交的人多等。")
        if longer is None and not target.lengthen_law:
            return Fate("keeps_limit", f"申请时公布的是{old}，新版是{new}，单位不同，按原来的办。")
        return Fate("moves", f"还没有受理，受理后按新版的{new}计算。")
    if dates is None or dates.why_not:
        return Fate(
            "moves", _cut(f"现在计的不是办理期限，新时限{new}不影响这一件。" if dates is None else dates.why_not)
        )
    if target.lengthen_law:
        return _dated(dates, f"依据{target.lengthen_law}，办理期限由{old}改为{new}", today)
    if dates.stopped:
        if new.longer_than(old) is False and dates.used < (new.days or 0):
            return Fate("date", f"现在停表；恢复后按新版的{new}计算，比原来的{old}短。", limits=True)
        return Fate("moves", f"期限仍按原来承诺的{old}，不因新版改变。")
    if dates.then is None or dates.now is None or dates.then >= dates.now:
        return Fate("moves", f"新版是{new}；正在计的承诺不延长，仍按{old}。")
    if dates.then <= today:
        return Fate("moves", f"按新版的{new}已经届满；缩短不追溯，仍按{old}。")
    return _dated(dates, f"新版时限缩短：{old}改为{new}", today)


def _dated(dates: Dates, why: str, today: date) -> Fate:
    if dates.then == dates.now and not dates.stopped:
        return Fate("moves", f"{why}，最后一日不变。")
    if dates.then is not None and dates.then <= today:
        return Fate("moves", f"{why}，但按它算已经届满；缩短不追溯，期限不变。")
    moved = f"，最后一日由 {say_date(dates.now)} 变为 {say_date(dates.then)}" if dates.now and dates.then else ""
    return Fate("date", _cut(f"{why}{moved}。"), limits=True, new_due_on=dates.then)


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST_WHY else f"{text[: LONGEST_WHY - 1]}…"
