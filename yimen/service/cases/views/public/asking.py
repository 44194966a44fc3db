"""Who asks, when, and from where."""

from __future__ import annotations

from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from yimen.ground.identity.policies import actor_of as actor_of
from yimen.ground.identity.rules import Actor
from yimen.ground.identity.selectors import party as party_file
from yimen.ground.kit import moments


def applicant_of(actor: Actor) -> str:
    """The name of the person or enterprise the actor acts for; of an enterprise it is not the name of who signed in."""
    return party_file(actor.party_id).name if actor.party_id is not None else actor.name


def now() -> datetime:
    """The moment of this request."""
    return moments.now()


def by_htmx(request: HttpRequest) -> bool:
    """Whether only a part of the page was asked for."""
    return request.headers.get("HX-Request") == "true"


def channel_of(request: HttpRequest) -> str:
    """`phone` or `web`, as the browser says it."""
    return "phone" if "Mobile" in request.headers.get("User-Agent", "") else "web"


def page(request: HttpRequest, template: str, status: int = 200, **context: object) -> HttpResponse:
    """A page that no cache keeps: what stands on it is somebody's own."""
    response = render(request, template, context, status=status)
    response["Cache-Control"] = "no-store"
    return response
