"""Ask the calendar: the working days, the hours of business."""

from __future__ import annotations

from datetime import date, time
from typing import get_args

from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.db.models import Q

from yimen.ground.calendar.models import CalendarDay, CalendarNotice, OfficeHours
from yimen.ground.calendar.rules import DayKind, DayRow, WorkCalendar, closing, week_closes

KINDS: dict[str, DayKind] = {kind: kind for kind in get_args(DayKind)}

# The latest calendar and the latest hours of each database this process has spoken to. An entry is replaced whole, so
# threads may share it; a version is never reused (see CalendarVersion), so an entry cannot be wrong.
_calendars: dict[str, WorkCalendar] = {}
_hours: dict[str, tuple[int, dict[int | None, tuple[time | None, ...]]]] = {}


def calendar_version() -> int:
    """The version of the calendar now; one indexed row. A caller with a query of its own may read it there."""
    with connection.cursor() as cursor:
        cursor.execute("select version from calendar_calendarversion where id = 1")
        return int(cursor.fetchone()[0])


def work_calendar(version: int | None = None) -> WorkCalendar:
    """The calendar as it stands, kept in this process until its version changes.

    Give `version` where it has been read already (`calendar_calendarversion.version`); else one small query reads it.
    """
    if version is None:
        version = calendar_version()
    database = _database()
    known = _calendars.get(database)
    if known is None or known.version != version:
        known = _calendars[database] = _read_calendar(version)
    return known


def _read_calendar(version: int) -> WorkCalendar:
    """Read the deviating days and the confirmed years; ordinary days say nothing that the weekday does not."""
    bounds = CalendarDay.objects.order_by("day").values_list("day", flat=True)
    first, last = bounds.first(), bounds.last()
    if first is None or last is None:
        first = last = date(2000, 1, 1)
    rows = CalendarDay.objects.values_list("day", "kind", "name")
    return WorkCalendar(
        (
            DayRow(day, KINDS[kind], name)
            for day, kind, name in rows
            if name or (kind == "workday") != (day.weekday() < 5)
        ),
        known_from=first,
        known_to=last,
        confirmed_years=CalendarNotice.objects.filter(confirmed=True).values_list("year", flat=True),
        version=version,
        origin="database",
    )


def business_closes(centre_id: int | None = None, version: int | None = None) -> tuple[time | None, ...]:
    """When business ends on each weekday, Monday first; None where there is none. For `ClockTerms.business_close`.

    A centre without hours of its own has the default ones.
    """
    if version is None:
        version = calendar_version()
    database = _database()
    read_at, hours = _hours.get(database, (None, {}))
    if read_at != version:
        hours = _read_hours()
        _hours[database] = (version, hours)
    none: tuple[time | None, ...] = (None,) * 7
    return hours.get(centre_id) or hours.get(None, none)


def _read_hours() -> dict[int | None, tuple[time | None, ...]]:
    sessions: dict[int | None, list[tuple[int, time]]] = {}
    for centre_id, weekday, closes in OfficeHours.objects.values_list("centre_id", "weekday", "closes"):
        sessions.setdefault(centre_id, []).append((weekday, closes))
    return {centre_id: week_closes(each) for centre_id, each in sessions.items()}


def office_close(day: date, centre_id: int | None = None) -> time | None:
    """When business ends on that day at the centre; None if it has no hours then (the day ends at 24:00)."""
    if not work_calendar().is_workday(day):
        return None
    return closing(day, business_closes(centre_id))


def office_sessions(centre_id: int | None = None) -> tuple[tuple[int, time, time], ...]:
    """The centre's sessions of business as (weekday from Monday = 0, opens, closes), the default ones without its own."""
    rows = OfficeHours.objects.filter(Q(centre_id=centre_id) | Q(centre_id=None)).order_by("weekday", "opens")
    held = [(row.centre_id, row.weekday, row.opens, row.closes) for row in rows]
    own = [row[1:] for row in held if row[0] == centre_id]
    return tuple(own or [row[1:] for row in held if row[0] is None])


def _database() -> str:
    settings = connections[DEFAULT_DB_ALIAS].settings_dict
    return f"{settings['HOST']}:{settings['PORT']}/{settings['NAME']}"
