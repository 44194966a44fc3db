"""The calendar in the database: seeded whole, kept in memory, dropped when anybody changes it."""

from __future__ import annotations

from datetime import date, time, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from yimen.ground.calendar.models import CalendarDay, CalendarNotice, OfficeHours
from yimen.ground.calendar.rules import shipped_calendar
from yimen.ground.calendar.selectors import business_closes, calendar_version, office_close, work_calendar

pytestmark = pytest.mark.django_db


def test_the_table_holds_every_day_with_its_notice() -> None:
    assert CalendarDay.objects.count() == (date(2027, 12, 31) - date(2003, 12, 31)).days
    assert CalendarDay.objects.get(day="2020-02-01").source.title == "国务院办公厅关于延长2020年春节假期的通知"
    assert CalendarDay.objects.get(day="2018-12-29").source.year == 2019
    assert list(CalendarNotice.objects.filter(confirmed=False).values_list("year", flat=True)) == [2027]


def test_the_calendar_in_the_database_is_the_shipped_one() -> None:
    stored, shipped = work_calendar(), shipped_calendar()
    assert stored.origin == "database"
    for n in range((date(2029, 1, 1) - date(2003, 1, 1)).days):
        day = date(2003, 1, 1) + timedelta(days=n)
        assert (stored.is_workday(day), stored.why(day), stored.kind(day), stored.confirmed(day)) == (
            shipped.is_workday(day),
            shipped.why(day),
            shipped.kind(day),
            shipped.confirmed(day),
        )


def test_a_kept_calendar_costs_one_query_or_none() -> None:
    version = work_calendar().version
    with CaptureQueriesContext(connection) as queries:
        work_calendar()
    assert len(queries) == 1
    with CaptureQueriesContext(connection) as queries:
        work_calendar(version)
        business_closes(version=version)
        business_closes(version=version)
    assert len(queries) <= 1


def test_a_change_by_any_hand_is_seen_at_once() -> None:
    day = date(2026, 11, 20)
    assert work_calendar().is_workday(day)
    with connection.cursor() as cursor:
        cursor.execute("update calendar_calendarday set kind = 'holiday', name = '县庆放假' where day = %s", [day])
    assert not work_calendar().is_workday(day)
    assert work_calendar().why(day) == "县庆放假"
    CalendarNotice.objects.filter(year=2027).update(confirmed=True)
    assert work_calendar().confirmed(date(2027, 1, 1))


def test_a_version_is_never_given_twice() -> None:
    """A calendar remembered inside a transaction that is rolled back must not be taken for a later one."""
    day = date(2026, 11, 20)
    with transaction.atomic():
        CalendarDay.objects.filter(day=day).update(kind="holiday", name="不会留下的假日")
        undone = work_calendar()
        assert not undone.is_workday(day)
        transaction.set_rollback(True)
    assert work_calendar().is_workday(day)
    CalendarDay.objects.filter(day="2026-11-23").update(kind="holiday", name="另一个假日")
    assert calendar_version() != undone.version
    assert work_calendar().is_workday(day)


def test_business_ends_at_half_past_five_unless_the_centre_says_otherwise() -> None:
    assert office_close(date(2026, 9, 24)) == time(17, 30)
    assert office_close(date(2026, 9, 20)) == time(17, 30), "a make-up Sunday keeps Monday's hours"
    assert office_close(date(2026, 9, 25)) is None
    OfficeHours.objects.create(centre_id=7, weekday=3, opens=time(9), closes=time(16))
    assert office_close(date(2026, 9, 24), 7) == time(16)
    assert office_close(date(2026, 9, 24), 8) == time(17, 30)


def test_the_database_refuses_a_calendar_that_makes_no_sense() -> None:
    notice = CalendarNotice.objects.get(year=2027)
    for wrong in (
        {"day": date(2028, 1, 1), "kind": "half_day", "name": "半天"},
        {"day": date(2028, 1, 1), "kind": "holiday", "name": ""},
        {"day": date(2999, 1, 1), "kind": "workday", "name": ""},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            CalendarDay.objects.create(source=notice, **wrong)
    with pytest.raises(IntegrityError), transaction.atomic():
        OfficeHours.objects.create(weekday=0, opens=time(12), closes=time(9))
    with pytest.raises(IntegrityError), transaction.atomic():
        OfficeHours.objects.create(weekday=0, opens=time(9), closes=time(11))
