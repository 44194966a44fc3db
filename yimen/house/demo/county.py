"""清河县 as it stands on paper: departments, towns, villages, windows, the people one can sign in as. Pure, from CSV.

The county, its division code and everybody in it are invented.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

DATA = Path(__file__).resolve().parent / "data"
CITY_CODE, CITY = "519900000000", "安平市"
COUNTY_CODE, COUNTY = "519911000000", "清河县"
COURT = "清河县人民法院"
GOVERNMENT = "清河县人民政府"
COMPLAINTS = "0990-631 2345"
HOURS = "周一至周五 09:00–12:00，13:30–17:30（法定节假日除外）"


@dataclass(frozen=True, slots=True)
class Department:
    """A department: how it is called, where it sits, how many reviewers it has, who reviews its decisions."""

    key: str
    name: str
    short_name: str
    room: str
    phone: str
    reviewers: int
    review_body: str


@dataclass(frozen=True, slots=True)
class Town:
    """A town with its villages."""

    code: str
    name: str
    villages: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class WindowPlan:
    """A window of the centre (`main`) or of a subcentre, and the departments it accepts for."""

    centre: str
    number: str
    kind: str
    name: str
    served: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SignIn:
    """Somebody one can sign in as. `unit` is a department's key, `centre` or `government`; `note` is told to visitors."""

    sign_in_name: str
    name: str
    unit: str
    duty: str
    title: str
    window: str
    note: str


@dataclass(frozen=True, slots=True)
class Administrator:
    """One of the three administrators."""

    sign_in_name: str
    name: str
    role: str
    note: str


def departments() -> list[Department]:
    """About forty departments, in the order of the list."""
    return [
        Department(
            key=row["key"],
            name=COUNTY + row["name"],
            short_name=row["short_name"],
            room=COUNTY + row["room"],
            phone=f"0990-631 {row['phone']}",
            reviewers=int(row["reviewers"]),
            review_body=row["review_body"] or GOVERNMENT,
        )
        for row in rows("departments")
    ]


def towns() -> list[Town]:
    """Fifteen towns with sixty villages."""
    return [Town(row["code"], row["name"], tuple(row["villages"].split())) for row in rows("towns")]


def windows() -> list[WindowPlan]:
    """Thirty windows."""
    return [
        WindowPlan(row["centre"], row["number"], row["kind"], row["name"], tuple(row["served"].split()))
        for row in rows("windows")
    ]


def sign_ins() -> list[SignIn]:
    """Staff with a name of their own; those with a note can be signed in as."""
    return [SignIn(**row) for row in rows("sign_ins")]


def administrators() -> list[Administrator]:
    """The three administrators."""
    return [Administrator(**row) for row in rows("administrators")]


def village_code(town: str, number: int) -> str:
    """The division code of the n-th village (from 1) of a town."""
    return f"{town[:9]}{200 + number:03d}"


def rows(name: str) -> Iterator[dict[str, str]]:
    """The lines of a register of the county, empty cells as empty text."""
    with (DATA / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            yield {key: value or "" for key, value in row.items()}
