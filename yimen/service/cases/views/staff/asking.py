"""Who asks, and where to go back to."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme

from yimen.ground.identity.rules import Actor
from yimen.ground.kit.refusals import SignInNeeded


def actor_of(request: HttpRequest) -> Actor:
    """The member of staff who asks; the access decorator has let only staff in."""
    actor = getattr(request, "actor", None)
    if not isinstance(actor, Actor):
        raise SignInNeeded("请先登录。")
    return actor


def back_to(request: HttpRequest, otherwise: str) -> str:
    """The page named in `next`, if it is one of ours; else `otherwise`."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    fits = url_has_allowed_host_and_scheme(wanted, allowed_hosts=None, require_https=request.is_secure())
    return wanted if fits and wanted.startswith("/") else otherwise
