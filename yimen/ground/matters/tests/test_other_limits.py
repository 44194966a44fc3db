"""A running clock under other limits: as if it had begun with them, counted by hand; and the days before stay what they were."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from random import Random

import pytest

from yimen.ground.calendar.rules import DayRow, WorkCalendar
from yimen.ground.kit.moments import CHINA, day_of
from yimen.ground.matters.clocks import Clock, ClockMark, clock_row, clocks_of
from yimen.ground.matters.durations import durations

HOLIDAYS = [date(2026, 10, day) for day in range(1, 8)]
CALENDAR = WorkCalendar(
    [DayRow(day, "holiday", "国庆节") for day in HOLIDAYS], known_from=date(2026, 1, 1), known_to=date(2027, 12, 31),
    confirmed_years=[2026, 2027],
)  # fmt: skip
MONDAY = datetime(2026, 9, 21, 10, 0, tzinfo=CHINA)


def worked(day: date) -> bool:
    """The oracle's own calendar."""
    return day.weekday() < 5 and day not in HOLIDAYS


def by_hand(start: datetime, limit: int, stops: list[tuple[datetime, datetime | None]]) -> date | None:
    """The last day, counted day by day: a day counts where the clock ran at the midnight with which it begins."""
    day, counted = day_of(start), 0
    for _ in range(400):
        day += timedelta(days=1)
        midnight = datetime.combine(day, datetime.min.time(), tzinfo=CHINA)
        if any(stop < midnight and (back is None or midnight <= back) for stop, back in stops):
            if any(stop < midnight and back is None for stop, back in stops):
                return None
            continue
        counted += worked(day)
        if counted == limit:
            return day
    return None


def scripts(count: int) -> Iterator[tuple[Random, list[ClockMark], list[tuple[datetime, datetime | None]]]]:
    for seed in range(count):
        dice = Random(seed)
        marks = [ClockMark(at=MONDAY + timedelta(hours=dice.randrange(8)), effect="start", name="handling", limit=60)]
        stops: list[tuple[datetime, datetime | None]] = []
        at = marks[0].at
        for _ in range(dice.randrange(3)):
            at += timedelta(days=dice.randrange(1, 9), hours=dice.randrange(24))
            back = at + timedelta(days=dice.randrange(1, 9), hours=dice.randrange(24))
            marks += [ClockMark(at=at, effect="stop", why="hearing"), ClockMark(at=back, effect="resume")]
            stops.append((at, back))
            at = back
        yield dice, marks, stops


@pytest.mark.parametrize("part", range(4))
def test_the_day_is_the_one_counted_by_hand(part: int) -> None:
    for dice, marks, stops in list(scripts(160))[part::4]:
        limit = dice.randrange(1, 40)
        changed = ClockMark(at=marks[-1].at + timedelta(hours=1), effect="limit", name="handling", limit=limit)
        row = clock_row([*marks, changed], CALENDAR, None, 2)
        assert row.due_on == by_hand(marks[0].at, limit, stops)
        assert (row.clock, row.stopped_since) == ("handling", None)
        # The same as a clock that had begun with that limit, and back again the same as before.
        assert row.due_on == clock_row([replace(marks[0], limit=limit), *marks[1:]], CALENDAR, None, 2).due_on
        back = replace(changed, limit=60, at=changed.at + timedelta(days=1))
        assert clock_row([*marks, changed, back], CALENDAR, None, 2) == clock_row(marks, CALENDAR, None, 2)
        assert durations([*marks, changed], CALENDAR, back.at) == durations(marks, CALENDAR, back.at)


def test_the_past_is_judged_by_the_limits_of_the_past() -> None:
    start = ClockMark(at=MONDAY, effect="start", name="handling", limit=10, law="旧")
    changed = ClockMark(at=MONDAY + timedelta(days=3), effect="limit", name="handling", limit=5, legal=8, law="新")
    clock = clocks_of([start, changed])[0]
    assert (clock.limits.limit, clock.limits.law) == (5, "新")
    assert Clock(start).limits is start
    assert ClockMark.read(changed.text()) == changed


def test_a_clock_that_stands_has_no_day_and_goes_on_under_the_new_limit() -> None:
    marks = [
        ClockMark(at=MONDAY, effect="start", name="handling", limit=20),
        ClockMark(at=MONDAY + timedelta(days=1), effect="stop", why="testing"),
        ClockMark(at=MONDAY + timedelta(days=2), effect="limit", name="handling", limit=5),
    ]
    assert clock_row(marks, CALENDAR, None, 2).due_on is None
    back = ClockMark(at=MONDAY + timedelta(days=2, hours=1), effect="resume")
    found = clock_row([*marks, back], CALENDAR, None, 2).due_on
    assert found == by_hand(MONDAY, 5, [(marks[1].at, back.at)])
