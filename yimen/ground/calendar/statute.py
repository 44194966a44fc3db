"""What 全国年节及纪念日放假办法 gives everybody, and what is odd about a year's arrangement. Pure.

The feasts of the moon stand in a table, found by reckoning the new moons at 120° E: it is a check of what was typed, and
never the source of a day off.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import groupby
from typing import NamedTuple

from yimen.ground.calendar.rules import WorkCalendar

LAW = "《全国年节及纪念日放假办法》（2024年修订）"
LONGEST_RUN = 6
"""Working days in a row; the regulation of 2024 says 一般不超过6天 (第七条)."""
BEFORE_2025 = 11
SINCE_2025 = 13

# Year: (春节初一, 清明, 端午, 中秋).
_MOON: dict[int, tuple[tuple[int, int], int, tuple[int, int], tuple[int, int]]] = {
    2025: ((1, 29), 4, (5, 31), (10, 6)),
    2026: ((2, 17), 5, (6, 19), (9, 25)),
    2027: ((2, 6), 5, (6, 9), (9, 15)),
    2028: ((1, 26), 4, (5, 28), (10, 3)),
    2029: ((2, 13), 4, (6, 16), (9, 22)),
    2030: ((2, 3), 5, (6, 5), (9, 12)),
    2031: ((1, 23), 5, (6, 24), (10, 1)),
    2032: ((2, 11), 4, (6, 12), (9, 19)),
    2033: ((1, 31), 4, (6, 1), (9, 8)),
    2034: ((2, 19), 5, (6, 20), (9, 27)),
    2035: ((2, 8), 5, (6, 10), (9, 16)),
}


class Feast(NamedTuple):
    """A feast with its days off by law."""

    name: str
    days: tuple[date, ...]


def feasts(year: int) -> tuple[Feast, ...]:
    """The statutory days off of a year from 2025 on, in order; empty for a year whose moons are not in the table."""
    known = _MOON.get(year)
    if known is None:
        return ()
    spring, qingming, boats, moon = known
    eve = date(year, *spring) - timedelta(days=1)
    return (
        Feast("元旦", (date(year, 1, 1),)),
        Feast("春节", tuple(eve + timedelta(days=n) for n in range(4))),
        Feast("清明节", (date(year, 4, qingming),)),
        Feast("劳动节", (date(year, 5, 1), date(year, 5, 2))),
        Feast("端午节", (date(year, *boats),)),
        Feast("中秋节", (date(year, *moon),)),
        Feast("国庆节", tuple(date(year, 10, n) for n in (1, 2, 3))),
    )


class Finding(NamedTuple):
    """What a check found: `wrong` must be put right before the notice is applied, otherwise it is to be looked at."""

    wrong: bool
    says: str


def check(year: int, calendar: WorkCalendar) -> list[Finding]:
    """What is odd about the year as this calendar has it, against the regulation."""
    return [*_feasts_off(year, calendar), *_exchange(year, calendar), *_long_runs(year, calendar)]


def _feasts_off(year: int, calendar: WorkCalendar) -> Iterator[Finding]:
    for feast in feasts(year):
        worked = [day for day in feast.days if calendar.is_workday(day)]
        if worked:
            days = "、".join(f"{day.month}月{day.day}日" for day in worked)
            yield Finding(True, f"{feast.name}：{days}是{LAW}规定的放假日，这里却要上班。")
        elif not any(feast.name[:2] in calendar.why(day) for day in feast.days) and not any(
            calendar.kind(day) == "holiday" for day in feast.days
        ):
            yield Finding(False, f"{feast.name}：通知里没有提到，请核对原文。")


def _exchange(year: int, calendar: WorkCalendar) -> Iterator[Finding]:
    """Days taken from the weekdays less those given back at weekends are the statutory days: what falls on a weekend is
    made good on a working day (第六条)."""
    if year < 2014:
        return
    days = [date(year, 1, 1) + timedelta(days=n) for n in range(366)]
    kinds = [(day, calendar.kind(day)) for day in days if day.year == year]
    off = sum(kind == "holiday" and day.weekday() < 5 for day, kind in kinds)
    made_up = sum(kind == "make_up_workday" for _, kind in kinds)
    owed = SINCE_2025 if year >= 2025 else BEFORE_2025
    if off - made_up != owed:
        yield Finding(
            False,
            f"全年占用工作日放假 {off} 天、调休上班 {made_up} 天，相差 {off - made_up} 天；{LAW}规定全体公民放假 {owed} 天。"
            "请核对有没有漏写的日子（元旦假期跨年时可能相差一两天）。",
        )


def _long_runs(year: int, calendar: WorkCalendar) -> Iterator[Finding]:
    first, last = date(year - 1, 12, 25), date(year, 12, 31)
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    for worked, run in groupby(days, key=calendar.is_workday):
        held = list(run)
        if worked and len(held) > LONGEST_RUN and held[-1].year == year:
            span = f"{held[0].month}月{held[0].day}日至{held[-1].month}月{held[-1].day}日"
            yield Finding(False, f"{span}连续上班 {len(held)} 天，超过 {LONGEST_RUN} 天（{LAW}：一般不超过 6 天）。")
