"""Why the date is the date: the clock chip, the account of every clock, what a limit would come to."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import cached_property, lru_cache
from typing import Literal

from django.conf import settings
from django.db.models import Q

from yimen.ground.calendar.rules import BusinessClose, WorkCalendar
from yimen.ground.calendar.selectors import business_closes, calendar_version, work_calendar
from yimen.ground.kit.moments import CHINA, day_of, say_day
from yimen.ground.matters import lifecycle, rules
from yimen.ground.matters.asking import Asked, ask
from yimen.ground.matters.clocks import Clock, ClockMark, clocks_of, ended
from yimen.ground.matters.durations import Durations, durations
from yimen.ground.matters.lifecycle import ClockStart
from yimen.ground.matters.models import Matter, Step

CLOCK_LABELS: dict[str, str] = {"receipt": "收件审查", "handling": "办理", "delivery": "送达"}


def name_clocks(labels: Mapping[str, str]) -> None:
    """Say what an upper module's clocks are called, from its `apps.py`."""
    CLOCK_LABELS.update(labels)


def warn_days() -> int:
    """How many working days before the due day a matter is marked 预警 (a setting; one by default)."""
    return int(getattr(settings, "WARN_WORKDAYS", 1))


def closing_hours(centre_id: int | None = None, version: int | None = None) -> BusinessClose:
    """When the last day of a limit ends: the close of business of the centre (民法典第二百零三条)."""
    return business_closes(centre_id, version)


@dataclass(frozen=True, slots=True)
class ClockFace:
    """What the clock chip says: `status` picks colour and shape, `text` the words (look: 时钟片)."""

    status: Literal["normal", "warning", "yellow", "red", "paused", "closed", "none"]
    text: str


def clock_face(matter: Matter, at: datetime, calendar: WorkCalendar | None = None) -> ClockFace:
    """How urgent a matter is at this moment, in the words of the work lists."""
    if matter.closed_at is not None:
        return ClockFace("closed", f"{say_day(day_of(matter.closed_at), day_of(at), weekday=False)} 办结")
    stopped = matter.stopped_since
    if stopped is not None and not (matter.due_at and matter.due_at < stopped):
        days = (day_of(at) - day_of(stopped)).days
        label = lifecycle.procedure(matter.procedure, matter.procedure_version).state(matter.state).label
        return ClockFace("paused", f"{label} {days} 日" if days else f"{label}")
    if matter.due_on is None or matter.due_at is None:
        return ClockFace("none", "没有时限")
    calendar = (calendar or work_calendar()).at(matter.division_id, matter.centre_id)
    today = day_of(at)
    if at > matter.due_at:
        # What was late when the clock stopped grows no later while it stands.
        late = max(1, calendar.workdays_between(matter.due_on, day_of(stopped) if stopped else today))
        return ClockFace("red", f"超期 {late} 个工作日" + ("，已停表" if stopped else ""))
    left = calendar.workdays_between(today, matter.due_on)
    if left == 0:
        ends = matter.due_at.astimezone(at.tzinfo)
        return ClockFace("yellow", f"今天 {ends:%H:%M} 到期" if ends.date() == today else "今天到期")
    return ClockFace("warning" if left <= warn_days() else "normal", f"剩 {left} 个工作日")


@dataclass(frozen=True)
class ClockAccount:
    """One clock of a matter with its derivations: the promised limit's and the legal one's (None where not set)."""

    name: str
    label: str
    law: str
    source: str
    promised: rules.Derivation | None
    legal: rules.Derivation | None
    started_at: datetime
    current: bool
    unreckoned: str = ""
    """The limit in words where it stands in hours or months, which are stored and not reckoned yet."""

    @property
    def limited(self) -> bool:
        """Does any limit govern this clock?"""
        return self.promised is not None or self.legal is not None


@dataclass(frozen=True)
class DateMove:
    """A change of the calendar that moved the date, as its step of the ledger says it; `undone`: the change taken back."""

    at: datetime
    title: str
    document_number: str
    undone: bool
    old_due_on: date | None
    new_due_on: date | None
    why: str
    reason: str = ""

    @property
    def moved(self) -> bool:
        """Whether a day moved; otherwise the date became firm, or 暂定 again."""
        return self.old_due_on != self.new_due_on

    @property
    def document(self) -> str:
        """`《…通知》（国办发明电〔2026〕9号）`."""
        return f"《{self.title}》（{self.document_number}）"


@dataclass(frozen=True)
class Explanation:
    """期限账本: every clock a matter has had, day by day."""

    code: str
    title: str
    clocks: tuple[ClockAccount, ...]
    moves: tuple[DateMove, ...] = ()
    marks: tuple[ClockMark, ...] = ()
    calendar: WorkCalendar | None = None

    def durations(self, at: datetime) -> Durations | None:
        """Whose hands it was in up to `at`, or to its end; None without a clock."""
        return durations(self.marks, self.calendar, at) if self.calendar is not None else None

    @cached_property
    def current(self) -> ClockAccount | None:
        """The clock that runs or stands now, if one does."""
        return next((clock for clock in reversed(self.clocks) if clock.current), None)


def explain(matter: Matter, calendar: WorkCalendar | None = None) -> Explanation:
    """Why the date is the date: derived from the steps alone, never from the cached columns (R060)."""
    version = calendar_version()
    calendar = (calendar or work_calendar(version)).at(matter.division_id, matter.centre_id)
    close = closing_hours(matter.centre_id, version)
    steps = list(
        Step.objects.filter(~Q(clock="") | Q(action="recalculate"), matter=matter)
        .order_by("seq")
        .values_list("seq", "clock", "action", "happened_at", "facts")
    )
    marks = tuple(ClockMark.read(text, seq) for seq, text, *_ in steps if text)
    clocks = ended(clocks_of(marks))
    accounts = [_account(clock, clock is clocks[-1], calendar, close) for clock in clocks]
    moves = [_move(at, facts) for _, _, action, at, facts in steps if action == "recalculate"]
    return Explanation(matter.code, matter.title, tuple(accounts), tuple(moves), marks, calendar)


def _move(at: datetime, facts: str) -> DateMove:
    said = json.loads(facts)

    def day(name: str) -> date | None:
        return date.fromisoformat(said[name]) if said.get(name) else None

    return DateMove(
        at, said["title"], said["document_number"], said["undo"], day("old_due_on") or day("old_legal_due_on"),
        day("new_due_on") or day("new_legal_due_on"), said["why"], said.get("reason", ""),
    )  # fmt: skip


def foretell(
    start: ClockStart, at: datetime, centre_id: int | None, version: int, division: str = ""
) -> rules.Derivation | None:
    """How a clock that begins at `at` will run if nothing stops it: the promised limit, else the legal; None without one."""
    # Only the day of a start counts, so the slips of a day share one derivation.
    midnight = datetime.combine(day_of(at), time(), tzinfo=CHINA)
    calendar = work_calendar(version).at(division, centre_id)
    return _foretold(start, midnight, calendar, closing_hours(centre_id, version))


@lru_cache(maxsize=1024)
def _foretold(start: ClockStart, at: datetime, calendar: WorkCalendar, close: BusinessClose) -> rules.Derivation | None:
    clock = Clock(ClockMark.of_start(start, at))
    return clock.derivation(clock.terms(close) or clock.terms(close, legal=True), calendar)


def _account(clock: Clock, last: bool, calendar: WorkCalendar, close: BusinessClose) -> ClockAccount:
    return ClockAccount(
        name=clock.start.name,
        label=CLOCK_LABELS.get(clock.start.name, clock.start.name),
        law=clock.limits.law,
        source=clock.limits.source,
        promised=clock.derivation(clock.terms(close), calendar),
        legal=clock.derivation(clock.terms(close, legal=True), calendar),
        started_at=clock.start.at,
        current=last and not (clock.marks and clock.marks[-1].effect == "finish"),
        unreckoned="，".join(_unreckoned(clock.limits)),
    )


def _unreckoned(start: ClockMark) -> Iterator[str]:
    promised, legal = (start.limit, start.unit), (start.legal, start.legal_unit)
    # Where nothing was promised the clock is set to the legal limit.
    for name, (limit, unit) in (("承诺", promised), ("法定", legal)) if promised != legal else (("法定", legal),):
        if limit is not None and unit in ("hour", "month"):
            yield f"{name} {limit} {rules.UNITS[unit]}"


def derivation_of(asked: Asked) -> tuple[rules.Derivation | None, rules.Derivation | None]:
    """The present clock day by day, promised and legal, from the marks alone; None where there is no such limit."""
    clocks = clocks_of(asked.marks)
    if not clocks:
        return None, None
    close = closing_hours(asked.centre_id, asked.calendar_version)
    calendar = work_calendar(asked.calendar_version).at(asked.division_id, asked.centre_id)
    clock = clocks[-1]
    return clock.derivation(clock.terms(close), calendar), clock.derivation(clock.terms(close, legal=True), calendar)


def running_since(matter_id: int) -> datetime:
    """When the matter's present clock began, or was last resumed: the day after it is the first that counts."""
    clock = clocks_of(ask(matter_id).marks)[-1]
    back = [mark.at for mark in clock.marks if mark.effect == "resume"]
    return back[-1] if back else clock.start.at
