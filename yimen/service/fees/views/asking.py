"""What every list here reads from its address."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any, TypeVar

from django.http import HttpRequest, HttpResponseBase

from yimen.ground.documents.services import store_file
from yimen.ground.identity.policies import actor_of as actor_of
from yimen.ground.identity.rules import Actor
from yimen.ground.kit import exports, moments
from yimen.ground.kit.money import Fen, say_yuan
from yimen.ground.kit.refusals import Refusal
from yimen.ground.kit.text import clean_line

Row = TypeVar("Row")
EXPORT_MOST = 5000


def text_asked(request: HttpRequest, name: str = "q") -> str:
    """A word to look for, with what nobody can type taken out."""
    try:
        return clean_line(request.GET.get(name, "")[:200], label="查找")
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


def wants_file(request: HttpRequest) -> bool:
    """Whether the list is asked for as a workbook."""
    return request.GET.get("as") == "xlsx"


def workbook(title: str, columns: Sequence[exports.Column[Row]], rows: Iterable[Row], at: datetime) -> HttpResponseBase:
    """The rows as a file whose name says what it is and when it was made."""
    stamp = moments.say_moment(at).replace(":", "")
    return exports.download(f"{title} {stamp}.xlsx", exports.xlsx(columns, rows))


def file_url(request: HttpRequest, **more: str) -> str:
    """The same list as a workbook."""
    asked = request.GET.copy()
    for gone in ("after", "before"):
        asked.pop(gone, None)
    for name, value in {"as": "xlsx", **more}.items():
        asked[name] = value
    return "?" + asked.urlencode()


def tabs_of(
    request: HttpRequest, boxes: dict[str, str], here: str, name: str = "box"
) -> tuple[list[tuple[str, str]], str]:
    """Tabs that keep the other questions; and the address of the one that is open."""
    kept = request.GET.copy()
    for gone in ("after", "before", "as", name):
        kept.pop(gone, None)
    tail = f"&{kept.urlencode()}" if kept else ""
    return [(label, f"?{name}={key}{tail}") for key, label in boxes.items()], f"?{name}={here}{tail}"


def stored(request: HttpRequest, actor: Actor, at: datetime) -> Any:
    """The file of a form, through the gate; None where none was chosen. Raises `kit.uploads.FileRefused`."""
    upload = request.FILES.get("file")
    return store_file(upload, actor=actor, at=at) if upload is not None else None


def yuan(fen: int) -> float:
    """A sum as a number of yuan for a workbook's cell; exact up to ten thousand million."""
    return round(fen / 100, 2)


def said(fen: int) -> str:
    """A sum in words."""
    return say_yuan(Fen(fen))
