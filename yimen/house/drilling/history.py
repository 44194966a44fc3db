"""What the database's own past says of its arrivals, and of the pace at which its sections work."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import connection

from yimen.ground.calendar.rules import WorkCalendar
from yimen.ground.kit.moments import day_of
from yimen.house.simulate.world import SimItem

LOOK_BACK = timedelta(days=91)
"""A quarter: long enough for rare items, short enough to be how things are now."""
PACE_BACK = timedelta(days=366)
PACES = 40
ENOUGH = 20
"""So many cases make an item's own shares; with fewer those of the whole centre hold."""
WITHOUT_HISTORY = 1.0
"""Applications an item and a working day, where the database has no past at all."""
MISSING, REFUSED, AT_WINDOW = 0.08, 0.03, 0.4


@dataclass(frozen=True, slots=True)
class Habit:
    """How an item is applied for: per working day and per day off, and what share of it comes how."""

    worked: float
    off: float
    at_window: float
    missing: float
    refused: float
    pace: tuple[int, ...]
    """Working days that recent cases of the item took to a decision."""


@dataclass(slots=True)
class _Seen:
    worked: int = 0
    off: int = 0
    at_window: int = 0
    at_window_worked: int = 0
    missing: int = 0
    decided: int = 0
    refused: int = 0

    @property
    def all(self) -> int:
        return self.worked + self.off


def habits(items: Sequence[SimItem], calendar: WorkCalendar, until: datetime) -> tuple[dict[str, Habit], int]:
    """The habit of each item by its code, and how many past cases they rest on (0: assumed)."""
    seen = _count(calendar, until)
    days = [day_of(until) - timedelta(days=n) for n in range(1, LOOK_BACK.days + 1)]
    worked = max(1, sum(calendar.is_workday(day) for day in days))
    off = max(1, len(days) - worked)
    total = _Seen()
    for each in seen.values():
        for name in _Seen.__slots__:
            setattr(total, name, getattr(total, name) + getattr(each, name))
    paces = _paces(until)
    found = {}
    for item in items:
        own = seen.get(item.code31, _Seen())
        known = own if own.all >= ENOUGH else total
        found[item.code31] = Habit(
            worked=own.worked / worked if total.all else WITHOUT_HISTORY,
            off=own.off / off if item.online else 0.0,
            at_window=1.0 if not item.online else _share(known.at_window_worked, known.worked, AT_WINDOW),
            missing=_share(known.missing, known.all, MISSING),
            refused=_share(known.refused, known.decided, REFUSED),
            pace=paces.get(item.code31, ()),
        )
    return found, total.all


def _share(part: int, whole: int, otherwise: float) -> float:
    return part / whole if whole else otherwise


def _count(calendar: WorkCalendar, until: datetime) -> Mapping[str, _Seen]:
    with connection.cursor() as cursor:
        cursor.execute(
            """select m.subject, (m.opened_at at time zone 'Asia/Shanghai')::date, count(*),
                      count(*) filter (where m.channel = 'window'), count(*) filter (where c.corrections > 0),
                      count(*) filter (where c.decision in ('granted', 'refused')),
                      count(*) filter (where c.decision = 'refused')
                 from matters_matter m join cases_case c on c.matter_id = m.id
                where m.opened_at >= %s and m.opened_at < %s group by 1, 2""",
            [until - LOOK_BACK, until],
        )
        rows: list[tuple[str, date, int, int, int, int, int]] = cursor.fetchall()
    found: dict[str, _Seen] = {}
    for subject, day, count, at_window, missing, decided, refused in rows:
        seen = found.setdefault(subject, _Seen())
        if calendar.is_workday(day):
            seen.worked += count
            seen.at_window_worked += at_window
        else:
            seen.off += count
        seen.at_window += at_window
        seen.missing += missing
        seen.decided += decided
        seen.refused += refused
    return found


def _paces(until: datetime) -> dict[str, tuple[int, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(
            """select subject, array_agg(work_days order by id desc) from (
                   select m.subject, m.work_days, m.id, row_number() over (partition by m.subject order by m.id desc) n
                     from matters_matter m join cases_case c on c.matter_id = m.id
                    where m.work_days is not null and m.opened_at >= %s and m.opened_at < %s) p
                where n <= %s group by 1""",
            [until - PACE_BACK, until, PACES],
        )
        return {subject: tuple(days) for subject, days in cursor.fetchall()}
