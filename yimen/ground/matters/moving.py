"""Which open matters' dates another calendar moves, and why. It reads and thinks; nothing here writes.

The answer compares what stands in the matter (the cached columns) with what its steps give under the other calendar. Only
matters due on or after the first changed day can move: no clock looks past its own due day.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from functools import lru_cache
from typing import Any

from django.db import connection

from yimen.ground.calendar.rules import BusinessClose, DayRow, WorkCalendar
from yimen.ground.kit.moments import CHINA, day_of, say_date
from yimen.ground.matters.asking import ASKED, Asked, read_asked
from yimen.ground.matters.clocks import Clock, ClockMark, ClockRow, clock_row, clocks_of
from yimen.ground.matters.explaining import closing_hours, warn_days
from yimen.ground.matters.rules import Derivation

LONGEST_WHY = 500
_COLUMNS = "m.due_on, m.due_at, m.legal_due_on, m.warn_at, m.provisional"
_SCAN = (
    f"select {ASKED}, {_COLUMNS} from matters_matter m "  # noqa: S608 - constants of ours
    "where m.closed_at is null and m.due_at >= %s and m.id > %s order by m.id limit %s"
)
_LOCK = (
    "select i.id, m.id from matters_movedmatter i join matters_matter m on m.id = i.matter_id "
    "where i.recalculation_id = %s and i.state = 'waiting' and m.closed_at is null "
    "order by i.id limit %s for no key update of m"
)
_READ = f"select {ASKED}, {_COLUMNS} from matters_matter m where m.id = any(%s) and m.closed_at is null"  # noqa: S608
_ASKED = 17


@dataclass(frozen=True, slots=True)
class Held:
    """A matter with its clock's columns as they stand; `item_id` is its line in the preview, 0 where it has none."""

    asked: Asked
    due_on: date | None
    due_at: datetime | None
    legal_due_on: date | None
    warn_at: datetime | None
    provisional: bool
    item_id: int = 0


@dataclass(frozen=True, slots=True)
class Move:
    """What another calendar does to one matter: `row` is its clock then, `why` the difference in words."""

    held: Held
    row: ClockRow
    why: str

    @property
    def kind(self) -> str:
        """`moved`, `firmed`, `loosened`, or `refreshed` where only a moment of the cache differs and no day."""
        if (self.held.due_on, self.held.legal_due_on) != (self.row.due_on, self.row.legal_due_on):
            return "moved"
        if self.held.provisional != self.row.provisional:
            return "loosened" if self.row.provisional else "firmed"
        return "refreshed"


@dataclass(frozen=True, slots=True)
class Difference:
    """Two calendars and the days by which they differ: `days` as (day, what it was, what it becomes)."""

    before: WorkCalendar
    after: WorkCalendar
    rows: tuple[DayRow, ...]
    since: date
    title: str
    close_version: int

    @property
    def since_at(self) -> datetime:
        """The first moment from which a due day can have moved."""
        return datetime.combine(self.since, time(), tzinfo=CHINA)


def scan(difference: Difference, after_id: int, limit: int) -> tuple[list[Move], int, int]:
    """(moves, id of the last matter looked at, how many were looked at) of the next open matters; 0 looked at: the end."""
    with connection.cursor() as cursor:
        cursor.execute(_SCAN, [difference.since_at, after_id, limit])
        rows = cursor.fetchall()
    moves = [move for row in rows if (move := think_over(_held(row), difference)) is not None]
    return moves, (rows[-1][0] if rows else after_id), len(rows)


def waiting(recalculation_id: int, limit: int, *, skip_locked: bool) -> list[Held]:
    """The next open matters of a preview that still wait for their step, locked; those in other hands are passed over."""
    with connection.cursor() as cursor:
        cursor.execute(_LOCK + (" skip locked" if skip_locked else ""), [recalculation_id, limit])
        items = {matter: item for item, matter in cursor.fetchall()}
        # Read in a statement of its own: one that waited for a lock would still see the steps as they were before it.
        cursor.execute(_READ, [list(items)])
        return [replace(held, item_id=items[held.asked.id]) for held in map(_held, cursor.fetchall())]


def think_over(held: Held, difference: Difference) -> Move | None:
    """What the other calendar makes of this matter; None where everything stays as it is."""
    asked = held.asked
    close = closing_hours(asked.centre_id, difference.close_version)
    after = difference.after.at(asked.division_id, asked.centre_id)
    row = clock_row(asked.marks, after, close, warn_days())
    same_days = (held.due_on, held.legal_due_on, held.provisional) == (row.due_on, row.legal_due_on, row.provisional)
    if same_days and (held.due_at, held.warn_at) == (row.due_at, row.warn_at):
        return None
    why = "" if same_days else _why(held, row, difference, close)
    return Move(held, row, why)


def _why(held: Held, row: ClockRow, difference: Difference, close: BusinessClose) -> str:
    if (held.due_on, held.legal_due_on) == (row.due_on, row.legal_due_on):
        said = "放假安排公布后重新计算，日期不变，不再是暂定" if not row.provisional else "放假安排撤销，日期暂定"
        return f"{said}。"
    clock = clocks_of(held.asked.marks)[-1]
    place = (held.asked.division_id, held.asked.centre_id)
    before, after = difference.before.at(*place), difference.after.at(*place)
    said = "，".join(_causes(clock, before, after, close, difference.rows))
    old, new = held.due_on or held.legal_due_on, row.due_on or row.legal_due_on
    if held.due_on == row.due_on and held.legal_due_on and row.legal_due_on:
        dates = f"法定期限由 {say_date(held.legal_due_on)} 变为 {say_date(row.legal_due_on)}"
    else:
        dates = f"期限由 {say_date(old) if old else '没有'} 变为 {say_date(new) if new else '没有'}"
    if not row.provisional and held.provisional:
        dates += "，不再是暂定"
    return f"{said}；{dates}。"[:LONGEST_WHY] if said else f"{dates}。"


def _causes(
    clock: Clock, before: WorkCalendar, after: WorkCalendar, close: BusinessClose, rows: Sequence[DayRow]
) -> Iterator[str]:
    """The changed days that the clock ran over: `1月4日由工作日改为元旦放假`; neighbours with one reason together."""
    days = _ran_over(clock, before, close) | _ran_over(clock, after, close)
    found: list[tuple[list[date], bool, str]] = []
    for each in sorted(rows):
        if each.day not in days or before.is_workday(each.day) == after.is_workday(each.day):
            continue
        worked, name = after.is_workday(each.day), after.why(each.day)
        if found and found[-1][1:] == (worked, name) and (each.day - found[-1][0][-1]).days == 1:
            found[-1][0].append(each.day)
        else:
            found.append(([each.day], worked, name))
    for run, worked, name in found:
        span = say_date(run[0], year=False, weekday=len(run) == 1)
        if len(run) > 1:
            span = f"{say_date(run[0], year=False, weekday=False)}至{say_date(run[-1], year=False, weekday=False)}"
        was = before.why(run[0])
        yield f"{span}由{was}改为{name}" + (f"，多计 {len(run)} 日" if worked else f"，少计 {len(run)} 日")


def _ran_over(clock: Clock, calendar: WorkCalendar, close: BusinessClose) -> frozenset[date]:
    """The days that decided the due day: those on which the clock ran, or, in calendar days, those at its end."""
    if not clock.marks:
        start = ClockMark(
            at=datetime.combine(day_of(clock.start.at), time(), tzinfo=CHINA), effect="start", limit=clock.start.limit,
            unit=clock.start.unit, legal=clock.start.legal, legal_unit=clock.start.legal_unit,
        )  # fmt: skip
        return _ran_over_from(start, calendar, close)
    return _days(clock, calendar, close)


@lru_cache(maxsize=4096)
def _ran_over_from(start: ClockMark, calendar: WorkCalendar, close: BusinessClose) -> frozenset[date]:
    return _days(Clock(start), calendar, close)


def _days(clock: Clock, calendar: WorkCalendar, close: BusinessClose) -> frozenset[date]:
    found: set[date] = set()
    for legal in (False, True):
        derivation = clock.derivation(clock.terms(close, legal=legal), calendar)
        if derivation is not None:
            found |= set(_deciding(derivation))
    return frozenset(found)


def _deciding(derivation: Derivation) -> Iterator[date]:
    for entry in derivation.days:
        if derivation.unit == "calendar":
            if entry.rule == "moved" or entry.day == derivation.reached_on:
                yield entry.day
        elif entry.rule in ("counted", "overdue", "day_off"):
            yield entry.day


def _held(row: Sequence[Any]) -> Held:
    return Held(read_asked(row[:_ASKED]), *row[_ASKED:])
