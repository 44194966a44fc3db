"""Lists of the residence in one manner: heading, buttons, tabs, filters, a table that folds on a phone, paging, a word where
there is nothing. The template is `residence/table.html`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from yimen.ground.kit import moments


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell: its text, where it leads, a small line below, a badge's status, an act as a button-like link."""

    text: Any = ""
    url: str = ""
    sub: str = ""
    status: str = ""
    wrap: bool = False


@dataclass(frozen=True, slots=True)
class Head:
    """One column."""

    text: str
    num: bool = False


@dataclass(frozen=True, slots=True)
class Button:
    """A link above the table."""

    text: str
    url: str
    primary: bool = False
    icon: str = ""


@dataclass(frozen=True, slots=True)
class Filter:
    """A select of the tools row; an empty value means all."""

    name: str
    label: str
    choices: Sequence[tuple[Any, str]]
    value: str = ""


@dataclass(slots=True)
class Table:
    """Everything a list page says. `page` is a keyset page (None: everything is shown); `extra` is put above the table."""

    title: str
    heads: Sequence[Head]
    rows: Iterable[Sequence[Cell]]
    lead: str = ""
    back: tuple[str, str] | None = None
    buttons: Sequence[Button] = ()
    tabs: Sequence[tuple[str, str]] = ()
    tab: str = ""
    filters: Sequence[Filter] = ()
    search: str = ""
    page: Any = None
    unit: str = "项"
    empty: tuple[str, str] = ("这里还没有内容", "")
    alerts: Sequence[tuple[str, str]] = ()
    stats: Sequence[tuple[str, Any, str, str]] = ()
    charts: Sequence[Any] = ()
    hidden: Sequence[tuple[str, str]] = field(default_factory=list)


def heads(*names: str) -> list[Head]:
    """Columns from their names; one that ends with `#` holds numbers."""
    return [Head(name.removesuffix("#"), name.endswith("#")) for name in names]


def _said(cell: Cell) -> Cell:
    """Days as people write them."""
    if isinstance(cell.text, date) and not isinstance(cell.text, datetime):
        return replace(cell, text=moments.say_date(cell.text, weekday=False))
    return cell


def show(request: HttpRequest, table: Table, **more: Any) -> HttpResponse:
    """The page."""
    rows = [list(zip(table.heads, map(_said, row), strict=True)) for row in table.rows]
    frame = more.pop("frame", "kit/manage.html")
    return render(
        request,
        "residence/table.html",
        {"table": table, "rows": rows, "asked": request.GET, "frame": frame, "columns": table.heads, **more},
    )
