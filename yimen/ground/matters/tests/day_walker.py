"""An independent reckoning of clocks, slow and plain, for tests to compare with.

It knows one sentence: a day counts when the clock is running at the midnight with which it begins. No segments, no
arithmetic, no bisection; the days come from another library. It shares nothing with `rules` but the shape of events.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

import chinese_calendar

from yimen.ground.kit.moments import CHINA
from yimen.ground.matters.rules import ClockEvent

ONE = timedelta(days=1)


class WalkerError(Exception):
    """The walker found a script that cannot have happened."""


@dataclass
class Walked:
    """What the walker found."""

    due_on: date | None
    state: str
    limit: int
    counted: dict[date, bool]


def works(day: date) -> bool:
    """Is the day worked, by the second library; only for 2004–2026."""
    return bool(chinese_calendar.is_workday(day))


def walk(limit: int, unit: str, events: Sequence[ClockEvent], close: time | None = None) -> Walked:
    """Walk a script; raise `WalkerError` where it cannot be."""
    state, latest = "new", None
    for index, event in enumerate(events):
        if latest is not None and event.at < latest:
            raise WalkerError("time order")
        latest = event.at
        state = _follow(state, event.event)
        if event.event == "extended":
            if event.by <= 0:
                raise WalkerError("extension")
            reached = _first_day_full(limit, unit, events[:index])
            if reached is not None:
                local = event.at.astimezone(CHINA)
                late_today = local.date() == reached and close is not None and local.time() > close
                if local.date() > reached or late_today:
                    raise WalkerError("too late to extend")
            limit += event.by
    due = None if state == "stopped" else _first_day_full(limit, unit, events)
    return Walked(due, state, limit, {})


def _follow(state: str, event: str) -> str:
    allowed = {
        ("new", "started"): "running",
        ("running", "stopped"): "stopped",
        ("stopped", "resumed"): "running",
        ("running", "extended"): "running",
        ("stopped", "extended"): "stopped",
        ("running", "finished"): "finished",
        ("stopped", "finished"): "finished",
    }
    if (state, event) not in allowed:
        raise WalkerError(f"{event} while {state}")
    return allowed[state, event]


def _first_day_full(limit: int, unit: str, events: Sequence[ClockEvent]) -> date | None:
    """The day on which the count is full, moved off days off for calendar days; None if it never comes.

    A finish is looked through: had nothing happened, when would it have been?
    """
    events = [event for event in events if event.event != "finished"]
    day = events[0].at.astimezone(CHINA).date()
    if limit == 0:
        return day
    last_event = events[-1].at.astimezone(CHINA).date()
    count = 0
    while count < limit:
        day += ONE
        running = running_at(datetime.combine(day, time(), tzinfo=CHINA), events)
        if not running and day > last_event:
            return None
        if running and (unit == "calendar" or works(day)):
            count += 1
    while unit == "calendar" and not works(day):
        day += ONE
    return day


def running_at(moment: datetime, events: Sequence[ClockEvent]) -> bool:
    """Is the clock running at that midnight, events of the midnight itself not yet having happened?"""
    before = [event.event for event in events if event.at < moment and event.event != "extended"]
    return bool(before) and before[-1] in ("started", "resumed")


def days_counted(unit: str, events: Sequence[ClockEvent], upto: date) -> int:
    """How many days up to and including `upto` count."""
    day, count = events[0].at.astimezone(CHINA).date(), 0
    while day < upto:
        day += ONE
        if running_at(datetime.combine(day, time(), tzinfo=CHINA), events) and (unit == "calendar" or works(day)):
            count += 1
    return count
