"""Who asks, and what every list does."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import TypeVar

from django.http import HttpRequest, HttpResponseBase

from yimen.ground.identity.policies import actor_of as actor_of
from yimen.ground.kit import exports, moments
from yimen.ground.kit.refusals import Refusal
from yimen.ground.kit.text import clean_line

Row = TypeVar("Row")
EXPORT_MOST = 10_000


def today() -> date:
    """The day of the request."""
    return moments.day_of(moments.now())


def text_asked(request: HttpRequest, name: str = "q", longest: int = 100) -> str:
    """A word to look for, with what nobody can type taken out."""
    try:
        return clean_line(request.GET.get(name, "")[:longest], label="查找")
    except Refusal:
        return ""  # whatever cannot be read narrows nothing


def number_asked(request: HttpRequest, name: str) -> int | None:
    """A number in the question, None for anything else."""
    text = request.GET.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


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
