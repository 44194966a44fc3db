"""What an address asks of a list: words, numbers, days, and whether it is wanted as a file. What cannot be read narrows nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import TypeVar

from django.http import HttpRequest, HttpResponseBase

from yimen.ground.kit import exports, moments
from yimen.ground.kit.refusals import Refusal
from yimen.ground.kit.text import clean_line

Row = TypeVar("Row")
EXPORT_MOST = 20_000
"""Rows of a workbook made while somebody waits."""


def text_asked(request: HttpRequest, name: str = "q") -> str:
    """A word to look for, with what nobody can type taken out."""
    try:
        return clean_line(request.GET.get(name, "")[:100], label="查找")
    except Refusal:
        return ""  # whatever cannot be read narrows nothing


def number_asked(request: HttpRequest, name: str) -> int | None:
    """A number in the question, None for anything else."""
    text = request.GET.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def day_asked(request: HttpRequest, name: str) -> date | None:
    """A day in the question, None for anything else."""
    try:
        found = date.fromisoformat(request.GET.get(name, "")[:10])
    except ValueError:
        return None
    return found if 2000 <= found.year <= 2199 else None


def choice_asked(request: HttpRequest, name: str, known: Iterable[str]) -> str:
    """One of the known words, "" for anything else."""
    said = request.GET.get(name, "")
    return said if said in set(known) else ""


def tabs_of(
    request: HttpRequest, boxes: Mapping[str, str], here: str, name: str = "box"
) -> tuple[list[tuple[str, str]], str]:
    """Tabs that keep the other questions, as [(label, address)]; and the address of the one that is open."""
    kept = request.GET.copy()
    for gone in ("after", "before", "as", name):
        kept.pop(gone, None)
    tail = f"&{kept.urlencode()}" if kept else ""
    return [(label, f"?{name}={key}{tail}") for key, label in boxes.items()], f"?{name}={here}{tail}"


def wants_file(request: HttpRequest) -> bool:
    """Whether the list is asked for as a workbook."""
    return request.GET.get("as") == "xlsx"


def workbook(title: str, columns: Sequence[exports.Column[Row]], rows: Iterable[Row], at: datetime) -> HttpResponseBase:
    """The rows as a file whose name says what it is and when it was made."""
    stamp = moments.say_moment(at).replace(":", "")
    return exports.download(f"{title} {stamp}.xlsx", exports.xlsx(columns, rows))


def file_url(request: HttpRequest, kind: str = "xlsx") -> str:
    """The same list as a file."""
    asked = request.GET.copy()
    for gone in ("after", "before"):
        asked.pop(gone, None)
    asked["as"] = kind
    return "?" + asked.urlencode()
