"""The calendar that ships with Yimen: which days deviated, by which notice, 2004–2026, and 2027 as far as known.

`data/days.csv` holds runs of days with one kind and name; `data/notices.csv` the notice each run comes from. The
migration writes them into the table day by day; a command without a database reads them directly.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import NamedTuple

from yimen.ground.calendar.rules import DayKind, DayRow, WorkCalendar

DATA = Path(__file__).resolve().parent / "data"
KINDS: dict[str, DayKind] = {"holiday": "holiday", "make_up_workday": "make_up_workday"}


class SeedNotice(NamedTuple):
    """One notice; `key` is the year, with a number where a year had several; blank is what we could not verify."""

    key: str
    year: int
    title: str
    document_number: str
    issued_on: date | None
    confirmed: bool


class SeedDay(NamedTuple):
    """One day of the table with the key of its notice."""

    day: date
    kind: DayKind
    name: str
    notice: str


def notices() -> list[SeedNotice]:
    """All shipped notices, oldest first."""
    with (DATA / "notices.csv").open(encoding="utf-8", newline="") as file:
        return [
            SeedNotice(
                row["key"],
                int(row["year"]),
                row["title"],
                row["document_number"],
                date.fromisoformat(row["issued_on"]) if row["issued_on"] else None,
                row["confirmed"] == "yes",
            )
            for row in csv.DictReader(file)
        ]


def deviations() -> Iterator[SeedDay]:
    """The days that are not simply Monday–Friday or weekend, in order."""
    with (DATA / "days.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            day, last = date.fromisoformat(row["first"]), date.fromisoformat(row["last"])
            while day <= last:
                yield SeedDay(day, KINDS[row["kind"]], row["name"], row["notice"])
                day += timedelta(days=1)


def days() -> Iterator[SeedDay]:
    """Every day of every shipped year; an ordinary day names the year's first notice."""
    special = {row.day: row for row in deviations()}
    first_notice: dict[int, str] = {}
    for notice in notices():
        first_notice.setdefault(notice.year, notice.key)
    day, last = date(min(first_notice), 1, 1), date(max(first_notice), 12, 31)
    while day <= last:
        kind: DayKind = "workday" if day.weekday() < 5 else "weekend"
        yield special.get(day) or SeedDay(day, kind, "", first_notice[day.year])
        day += timedelta(days=1)


@cache
def calendar() -> WorkCalendar:
    """The calendar as shipped, without a database; built once per process in a few milliseconds."""
    known = notices()
    return WorkCalendar(
        (DayRow(row.day, row.kind, row.name) for row in deviations()),
        known_from=date(known[0].year, 1, 1),
        known_to=date(known[-1].year, 12, 31),
        confirmed_years={notice.year for notice in known if notice.confirmed},
    )
