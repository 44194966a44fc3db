"""What every list of this module does with its question."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import TypeVar

from django.http import HttpRequest, HttpResponseBase

from yimen.ground.kit import exports, moments
from yimen.ground.kit.refusals import Refusal
from yimen.ground.kit.text import clean_line

Row = TypeVar("Row")
EXPORT_MOST = 5000


def text_asked(request: HttpRequest, name: str = "q") -> str:
    """A word to look for; whatever cannot be read narrows nothing."""
    try:
        return clean_line(request.GET.get(name, "")[:60], label="查找")
    except Refusal:
        return ""


def day_asked(request: HttpRequest, name: str) -> date | None:
    """A day in the question, None for anything else."""
    try:
        found = date.fromisoformat(request.GET.get(name, "")[:10])
    except ValueError:
        return None
    return found if 2000 <= found.year <= 2199 else None


def wants_file(request: HttpRequest) -> bool:
    """Whether the list is asked for as a workbook."""
    return request.GET.get("as") == "xlsx"


def file_url(request: HttpRequest) -> str:
    """The same list as a workbook."""
    asked = request.GET.copy()
    for gone in ("after", "before"):
        asked.pop(gone, None)
    asked["as"] = "xlsx"
    return "?" + asked.urlencode()


def workbook(title: str, columns: Sequence[exports.Column[Row]], rows: Iterable[Row], at: datetime) -> HttpResponseBase:
    """The rows as a file whose name says what it is and when it was made."""
    stamp = moments.say_moment(at).replace(":", "")
    return exports.download(f"{title} {stamp}.xlsx", exports.xlsx(columns, rows))
