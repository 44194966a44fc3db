"""Ten thousand random scripts, possible and impossible, against the day-walker; and `due` against `explain`."""

from __future__ import annotations

import random
from datetime import datetime, time, timedelta

import pytest

from yimen.ground.calendar.rules import shipped_calendar
from yimen.ground.kit.moments import CHINA
from yimen.ground.matters.rules import (
    ClockEvent,
    ClockState,
    ClockTerms,
    EventKind,
    ImpossibleScript,
    Unit,
    due,
    explain,
    work_days_used,
)
from yimen.ground.matters.tests.day_walker import WalkerError, days_counted, running_at, walk

KINDS: tuple[EventKind, ...] = ("started", "stopped", "resumed", "extended", "finished")
SCRIPTS = 10_000


def a_script(chance: random.Random) -> tuple[ClockTerms, list[ClockEvent], time | None]:
    """Mostly sensible scripts, dense around their due day, with some that cannot be."""
    unit: Unit = chance.choice(["workday", "workday", "calendar"])
    limit = chance.choice([0, 1, 2, 3, 5, 7, 10, 20, 20, 30, 45])
    close = chance.choice([None, time(17, 30)])
    at = datetime(2004, 1, 1, 9, tzinfo=CHINA) + timedelta(days=chance.randrange(7600), minutes=chance.randrange(600))
    events = [ClockEvent(at, "started")]
    expected: EventKind = "stopped"
    for _ in range(chance.choice([0, 1, 1, 2, 2, 3, 4, 6, 8])):
        at = _later(chance, at, limit, unit, events, close)
        kind = chance.choices([expected, "extended", chance.choice(KINDS)], [24, 5, 1])[0]
        if kind in ("stopped", "resumed"):
            expected = "resumed" if kind == "stopped" else "stopped"
        by = chance.choice([1, 5, 10, 10, 15, 30, 10, 5, 0, -1]) if kind == "extended" else 0
        events.append(ClockEvent(at, kind, chance.choice(["", "correction", "hearing", "等邮寄"]), by))
    if chance.random() < 0.2:
        events.append(ClockEvent(_later(chance, at, limit, unit, events, close), "finished"))
    if chance.random() < 0.03:
        chance.shuffle(events)
    return ClockTerms(limit, unit, close), events, close


def _later(
    chance: random.Random, at: datetime, limit: int, unit: Unit, events: list[ClockEvent], close: time | None
) -> datetime:
    """A later moment: the same day, some days on, or right at the due day, where the edges are."""
    if chance.random() < 0.35:
        try:
            due_on = walk(limit, unit, events, close).due_on
        except WalkerError:
            due_on = None
        hour = chance.choice([time(9), time(17, 29, 59), time(17, 30), time(17, 30, 1), time(23, 59, 59), time(0)])
        if due_on is not None:
            edge = datetime.combine(due_on + timedelta(days=chance.choice([-1, 0, 0, 0, 1, 3])), hour, tzinfo=CHINA)
            if edge >= at:
                return edge
    return at + chance.choice(
        [timedelta(0), timedelta(minutes=30), timedelta(hours=7), timedelta(days=1), timedelta(days=4, hours=1)]
        + [timedelta(days=chance.randrange(40), hours=chance.randrange(24))] * 3
    )


def test_ten_thousand_random_scripts_agree_with_the_day_walker() -> None:
    chance, calendar = random.Random(20260924), shipped_calendar()
    seen = {"refused": 0, "running": 0, "stopped": 0, "finished": 0}
    for number in range(SCRIPTS):
        terms, events, close = a_script(chance)
        try:
            expected = walk(terms.limit, terms.unit, events, close)
        except WalkerError:
            seen["refused"] += 1
            with pytest.raises(ImpossibleScript):
                due(terms, events, calendar)
            continue
        found = due(terms, events, calendar)
        assert (found.due_on, found.state, found.limit) == (expected.due_on, expected.state, expected.limit), (
            number,
            terms,
            events,
        )
        seen[found.state] += 1
        if number % 4 == 0:
            _check_ledger(terms, events, found, number)
    assert min(seen.values()) > SCRIPTS / 20, seen


def _check_ledger(terms: ClockTerms, events: list[ClockEvent], found: ClockState, number: int) -> None:
    """Each day of the ledger by the walker's sentence; sums, order and state against the fast answer."""
    calendar = shipped_calendar()
    told = explain(terms, events, calendar)
    for name in ClockState.__dataclass_fields__:
        assert getattr(told, name) == getattr(found, name), (number, name)
    days = [entry.day for entry in told.days]
    assert found.started_on is not None
    assert days == [found.started_on + timedelta(days=n + 1) for n in range(len(days))], number
    for entry in told.days:
        midnight = datetime.combine(entry.day, time(), tzinfo=CHINA)
        if entry.rule in ("stopped", "resumption_day"):
            assert not running_at(midnight, events), (number, entry)
        else:
            assert running_at(midnight, events), (number, entry)
        if entry.rule in ("counted", "overdue", "day_off") and terms.unit == "workday":
            assert entry.counted is calendar.is_workday(entry.day), (number, entry)
        assert entry.why, (number, entry)
    counted = sum(entry.counted for entry in told.days)
    if found.state == "running":
        assert days[-1:] == ([] if found.due_on == found.started_on else [found.due_on]), number
        assert counted == found.limit, number
    else:
        assert counted == found.counted, number
    assert sum(run.days for run in told.runs()) == len(days)
    if terms.unit == "workday":
        last = events[-1].at.astimezone(CHINA).date()
        upto = last + timedelta(days=3)
        walked = [event for event in events if event.event != "finished"] if found.state != "finished" else events
        assert work_days_used(terms, events, calendar, upto) == days_counted("workday", walked, upto), number
