"""What the hall says on the pages of lower modules: on a case's page, with which ticket its applicant came."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string

from yimen.ground.identity.rules import Actor
from yimen.ground.kit.pages import register_part
from yimen.service.hall import policies
from yimen.service.hall.models import TicketCase


def on_case(request: HttpRequest, case: Any) -> str:
    """The ticket of a case with its waits; nothing where there was none."""
    actor = getattr(request, "actor", None)
    if not isinstance(actor, Actor) or actor.kind != "staff":
        return ""
    link = (
        TicketCase.objects.select_related("ticket__group", "ticket__hall", "ticket__window").filter(case=case).first()
    )
    if link is None:
        return ""
    may = actor.holds(policies.CALL) or actor.holds(policies.RECEIVE) or actor.holds(policies.VIEW)
    return render_to_string("hall/_on_case.html", {"link": link, "ticket": link.ticket, "may": may})


def register() -> None:
    """Called once when the app is ready."""
    register_part("cases.desk_case", on_case)
