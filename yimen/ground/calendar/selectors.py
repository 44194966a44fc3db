"""Ask the calendar: the working days, the hours of business."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time
from itertools import groupby
from typing import get_args

from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.db.models import Q, QuerySet

from yimen.ground.calendar.models import (
    CalendarChange,
    CalendarDay,
    CalendarNotice,
    ChangedDay,
    ClosingDay,
    HoursException,
    OfficeHours,
)
from yimen.ground.calendar.notice_text import LONGEST_TEXT, WORDS, NoticeRead, UnreadableNotice, as_table, runs
from yimen.ground.calendar.notice_text import read as read_notice
from yimen.ground.calendar.rules import (
    BusinessClose,
    ChangeKind,
    Closure,
    DayKind,
    DayRow,
    WorkCalendar,
    closing,
    effective_receipt,
    week_closes,
)
from yimen.ground.kit.moments import WEEKDAYS, day_of
from yimen.ground.kit.refusals import NotFound

__all__ = [
    "LONGEST_TEXT",
    "WORDS",
    "NoticeRead",
    "UnreadableNotice",
    "as_table",
    "read_notice",
    "runs",
]

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
        closures=(
            Closure(*row)
            for row in ClosingDay.objects.filter(counts=True)
            .order_by("day", "id")
            .values_list("day", "name", "division", "centre_id")
        ),
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


def receipt_day(at: datetime, centre_id: int | None, division: str) -> date:
    """The day on which a receipt counts where late ones count for the next working day: see `rules.effective_receipt`.

    The hours of that very day are asked, exceptions included; a day on which the doors stay shut is a late one.
    """
    calendar = work_calendar().at(division, centre_id)
    day = day_of(at)
    held = list(HoursException.objects.filter(Q(centre_id=centre_id) | Q(centre_id=None), day=day))
    own = [each for each in held if each.centre_id == centre_id] or held
    if own:
        last = max((each.closes for each in own if each.closes), default=None)
        close: BusinessClose = last if last is not None else time.min
    else:
        close = business_closes(centre_id)
    return effective_receipt(at, calendar, close, late_counts_next_day=True)


def sessions_on(day: date, centre_id: int | None = None, division: str = "") -> tuple[tuple[time, time], ...]:
    """When the centre's doors are open on that very day: the week's hours, exceptions and closures counted in.

    A working day at a weekend keeps Monday's hours where the centre has none for that weekday. A weekday on which the
    centre has hours is served though nobody works by law only on a Saturday or Sunday (周末服务), never on a holiday.
    """
    exceptions = list(HoursException.objects.filter(Q(centre_id=centre_id) | Q(centre_id=None), day=day))
    own = [each for each in exceptions if each.centre_id == centre_id] or exceptions
    if own:
        return tuple((each.opens, each.closes) for each in own if each.opens and each.closes)
    if closed_because(day, division, centre_id):
        return ()
    calendar = work_calendar()
    if calendar.kind(day) == "holiday":
        return ()
    week = office_sessions(centre_id)
    today = tuple((opens, closes) for weekday, opens, closes in week if weekday == day.weekday())
    if today or not calendar.is_workday(day):
        return today
    return tuple((opens, closes) for weekday, opens, closes in week if weekday == 0)


def closed_because(day: date, division: str, centre_id: int | None = None) -> str:
    """The name of the emergency closure that shuts this place on that day; "" where none does."""
    for each in ClosingDay.objects.filter(day=day).order_by("id"):
        if division.startswith(each.division) and each.centre_id in (None, centre_id):
            return each.name
    return ""


def all_hours() -> dict[int, list[tuple[int, time, time]]]:
    """The weeks of all centres that have one of their own."""
    found: dict[int, list[tuple[int, time, time]]] = {}
    for row in OfficeHours.objects.filter(centre_id__isnull=False).order_by("weekday", "opens"):
        found.setdefault(row.centre_id or 0, []).append((row.weekday, row.opens, row.closes))
    return found


def deviating_days(year: int) -> list[DayRow]:
    """The days of a year that are not simply Monday–Friday or weekend, in order."""
    rows = CalendarDay.objects.filter(day__year=year).exclude(name="").order_by("day")
    return [DayRow(day, KINDS[kind], name) for day, kind, name in rows.values_list("day", "kind", "name")]


def exception_by_id(exception_id: int) -> HoursException:
    """A day with other hours; raises `NotFound`."""
    found = HoursException.objects.filter(pk=exception_id).first()
    if found is None:
        raise NotFound("这条例外已经撤销。", next_step="请刷新页面。")
    return found


CHANGE_KINDS: dict[str, ChangeKind] = {kind: kind for kind in get_args(ChangeKind)}
CHANGE_STATES = CalendarChange.State.choices
"""The states of a change with their names, for filters."""


def coming_exceptions(since: date) -> list[HoursException]:
    """Every centre's days with other hours, from `since` on."""
    return list(HoursException.objects.filter(day__gte=since)[:200])


def exceptions(centre_id: int | None, since: date) -> list[HoursException]:
    """The days on which a centre has other hours, its own and everybody's, from `since` on."""
    return list(HoursException.objects.filter(Q(centre_id=centre_id) | Q(centre_id=None), day__gte=since))


def say_hours(sessions: Sequence[tuple[int, time, time]]) -> tuple[str, ...]:
    """`周一至周五 08:30–12:00，14:00–17:30`: days with the same hours in one line."""
    days = [
        (weekday, "，".join(f"{opens:%H:%M}–{closes:%H:%M}" for _, opens, closes in rows))
        for weekday, rows in groupby(sorted(sessions), key=lambda each: each[0])
    ]
    lines = []
    for hours, run in groupby(days, key=lambda each: each[1]):
        weekdays = [weekday for weekday, _ in run]
        first, last = WEEKDAYS[weekdays[0]], WEEKDAYS[weekdays[-1]]
        lines.append(f"周{first} {hours}" if first == last else f"周{first}至周{last} {hours}")
    return tuple(lines)


def own_hours(centre_id: int | None) -> list[tuple[int, time, time]]:
    """The week that was set for this very centre; empty where it has the default one."""
    rows = OfficeHours.objects.filter(centre_id=centre_id).order_by("weekday", "opens")
    return [(row.weekday, row.opens, row.closes) for row in rows]


def change_by_uid(uid: str) -> CalendarChange:
    """A change of the calendar; raises `NotFound`."""
    found = CalendarChange.objects.select_related("notice").filter(uid=uid).first()
    if found is None:
        raise NotFound("没有这次日历变更。", next_step="请从日历变更的清单中重新选择。")
    return found


def changes() -> QuerySet[CalendarChange]:
    """Every change of the calendar, newest first."""
    return CalendarChange.objects.order_by("-id")


def rows_of(change: CalendarChange) -> list[DayRow]:
    """The days that a change sets."""
    return [DayRow(day, KINDS[kind], name) for day, kind, name in change.days.values_list("day", "kind", "name")]


def changed_day_list(change: CalendarChange) -> list[ChangedDay]:
    """The same with what they were before."""
    return list(change.days.select_related("was_source"))


def notices_of(year: int) -> list[CalendarNotice]:
    """What a year rests on, in order."""
    return list(CalendarNotice.objects.filter(year=year))


def year_confirmed(year: int) -> bool:
    """Has the State Council's notice for this year been entered? For the operations page."""
    return CalendarNotice.objects.filter(year=year, confirmed=True).exists()


def sources_of(year: int) -> dict[date, str]:
    """The notice behind each deviating day of a year."""
    rows = CalendarDay.objects.filter(day__year=year).exclude(name="").values_list("day", "source__title")
    return dict(rows)


def _database() -> str:
    settings = connections[DEFAULT_DB_ALIAS].settings_dict
    return f"{settings['HOST']}:{settings['PORT']}/{settings['NAME']}"
