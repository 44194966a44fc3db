"""The screens of the calendar. A case's own clock is shown by the modules whose matters they are."""

from __future__ import annotations

from django.http import HttpRequest

from yimen.ground.identity.rules import Actor
from yimen.ground.kit.refusals import SignInNeeded


def actor_of(request: HttpRequest) -> Actor:
    """The actor of a request; raises `SignInNeeded` where nobody is signed in (the view's declaration has seen to that)."""
    actor = getattr(request, "actor", None)
    if not isinstance(actor, Actor):
        raise SignInNeeded("请先登录。")
    return actor
