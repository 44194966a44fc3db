"""Reports as the page, the Excel file and the picture show them: one builder each, by slug.

A report is rows of named values; a value may open the list behind it. The picture shows the same numbers as its table.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.safestring import SafeString

from yimen.ground.kit import charts


@dataclass(frozen=True, slots=True)
class Head:
    """A column after the first: what it is called, its unit ("" a count, "%" a rate, "天"), and the measure it counts."""

    title: str
    unit: str = ""
    measure: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """A row: its name, where the name leads, its values in the order of the heads, and where each leads."""

    name: str
    values: tuple[Any, ...]
    urls: tuple[str, ...] = ()
    url: str = ""

    def cells(self) -> list[tuple[Any, str]]:
        """Each value with its address."""
        urls = self.urls or ("",) * len(self.values)
        return list(zip(self.values, urls, strict=True))


@dataclass(slots=True)
class Report:
    """A report as built. `marks` is what the picture shows; `filters` what the page offers to ask otherwise."""

    slug: str
    title: str
    lead: str
    first: str
    heads: tuple[Head, ...]
    lines: list[Line]
    total: Line | None
    drawing: SafeString
    marks: Sequence[charts.Mark]
    unit: str
    caption: str
    note: str = ""
    filters: tuple[str, ...] = ("department",)
    second: SafeString = field(default_factory=lambda: SafeString(""))

    def table(self) -> list[tuple[Line, list[tuple[Head, str, str]]]]:
        """Each row, the total last, with its cells as people read them: (head, text, address)."""
        rows = [*self.lines, *([self.total] if self.total else [])]
        return [
            (
                line,
                [
                    (head, said(value, head.unit), url)
                    for head, (value, url) in zip(self.heads, line.cells(), strict=True)
                ],
            )
            for line in rows
        ]


@dataclass(frozen=True, slots=True)
class Asked:
    """What a report is asked for: the day, the departments, a span, and how it is grouped."""

    day: date
    departments: list[int] | None
    since: date
    until: date
    by: str = ""
    of: str = ""

    def link(self, measure: str, department: object = None, **more: str) -> str:
        """The list behind a measure of this report, of one department (a key of a row) or of all that is counted."""
        query = {"of": measure, "day": self.day.isoformat(), **more}
        if department is not None:
            query["department"] = str(department)
        elif self.departments is not None and len(self.departments) == 1:
            query["department"] = str(self.departments[0])
        return f"{reverse('reform:behind')}?{urlencode(query)}"


Builder = Callable[[Asked], Report]
_builders: dict[str, tuple[str, Builder]] = {}


def report(slug: str, title: str) -> Callable[[Builder], Builder]:
    """Register a builder under its slug."""

    def keep(builder: Builder) -> Builder:
        _builders[slug] = (title, builder)
        return builder

    return keep


def titles() -> list[tuple[str, str]]:
    """(slug, title) of every report, in the order in which they stand in the menu."""
    return [(slug, title) for slug, (title, _) in _builders.items()]


def build(slug: str, asked: Asked) -> Report | None:
    """The report, or None where there is none of this name."""
    found = _builders.get(slug)
    return found[1](asked) if found else None


def said(value: Any, unit: str) -> str:
    """A value of a report as people read it."""
    if value is None or value == "":
        return "—"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, float):
        return f"{value:g}%" if unit == "%" else f"{value:,g}"
    return str(value)
