"""The working-day calculator beyond `rules.answer`: backwards, and between two days. Pure."""

from __future__ import annotations

from datetime import date, timedelta

from yimen.ground.calendar.rules import DayOutOfRange, WorkCalendar, within_range
from yimen.ground.matters.rules import (
    LAW_OF_COUNTING,
    LAW_OF_DAYS_OFF,
    DayEntry,
    Derivation,
    Unit,
    answer,
)


def latest_start(end: date, n: int, unit: Unit, calendar: WorkCalendar) -> date:
    """The last day on which `n` units may begin so that they are over by `end`. Raises `DayOutOfRange`."""
    within_range(end)
    day = end
    if unit == "workday":
        for _ in range(n):
            day = calendar.previous_workday_on_or_before(day) - timedelta(days=1)
        # The day before the first counted one may be any day, worked or not; a later start would lose a working day.
        return within_range(day if n else end)
    if (end - date(1900, 1, 1)).days < n:
        raise DayOutOfRange("开始的日期")
    day = end - timedelta(days=n)
    # In calendar days an end on a day off moves on: then the start must lie so much earlier.
    while n and (answer(day, n, unit, calendar).due_on or end) > end:
        day -= timedelta(days=1)
    return day


def between(start: date, end: date, unit: Unit, calendar: WorkCalendar) -> Derivation:
    """Every day after `start` up to `end`, counted or not."""
    entries = []
    for number in range(1, (within_range(end) - within_range(start)).days + 1):
        day = start + timedelta(days=number)
        if unit == "calendar":
            entries.append(DayEntry(day, True, "自然日", "counted", LAW_OF_COUNTING[unit]))
        elif calendar.is_workday(day):
            entries.append(DayEntry(day, True, calendar.why(day), "counted", LAW_OF_COUNTING[unit]))
        else:
            entries.append(DayEntry(day, False, calendar.why(day), "day_off", LAW_OF_DAYS_OFF))
    counted = sum(entry.counted for entry in entries)
    provisional = unit == "workday" and end > start and not calendar.span_confirmed(start + timedelta(days=1), end)
    return Derivation(
        "running",
        limit=counted,
        counted=counted,
        started_on=start,
        provisional=provisional,
        unit=unit,
        days=tuple(entries),
    )
