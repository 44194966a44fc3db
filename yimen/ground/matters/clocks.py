"""From the steps of a matter to its clocks. The arithmetic is in `rules`; here stands what the ledger says."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import pairwise
from typing import Any

import msgspec

from yimen.ground.calendar.rules import BusinessClose, WorkCalendar, day_end
from yimen.ground.kit.moments import CHINA, day_of
from yimen.ground.matters import rules
from yimen.ground.matters.lifecycle import ClockStart

NEVER = datetime(9000, 1, 1, tzinfo=UTC)
"""Where a matter without a running clock sorts: after everything that is due."""


WATCH_WORKDAYS = 3
"""So many working days before the due day the watch begins to look at a matter every working day."""


@dataclass(frozen=True, slots=True)
class ClockMark:
    """What one step did to the clock, as the ledger keeps it.

    `limit` gives the running clock other terms: it counts them from its own start, and every day before stays as it was.
    """

    at: datetime
    effect: str
    name: str = ""
    limit: int | None = None
    unit: str = "workday"
    legal: int | None = None
    legal_unit: str = "workday"
    law: str = ""
    source: str = "stated"
    by: int = 0
    why: str = ""
    seq: int = 0
    after: datetime | None = None
    """When the clock before this one ended, where that is not `at`: what is deemed accepted counts from an earlier day."""

    def text(self) -> str:
        """JSON for the ledger: only what the effect needs, keys in fixed order."""
        said: dict[str, Any] = {"effect": self.effect}
        if self.effect in ("start", "limit"):
            said |= {
                "clock": self.name,
                "limit": self.limit,
                "unit": self.unit,
                "legal": self.legal,
                "legal_unit": self.legal_unit,
                "law": self.law,
                "source": self.source,
            }
        elif self.effect == "extend":
            said["by"] = self.by
        if self.why:
            said["why"] = self.why
        if self.after is not None:
            said["after"] = self.after.isoformat()
        said["at"] = self.at.isoformat()
        return msgspec.json.encode(said).decode()

    @classmethod
    def of_start(cls, start: ClockStart, at: datetime, after: datetime | None = None) -> ClockMark:
        """The mark that begins this clock at that moment; the one before ended at `after`, where that is another."""
        return cls(
            at=at,
            effect="start",
            name=start.name,
            limit=start.limit,
            unit=start.unit,
            legal=start.legal,
            legal_unit=start.legal_unit,
            law=start.law,
            source=start.source,
            after=after,
        )

    @classmethod
    def read(cls, text: str, seq: int = 0) -> ClockMark:
        """The mark that `text` wrote."""
        said = msgspec.json.decode(text)
        return cls(
            at=datetime.fromisoformat(said["at"]),
            effect=said["effect"],
            name=said.get("clock", ""),
            limit=said.get("limit"),
            unit=said.get("unit", "workday"),
            legal=said.get("legal"),
            legal_unit=said.get("legal_unit", "workday"),
            law=said.get("law", ""),
            source=said.get("source", "stated"),
            by=said.get("by", 0),
            why=said.get("why", ""),
            seq=seq,
            after=datetime.fromisoformat(said["after"]) if "after" in said else None,
        )


_EVENTS: dict[str, rules.EventKind] = {
    "start": "started",
    "stop": "stopped",
    "resume": "resumed",
    "extend": "extended",
    "finish": "finished",
}


@dataclass(frozen=True, slots=True)
class Clock:
    """One clock of a matter: how it began and what happened to it since."""

    start: ClockMark
    marks: tuple[ClockMark, ...] = field(default=())

    @property
    def limits(self) -> ClockMark:
        """The mark whose limits hold: the start, or the last one that set them anew."""
        return next((mark for mark in reversed(self.marks) if mark.effect == "limit"), self.start)

    def events(self, terms: rules.ClockTerms, calendar: WorkCalendar) -> list[rules.ClockEvent]:
        """The script that the pure clock reads for one limit.

        An extension is given on the legal limit; where the shorter promised one had run out before, it does not revive it.
        """
        script: list[rules.ClockEvent] = []
        for mark in (self.start, *self.marks):
            if mark.effect == "limit":
                continue
            if mark.effect == "extend":
                due_at = rules.due(terms, script, calendar).due_at
                if due_at is not None and due_at < mark.at:
                    continue
            script.append(rules.ClockEvent(at=mark.at, event=_EVENTS[mark.effect], why=mark.why, by=mark.by))
        return script

    def state(self, terms: rules.ClockTerms | None, calendar: WorkCalendar) -> rules.ClockState | None:
        """Where this clock stands under these terms; None without a limit."""
        return rules.due(terms, self.events(terms, calendar), calendar) if terms else None

    def derivation(self, terms: rules.ClockTerms | None, calendar: WorkCalendar) -> rules.Derivation | None:
        """The same, day by day."""
        return rules.explain(terms, self.events(terms, calendar), calendar) if terms else None

    def refuse_late_extension(self, close: BusinessClose, calendar: WorkCalendar) -> None:
        """Raise `ImpossibleScript` when the last mark extends a limit of which even the legal one had run out."""
        if self.marks and self.marks[-1].effect == "extend":
            terms = self.terms(close, legal=True) or self.terms(close)
            if terms is not None:
                before = Clock(self.start, self.marks[:-1]).events(terms, calendar)
                mark = self.marks[-1]
                rules.due(terms, [*before, rules.ClockEvent(at=mark.at, event="extended", by=mark.by)], calendar)

    def terms(self, close: BusinessClose, *, legal: bool = False) -> rules.ClockTerms | None:
        """The terms of the promised (or legal) limit; None where there is none, or one in hours or months, which the clock
        keeps and does not reckon yet.
        """
        set_by = self.limits
        limit, unit = (set_by.legal, set_by.legal_unit) if legal else (set_by.limit, set_by.unit)
        if limit is None or unit not in ("workday", "calendar"):
            return None
        return rules.ClockTerms(limit=limit, unit=unit, business_close=close)  # type: ignore[arg-type]


def clocks_of(marks: Iterable[ClockMark]) -> list[Clock]:
    """The clocks of a matter in order; each start opens a new one. See `ended` for the one before."""
    found: list[tuple[ClockMark, list[ClockMark]]] = []
    for mark in marks:
        if mark.effect == "start":
            found.append((mark, []))
        elif found:
            found[-1][1].append(mark)
    return [Clock(start, tuple(rest)) for start, rest in found]


def ended(clocks: Sequence[Clock]) -> list[Clock]:
    """The clocks with each but the last finished at the moment the next one starts: acceptance ends the examination."""
    found = list(clocks[:-1])
    for place, (clock, following) in enumerate(pairwise(clocks)):
        if not (clock.marks and clock.marks[-1].effect == "finish"):
            end = ClockMark(at=following.start.after or following.start.at, effect="finish", seq=following.start.seq)
            found[place] = replace(clock, marks=(*clock.marks, end))
    return [*found, *clocks[-1:]]


@dataclass(frozen=True, slots=True)
class ClockRow:
    """The clock's cached columns of a matter. Moments are aware; days are China's."""

    clock: str
    due_on: date | None
    due_at: datetime | None
    legal_due_on: date | None
    warn_at: datetime | None
    stopped_since: datetime | None
    provisional: bool
    sort_at: datetime
    watch_at: datetime | None = None
    """When the watch (`matters.watching`) looks at the matter first; None where no clock runs."""

    def text(self) -> str:
        """JSON as `matters_take_step` reads it."""
        return msgspec.json.encode(self).decode()


def clock_row(marks: Sequence[ClockMark], calendar: WorkCalendar, close: BusinessClose, warn_days: int) -> ClockRow:
    """What the cache must say after these marks: the last clock's due days, or none while it stands or has finished.

    Raises `rules.ImpossibleScript` (a refusal) when the marks cannot follow each other.
    """
    clocks = clocks_of(marks)
    if not clocks:
        return ClockRow("", None, None, None, None, None, False, NEVER)
    clock = clocks[-1]
    if not clock.marks:
        # Only the day of a start counts, so a day's acceptances under the same limits share one reckoning.
        start = replace(clock.start, at=datetime.combine(day_of(clock.start.at), time(), tzinfo=CHINA), seq=0)
        return _just_started(start, calendar, close, warn_days)
    return _row(clock, calendar, close, warn_days)


@lru_cache(maxsize=2048)
def _just_started(start: ClockMark, calendar: WorkCalendar, close: BusinessClose, warn_days: int) -> ClockRow:
    return _row(Clock(start), calendar, close, warn_days)


def _row(clock: Clock, calendar: WorkCalendar, close: BusinessClose, warn_days: int) -> ClockRow:
    clock.refuse_late_extension(close, calendar)
    state = clock.state(clock.terms(close), calendar)
    legal_state = clock.state(clock.terms(close, legal=True), calendar)
    either = state or legal_state
    if either is None:
        over = bool(clock.marks) and clock.marks[-1].effect == "finish"
        return ClockRow("" if over else clock.start.name, None, None, None, None, None, False, NEVER)
    # A limit that was used up before the clock was stopped stays on the lists: stopping must not hide what is overdue.
    due_on = either.due_on or (either.reached_on if either.state == "stopped" else None)
    if either.state == "finished" or due_on is None:
        name = "" if either.state == "finished" else clock.start.name
        return ClockRow(name, None, None, None, None, either.stopped_since, either.provisional, NEVER)
    due_at = either.due_at or day_end(due_on, close)
    return ClockRow(
        clock=clock.start.name,
        due_on=due_on,
        due_at=due_at,
        legal_due_on=legal_state.due_on if legal_state else None,
        warn_at=datetime.combine(workdays_before(due_on, warn_days, calendar), time(), tzinfo=CHINA),
        stopped_since=either.stopped_since,
        provisional=either.provisional,
        sort_at=due_at,
        watch_at=None if either.stopped_since else _first_look(due_on, max(warn_days, WATCH_WORKDAYS), calendar),
    )


def _first_look(due_on: date, workdays: int, calendar: WorkCalendar) -> datetime:
    return datetime.combine(workdays_before(due_on, workdays, calendar), time(), tzinfo=CHINA)


def workdays_before(day: date, count: int, calendar: WorkCalendar) -> date:
    """The working day that lies `count` working days before `day`."""
    for _ in range(count):
        day = calendar.previous_workday_on_or_before(day - timedelta(days=1))
    return day
