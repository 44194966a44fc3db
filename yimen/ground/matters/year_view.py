"""A year as twelve small calendars: what is off, what is made up, what was closed, and on which paper. Read-only."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from yimen.ground.calendar.rules import DayRow, WorkCalendar
from yimen.ground.calendar.selectors import WORDS, runs
from yimen.ground.kit.moments import say_date


@dataclass(frozen=True, slots=True)
class Square:
    """One day of a month: `style` is "", weekend, holiday, made-up, closed or outside; `said` is its name for readers."""

    day: date
    style: str
    mark: str = ""
    said: str = ""
    today: bool = False
    changed: bool = False


@dataclass(frozen=True, slots=True)
class Month:
    """One month in whole weeks from Monday."""

    number: int
    weeks: tuple[tuple[Square, ...], ...]
    workdays: int


def months(
    year: int, calendar: WorkCalendar, *, today: date | None = None, changed: Iterable[date] = ()
) -> list[Month]:
    """The twelve months of a year; `changed` days are outlined."""
    outlined = frozenset(changed)
    closed: dict[date, list[str]] = {}
    for each in calendar.closures:
        closed.setdefault(each.day, []).append(each.name)
    return [_month(year, number, calendar, closed, today, outlined) for number in range(1, 13)]


def _month(
    year: int, number: int, calendar: WorkCalendar, closed: dict[date, list[str]], today: date | None,
    changed: frozenset[date],
) -> Month:  # fmt: skip
    first = date(year, number, 1)
    following = date(year + number // 12, number % 12 + 1, 1)
    start = first - timedelta(days=first.weekday())
    weeks = []
    while start < following:
        week = [start + timedelta(days=n) for n in range(7)]
        weeks.append(tuple(_square(day, number, calendar, closed, today, changed) for day in week))
        start += timedelta(days=7)
    return Month(
        number, tuple(weeks), calendar.workdays_between(first - timedelta(days=1), following - timedelta(days=1))
    )


def _square(
    day: date, month: int, calendar: WorkCalendar, closed: dict[date, list[str]], today: date | None,
    changed: frozenset[date],
) -> Square:  # fmt: skip
    if day.month != month:
        return Square(day, "outside")
    kind, name = calendar.kind(day), calendar.why(day)
    style = {"holiday": "holiday", "make_up_workday": "made-up", "weekend": "weekend"}.get(kind, "")
    mark = {"holiday": "休", "made-up": "班"}.get(style, "")
    if day in closed and style in ("", "made-up"):
        style, mark, name = "closed", "停", "、".join(closed[day])
    said = f"{say_date(day, year=False)} {name}" if mark else ""
    return Square(day, style, mark, said, day == today, day in changed)


def named_days(rows: Iterable[DayRow]) -> list[tuple[str, str, str]]:
    """(span, kind in a word, name) of runs of days, for the list beside the picture."""
    found = []
    for first, last, kind, name in runs(rows):
        span = say_date(first, year=False)
        if first != last:
            span = f"{say_date(first, year=False, weekday=False)}至{say_date(last, year=False, weekday=False)}"
        found.append((span, WORDS[kind], name))
    return found
