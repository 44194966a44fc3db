"""Who asks: staff, a device, or somebody in the hall with a telephone."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import TypeVar

from django.http import HttpRequest, HttpResponseBase

from yimen.ground.identity.policies import actor_of as actor_of
from yimen.ground.identity.rules import Actor
from yimen.ground.kit import exports, moments
from yimen.ground.kit.refusals import Refusal
from yimen.ground.kit.text import clean_line
from yimen.service.hall.models import Device
from yimen.service.hall.services import devices

COOKIE, COOKIE_DAYS = "hall_device", 400
EXPORT_MOST = 20_000
Row = TypeVar("Row")


def staff_of(request: HttpRequest) -> Actor | None:
    """The member of staff who asks, if it is one."""
    actor = getattr(request, "actor", None)
    return actor if isinstance(actor, Actor) and actor.kind == "staff" else None


def device_of(request: HttpRequest, at: datetime) -> Device | None:
    """The device this browser is, if it is one."""
    try:
        return devices.known(request.COOKIES.get(COOKIE, ""), at)
    except devices.DeviceUnknown:
        return None


def keep_token(response: HttpResponseBase, request: HttpRequest, token: str) -> None:
    """Give the browser its token; only pages of the queue get it."""
    response.set_cookie(
        COOKIE, token, max_age=COOKIE_DAYS * 86400, path="/queue/", httponly=True, secure=request.is_secure(), samesite="Lax"
    )  # fmt: skip


def text_asked(request: HttpRequest, name: str = "q") -> str:
    """A word to look for, with what nobody can type taken out."""
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


def number_asked(request: HttpRequest, name: str) -> int | None:
    """A number in the question, None for anything else."""
    text = request.GET.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def workbook(title: str, columns: Sequence[exports.Column[Row]], rows: Iterable[Row], at: datetime) -> HttpResponseBase:
    """The rows as a file whose name says what it is and when it was made."""
    stamp = moments.say_moment(at).replace(":", "")
    return exports.download(f"{title} {stamp}.xlsx", exports.xlsx(columns, rows))


def file_url(request: HttpRequest) -> str:
    """The same list as a workbook."""
    asked = request.GET.copy()
    for gone in ("after", "before"):
        asked.pop(gone, None)
    asked["as"] = "xlsx"
    return "?" + asked.urlencode()
