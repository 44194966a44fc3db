"""The site's own pages. They compose what modules offer and own nothing."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_safe

from yimen.edge.web import gallery
from yimen.ground.identity import services as identity
from yimen.ground.identity.policies import administrators, public, staff
from yimen.ground.identity.rules import Actor
from yimen.ground.kit import moments
from yimen.ground.kit.pages import ELDER_COOKIE, Shell, address_of
from yimen.watch.supervision import rules
from yimen.watch.supervision import selectors as supervision
from yimen.watch.supervision.policies import WATCH

YEAR = 365 * 24 * 3600


@public
def elder(request: HttpRequest) -> HttpResponse:
    """Turn elder mode on or off (`on=1`) and go back to where one was. It changes how pages look, nothing else."""
    asked = request.POST if request.method == "POST" else request.GET
    back = asked.get("next", "/")
    if not url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()}, require_https=request.is_secure()):
        back = "/"
    actor: Actor | None = getattr(request, "actor", None)
    if actor is not None and actor.account_id is not None:
        # Kept with the account too, so that the next device on which this person signs in knows it.
        identity.set_elder_mode(actor=actor, on=asked.get("on") == "1", at=moments.now())
    response = HttpResponseRedirect(back)
    response.set_cookie(
        ELDER_COOKIE, "1" if asked.get("on") == "1" else "0", max_age=YEAR, samesite="Lax", secure=request.is_secure()
    )
    return response


@public
@require_safe
def accessibility(request: HttpRequest) -> HttpResponse:
    """What the site does for people who see, hear or move differently."""
    return render(request, "web/accessibility.html")


@public
@require_safe
def offline(request: HttpRequest) -> HttpResponse:
    """The maintenance page as it will look; a proxy serves its copy while the site is down."""
    response = render(request, "kit/maintenance.html", status=503)
    response["Retry-After"] = "600"
    return response


@staff
@require_safe
def desk_home(request: HttpRequest) -> HttpResponse:
    """The inbox for those who handle matters, administration for those who only administer, else what one may open."""
    frame = Shell(request)
    entries = [entry for group in frame.desk_menu for entry in group.entries]
    inbox = address_of("cases:inbox")
    if inbox and any(entry.url == inbox for entry in entries):
        return HttpResponseRedirect(inbox)
    actor: Actor | None = getattr(request, "actor", None)
    if frame.manage_menu and (not entries or (actor is not None and actor.admin_role)):
        return HttpResponseRedirect(address_of("web:manage_home"))
    context = {"frame": "kit/desk.html", "area": "desk", "heading": "工作台", "watch": _watch(actor)}
    return render(request, "web/tiles.html", context)


def _watch(actor: Actor | None) -> dict[str, Any] | None:
    """What shines now, for supervisors and leaders; None for everybody else."""
    if actor is None or not actor.holds(WATCH):
        return None
    found = supervision.board(actor, moments.now())
    return {
        "lights": [
            (rules.LIGHTS[light], found.whole.lights[light], f"{reverse('supervision:board')}?light={light}", status)
            for light, status in (("red", "red"), ("yellow", "yellow"), ("warn", "warning"))
        ],
        "open": found.whole.open,
        "received": found.whole.received,
        "closed": found.whole.closed,
        "worst": [each for each in found.departments if each.lights["red"] or each.lights["yellow"]][:5],
    }


@staff
@require_safe
def manage_home(request: HttpRequest) -> HttpResponse:
    """What an administrator may look after, by heading."""
    return render(request, "web/tiles.html", {"frame": "kit/manage.html", "area": "manage", "heading": "管理"})


@administrators("system", "security", "audit")
@require_safe
def look(request: HttpRequest) -> HttpResponse:
    """Every component once, in the frame it is used in: `?frame=portal`, or the workbench's."""
    frame = "kit/portal.html" if request.GET.get("frame") == "portal" else "kit/manage.html"
    return render(request, "web/look.html", gallery.context(frame))
