"""The working calendar against every oracle we have: the reference table, a second library, a naive walk."""

from __future__ import annotations

import csv
import random
from datetime import date, datetime, time, timedelta
from pathlib import Path

import chinese_calendar
import pytest

from yimen.ground.calendar.rules import (
    DayOutOfRange,
    DayRow,
    NoSuchDay,
    WorkCalendar,
    closing,
    day_end,
    effective_receipt,
    parse_day,
    shipped_calendar,
    week_closes,
)
from yimen.ground.kit.moments import CHINA

REFERENCE = Path(__file__).resolve().parents[5] / "shared" / "data" / "holidays_cn.csv"
FIRST, LAST = date(2004, 1, 1), date(2026, 12, 31)


def days(first: date, last: date) -> list[date]:
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def test_every_day_agrees_with_the_reference_table() -> None:
    if not REFERENCE.exists():
        pytest.skip("../shared/data/holidays_cn.csv is absent: the day-by-day comparison is not made")
    with REFERENCE.open(encoding="utf-8") as file:
        table = {date.fromisoformat(row["date"]): row for row in csv.DictReader(file)}
    assert len(table) == 771
    calendar = shipped_calendar()
    for day in days(FIRST, LAST):
        row = table.get(day)
        expected = day.weekday() < 5 if row is None else row["off_or_work"] == "班"
        assert calendar.is_workday(day) is expected, day
        if row is not None:
            assert calendar.why(day).startswith(row["festival"][:2]) or "抗战" in calendar.why(day), day
            assert calendar.why(day).endswith("调休上班" if expected else "放假"), day


def test_every_day_agrees_with_the_second_library() -> None:
    calendar = shipped_calendar()
    assert [d for d in days(FIRST, LAST) if calendar.is_workday(d) is not chinese_calendar.is_workday(d)] == []


@pytest.mark.parametrize(
    ("day", "why", "kind"),
    [
        ("2026-09-24", "工作日", "workday"),
        ("2026-09-25", "中秋节放假", "holiday"),
        ("2026-09-20", "国庆节调休上班", "make_up_workday"),
        ("2026-11-21", "周六", "weekend"),
        ("2026-11-22", "周日", "weekend"),
        ("2020-02-01", "春节放假", "holiday"),
        ("2015-09-03", "抗战胜利70周年纪念日放假", "holiday"),
        ("2027-02-05", "春节放假", "holiday"),
        ("2031-01-01", "工作日", "workday"),
    ],
)
def test_a_day_says_what_it_is(day: str, why: str, kind: str) -> None:
    calendar = shipped_calendar()
    assert (calendar.why(parse_day(day)), calendar.kind(parse_day(day))) == (why, kind)


def test_the_statutory_holidays_of_2027_are_off_and_not_confirmed() -> None:
    calendar = shipped_calendar()
    off = [d for d in days(date(2027, 1, 1), date(2027, 12, 31)) if calendar.kind(d) == "holiday"]
    assert len(off) == 13
    assert not calendar.confirmed(date(2027, 3, 1))
    assert calendar.confirmed(date(2026, 12, 31))
    assert calendar.span_confirmed(date(2025, 12, 1), date(2026, 2, 1))
    assert not calendar.span_confirmed(date(2026, 12, 31), date(2027, 1, 1))


def test_years_without_rows_know_weekends_only_and_are_not_confirmed() -> None:
    calendar = shipped_calendar()
    for day in (*days(date(2003, 1, 1), date(2003, 12, 31)), *days(date(2028, 1, 1), date(2030, 12, 31))):
        assert calendar.is_workday(day) is (day.weekday() < 5)
        assert not calendar.confirmed(day)


def test_counting_agrees_with_a_walk_inside_and_across_the_known_years() -> None:
    calendar, chance = shipped_calendar(), random.Random(4)
    for _ in range(3000):
        start = date(2002, 1, 1) + timedelta(days=chance.randrange(365 * 28))
        n = chance.randrange(300)
        day, seen = start, 0
        while seen < n:
            day += timedelta(days=1)
            seen += calendar.is_workday(day)
        assert calendar.nth_workday_after(start, n) == day
        later = day + timedelta(days=chance.randrange(5))
        walked = sum(calendar.is_workday(d) for d in days(start, later)[1:])
        assert calendar.workdays_between(start, later) == walked
        assert calendar.workdays_between(later, start) == -walked


def test_the_next_and_the_previous_working_day() -> None:
    calendar = shipped_calendar()
    assert calendar.next_workday_on_or_after(date(2026, 10, 3)) == date(2026, 10, 8)
    assert calendar.next_workday_on_or_after(date(2026, 10, 10)) == date(2026, 10, 10)
    assert calendar.previous_workday_on_or_before(date(2026, 10, 7)) == date(2026, 9, 30)
    assert calendar.previous_workday_on_or_before(date(2026, 10, 8)) == date(2026, 10, 8)


@pytest.mark.parametrize(
    "text",
    ["2026-02-30", "0000-01-01", "2026-13-01", "", "20260924", "2026-W39-4", "2026-9-4", "２０２６-09-24", "\x00" * 10],
)
def test_a_day_that_does_not_exist_is_refused(text: str) -> None:
    with pytest.raises(NoSuchDay) as refused:
        parse_day(text)
    assert "不是一个存在的日期" in refused.value.message


@pytest.mark.parametrize("text", ["9999-12-31", "0001-01-01", "1899-12-31", "2200-01-01"])
def test_a_day_outside_our_years_is_refused(text: str) -> None:
    with pytest.raises(DayOutOfRange):
        parse_day(text)


def test_counting_past_the_last_year_is_refused() -> None:
    with pytest.raises(DayOutOfRange):
        shipped_calendar().nth_workday_after(date(2199, 12, 30), 5)
    with pytest.raises(DayOutOfRange):
        shipped_calendar().is_workday(date(9999, 12, 31))
    with pytest.raises(ValueError, match="negative"):
        shipped_calendar().nth_workday_after(date(2026, 1, 1), -1)


def test_rows_outside_the_known_years_are_a_mistake() -> None:
    with pytest.raises(ValueError, match="outside"):
        WorkCalendar(
            [DayRow(date(2030, 1, 1), "holiday", "元旦放假")],
            known_from=date(2026, 1, 1),
            known_to=date(2026, 12, 31),
            confirmed_years={2026},
        )


WEEK = week_closes([(day, closes) for day in range(5) for closes in (time(12), time(17, 30))])


def test_the_day_ends_with_business_or_at_midnight() -> None:
    assert (*[time(17, 30)] * 5, None, None) == WEEK
    assert closing(date(2026, 9, 20), WEEK) == time(17, 30), "a make-up Sunday keeps Monday's hours"
    assert closing(date(2026, 9, 21), time(16)) == time(16)
    assert day_end(date(2026, 9, 21), WEEK) == datetime(2026, 9, 21, 17, 30, tzinfo=CHINA)
    assert day_end(date(2026, 9, 21), None) == datetime(2026, 9, 21, 23, 59, 59, 999999, tzinfo=CHINA)


@pytest.mark.parametrize(
    ("at", "late_counts_next_day", "expected"),
    [
        ("2026-09-24T16:59:00", True, "2026-09-24"),
        ("2026-09-24T17:30:00", True, "2026-09-24"),
        ("2026-09-24T17:30:01", True, "2026-09-28"),
        ("2026-09-24T17:30:01", False, "2026-09-24"),
        ("2026-09-25T00:00:00", True, "2026-09-28"),
        ("2026-09-25T00:00:00", False, "2026-09-25"),
        ("2026-09-24T03:00:00", True, "2026-09-24"),
        ("2026-10-10T10:00:00", True, "2026-10-10"),
    ],
)
def test_a_receipt_outside_office_hours_counts_from_the_next_working_day_where_the_centre_says_so(
    at: str, late_counts_next_day: bool, expected: str
) -> None:
    moment = datetime.fromisoformat(f"{at}+08:00")
    received = effective_receipt(moment, shipped_calendar(), WEEK, late_counts_next_day=late_counts_next_day)
    assert received.isoformat() == expected
