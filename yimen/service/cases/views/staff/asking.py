"""Who asks, and where to go back to."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme

from yimen.ground.identity.policies import actor_of as actor_of


def back_to(request: HttpRequest, otherwise: str) -> str:
    """The page named in `next`, if it is one of ours; else `otherwise`."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    fits = url_has_allowed_host_and_scheme(wanted, allowed_hosts=None, require_https=request.is_secure())
    return wanted if fits and wanted.startswith("/") else otherwise
