"""Who asks: staff, a device, or somebody in the hall with a telephone."""

from __future__ import annotations

from datetime import datetime

from django.http import HttpRequest, HttpResponseBase

from yimen.ground.identity.rules import Actor
from yimen.service.hall.models import Device
from yimen.service.hall.services import devices

COOKIE, COOKIE_DAYS = "hall_device", 400


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
