"""What other limits would make of a clock that runs: reckoned, not written. For whoever moves matters to another version."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime

from yimen.ground.calendar.selectors import work_calendar
from yimen.ground.kit.refusals import Refusal
from yimen.ground.matters.asking import Asked
from yimen.ground.matters.clocks import Clock, ClockMark, ClockRow, clock_row, clocks_of
from yimen.ground.matters.explaining import closing_hours, warn_days
from yimen.ground.matters.lifecycle import ClockStart


@dataclass(frozen=True, slots=True)
class OtherLimits:
    """A clock under other limits: `mark` brings them, `back` the present ones again; `row` is the cache then.

    `due_on` is the last day then, None while the clock stands or where none can be reckoned (`impossible`: the new limit
    would have run out before an extension that was granted; or it is not in days). `used` are the days counted so far.
    """

    mark: ClockMark
    back: ClockMark
    row: ClockRow | None
    due_on: date | None
    stopped: bool
    used: int
    impossible: bool


def standing_limits(asked: Asked, name: str) -> tuple[int | None, str] | None:
    """(limit, unit) of the clock of this name, where it is the present one and has not ended; None where it is not."""
    clock = _present(asked, name)
    return (clock.limits.limit, clock.limits.unit) if clock else None


def under_limits(asked: Asked, start: ClockStart, at: datetime, *, keep_legal: bool) -> OtherLimits | None:
    """The present clock of the name `start.name` under the limits of `start`, from `at` on; None where it is not the present one.

    With `keep_legal` a legal limit that is longer than the one it began with, or told in another unit, does not come in.
    """
    clock = _present(asked, start.name)
    if clock is None:
        return None
    now, mark = clock.limits, replace(ClockMark.of_start(start, at), effect="limit")
    if keep_legal and not _shorter(mark, now):
        mark = replace(mark, legal=now.legal, legal_unit=now.legal_unit)
    back = replace(now, at=at, effect="limit", seq=0, after=None)
    row, used = None, 0
    if start.limit is not None and start.unit in ("workday", "calendar"):
        here = work_calendar(asked.calendar_version).at(asked.division_id, asked.centre_id)
        close = closing_hours(asked.centre_id, asked.calendar_version)
        try:
            state = clock.state(clock.terms(close) or clock.terms(close, legal=True), here)
            row = clock_row([*asked.marks, mark], here, close, warn_days())
            used = state.counted if state else 0
        except Refusal:
            row = None
    stopped = row is not None and row.stopped_since is not None
    return OtherLimits(mark, back, row, None if row is None or stopped else row.due_on, stopped, used, row is None)


def row_with(asked: Asked, mark: ClockMark) -> ClockRow:
    """The clock's columns after one more mark. Raises `ImpossibleScript`."""
    here = work_calendar(asked.calendar_version).at(asked.division_id, asked.centre_id)
    close = closing_hours(asked.centre_id, asked.calendar_version)
    return clock_row([*asked.marks, mark], here, close, warn_days())


def _present(asked: Asked, name: str) -> Clock | None:
    clocks = clocks_of(asked.marks)
    if not clocks or clocks[-1].start.name != name:
        return None
    marks = clocks[-1].marks
    return None if marks and marks[-1].effect == "finish" else clocks[-1]


def _shorter(mark: ClockMark, now: ClockMark) -> bool:
    if mark.legal is None or now.legal is None:
        return now.legal is None and mark.legal is not None
    return mark.legal_unit == now.legal_unit and mark.legal < now.legal
