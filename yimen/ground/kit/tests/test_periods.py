"""The period of a report: named or chosen, what lies before it, and in words."""

from __future__ import annotations

from datetime import date

import pytest

from yimen.ground.kit.periods import (
    NAMED,
    Period,
    UnusablePeriod,
    asked_period,
    last_days,
    named_period,
    period_or,
    whole_month,
)

TODAY = date(2026, 2, 17)


@pytest.mark.parametrize(
    ("name", "first", "last", "said"),
    [
        ("this_month", "2026-02-01", "2026-02-17", "2026年2月1日至2月17日"),
        ("last_month", "2026-01-01", "2026-01-31", "2026年1月"),
        ("this_quarter", "2026-01-01", "2026-02-17", "2026年1月1日至2月17日"),
        ("last_quarter", "2025-10-01", "2025-12-31", "2025年10月1日至12月31日"),
        ("this_year", "2026-01-01", "2026-02-17", "2026年1月1日至2月17日"),
        ("last_year", "2025-01-01", "2025-12-31", "2025年"),
    ],
)
def test_named(name: str, first: str, last: str, said: str) -> None:
    found = named_period(name, TODAY)
    assert (found.first.isoformat(), found.last.isoformat(), found.said) == (first, last, said)
    assert asked_period({"period": name}, TODAY) == found
    assert name in NAMED


def test_before() -> None:
    assert named_period("last_quarter", TODAY).before() == Period(date(2025, 7, 1), date(2025, 9, 30))
    assert Period(date(2026, 2, 10), date(2026, 2, 16)).before() == Period(date(2026, 2, 3), date(2026, 2, 9))
    assert Period(date(2024, 2, 29), date(2024, 2, 29)).year_before() == Period(date(2023, 2, 28), date(2023, 2, 28))


def test_whole_months() -> None:
    assert Period(date(2026, 1, 5), date(2026, 4, 9)).whole_months() == (date(2026, 2, 1), date(2026, 4, 1))
    assert Period(date(2026, 1, 5), date(2026, 1, 31)).whole_months() is None
    assert Period(date(2026, 1, 1), date(2026, 1, 31)).whole_months() == (date(2026, 1, 1), date(2026, 2, 1))
    assert Period(date(2026, 1, 5), date(2026, 2, 8)).whole_months() is None
    assert list(Period(date(2025, 12, 5), date(2026, 1, 1)).months()) == [date(2025, 12, 1), date(2026, 1, 1)]


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"period": "nonsense"}, ""),
        ({"first": "2026-03-02", "last": "2026-03-01"}, "first"),
        ({"first": "1800-01-01"}, "first"),
        ({"last": "2026-02-30"}, "last"),
        ({"first": "2001-01-01", "last": "2026-01-01"}, "first"),
    ],
)
def test_what_is_no_period(asked: dict[str, str], field: str) -> None:
    with pytest.raises(UnusablePeriod) as refused:
        asked_period(asked, TODAY)
    assert list(refused.value.fields) == ([field] if field else [])


def test_one_day_given_is_enough() -> None:
    assert asked_period({"first": "2026-02-03"}, TODAY) == Period(date(2026, 2, 3), TODAY)
    assert asked_period({"last": "2026-01-20"}, TODAY) == Period(date(2026, 1, 1), date(2026, 1, 20))


def test_moments_are_chinas() -> None:
    begin, end = Period(date(2026, 2, 28), date(2026, 2, 28)).moments
    assert (begin.isoformat(), end.isoformat()) == ("2026-02-28T00:00:00+08:00", "2026-03-01T00:00:00+08:00")


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({}, ("2026-08-27", "2026-11-24")),
        ({"first": "nonsense"}, ("2026-08-27", "2026-11-24")),
        ({"first": "2026-11-20", "last": "2026-11-01"}, ("2026-08-27", "2026-11-24")),
        ({"first": "2026-11-01"}, ("2026-11-01", "2026-11-24")),
        ({"last": "2026-10-08"}, ("2026-10-01", "2026-10-08")),
        ({"first": "2020-01-01", "last": "2026-11-24"}, ("2025-11-24", "2026-11-24")),
        ({"period": "last_year"}, ("2026-08-27", "2026-11-24")),
    ],
)
def test_a_page_that_rather_shows_something(asked: dict[str, str], expected: tuple[str, str]) -> None:
    today = date(2026, 11, 24)
    found = period_or(last_days(90, today), asked, today, longest_days=366)
    assert (found.first.isoformat(), found.last.isoformat()) == expected


def test_a_month_to_its_end() -> None:
    assert whole_month(date(2028, 2, 3)) == Period(date(2028, 2, 1), date(2028, 2, 29))
