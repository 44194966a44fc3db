"""A person's inbox on this site."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from yimen.ground.identity.policies import citizens, signed_in, staff
from yimen.ground.kit.moments import now
from yimen.ground.kit.paging import page_by_key
from yimen.ground.notices import selectors, services


@staff
@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    """Messages to a member of staff."""
    return _inbox(request)


@citizens
@require_safe
def own(request: HttpRequest) -> HttpResponse:
    """Messages to a citizen or enterprise."""
    return _inbox(request)


@signed_in
@require_POST
def read_all(request: HttpRequest) -> HttpResponse:
    """Mark everything as read."""
    actor = request.actor  # type: ignore[attr-defined]  # set by the middleware of organisations
    services.mark_read(actor=actor, at=now())
    return redirect("notices:mine" if actor.kind == "staff" else "notices:own")


def _inbox(request: HttpRequest) -> HttpResponse:
    actor = request.actor  # type: ignore[attr-defined]  # set by the middleware of organisations
    page = page_by_key(selectors.inbox(actor), order=("-id",), asked=request.GET, size=20)
    return render(request, "notices/inbox.html", {"page": page, "unread": selectors.unread(actor)})
