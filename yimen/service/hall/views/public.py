"""For everybody: the halls, a number by telephone or on the web, one's place in the queue."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from yimen.ground.identity.policies import public
from yimen.ground.kit import moments, ratelimit
from yimen.ground.kit.forms import refuse_form
from yimen.ground.kit.middleware import client_address
from yimen.ground.kit.questions import text_asked
from yimen.ground.kit.refusals import NotFound, Refusal
from yimen.service.hall import rules, services
from yimen.service.hall.forms import TakeForm
from yimen.service.hall.lifecycle import STATES
from yimen.service.hall.models import Hall, Ticket
from yimen.service.hall.selectors import queue, slots
from yimen.service.hall.services import acts

TAKEN_AT_ONCE, TAKEN_A_SECOND = 20, 0.1
"""Numbers for one address: a family, and an office behind one address, but no flood."""


@public
@require_safe
def halls(request: HttpRequest) -> HttpResponseBase:
    """The halls with how long one waits in each."""
    at = moments.now()
    found = list(queue.open_halls())
    if len(found) == 1:
        return redirect("hall:hall", found[0].slug)
    rows = [(each, _open(each, at), sum(line.tickets for line in queue.lines_of(each, at).values())) for each in found]
    return render(request, "hall/halls.html", {"halls": rows})


def _open(hall: Hall, at: datetime) -> bool:
    here = moments.local(at)
    return rules.takes_now(here, queue.sessions(hall, here.date()), hall.early_minutes)


@public
def hall(request: HttpRequest, slug: str) -> HttpResponseBase:
    """A hall's groups with their lines; a number for one of them."""
    at, place = moments.now(), queue.hall_by_slug(slug)
    form, status = TakeForm(request.POST or None), 200
    if request.method == "POST":
        status = 422
        ratelimit.limit(f"hall.take:{client_address(request)}", capacity=TAKEN_AT_ONCE, per_second=TAKEN_A_SECOND)
        if form.is_valid():
            actor = getattr(request, "actor", None)
            said = form.cleaned_data
            group = queue.groups_of(place).filter(pk=said["group"]).first()
            if group is None:
                raise NotFound("没有这个业务，或者不再取号。", next_step="请重新选择。")
            try:
                made = services.issue(
                    hall=place, group=group, way="phone" if "Mobi" in request.headers.get("user-agent", "") else "web", at=at,
                    actor=actor, party=said["party"], priority=said["priority"], id_number=said["id_number"],
                )  # fmt: skip
            except Refusal as refusal:
                refuse_form(form, refusal)
                status = refusal.status
            else:
                return redirect("hall:ticket", made.uid)
    lines = queue.lines_of(place, at)
    groups = [(each, lines.get(each.pk)) for each in queue.groups_of(place)]
    want = text_asked(request, "want")
    context = {
        "hall": place, "groups": groups, "form": form, "open": _open(place, at), "opens": queue.next_opening(place, at),
        "chosen": request.GET.get("group", ""),
        "want": want, "ways": queue.ways_to(place, want), "books": slots.takes_bookings(place, at),
    }  # fmt: skip
    return render(request, "hall/hall.html", context, status=status)


@public
@require_safe
def ticket(request: HttpRequest, uid: UUID) -> HttpResponseBase:
    """The place in the queue, told anew every few seconds; who knows the long number may look."""
    at, found = moments.now(), queue.ticket_by_uid(uid)
    return render(request, "hall/ticket.html", ticket_facts(found, at))


def ticket_facts(found: Ticket, at: datetime) -> dict[str, Any]:
    """What the holder reads."""
    expired = found.state in ("waiting", "passed") and queue.is_expired(found, at)
    place = queue.place_of(found, at) if found.state == "waiting" and not expired else None
    return {
        "ticket": found, "appointed": slots.booking_of(found),
        "place": place, "expired": expired, "label": "作废" if expired else STATES[found.state],
        "may_withdraw": found.state in ("waiting", "passed") and not expired,
    }  # fmt: skip


@public
@require_POST
def withdraw(request: HttpRequest, uid: UUID) -> HttpResponseBase:
    """The holder gives the number back."""
    acts.withdraw(uid=uid, at=moments.now(), actor=getattr(request, "actor", None))
    messages.success(request, "已退号。")
    return redirect("hall:ticket", uid)


@public
@require_safe
def place(request: HttpRequest, uid: UUID) -> JsonResponse:
    """The same for small programs: state, how many before, the interval in words."""
    found = queue.ticket_by_uid(uid)
    facts = ticket_facts(found, moments.now())
    where = facts["place"]
    return JsonResponse({
        "code": found.code, "state": found.state, "label": facts["label"],
        "ahead": getattr(where, "ahead", None), "wait": getattr(where, "says", ""),
        "window": found.window.number if found.window else "",
    })  # fmt: skip
