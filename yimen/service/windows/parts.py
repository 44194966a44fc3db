"""What the window's work says on the pages of lower modules: on a case's page, what sections were asked about it."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string

from yimen.ground.identity.rules import Actor
from yimen.ground.kit import moments
from yimen.ground.kit.pages import register_part
from yimen.service.windows import policies
from yimen.service.windows.lifecycle import PULL
from yimen.service.windows.models import Pull


def on_case(request: HttpRequest, case: Any) -> str:
    """The sections asked about a case, each with its state and limit, and the way to ask."""
    actor = getattr(request, "actor", None)
    if not isinstance(actor, Actor) or actor.kind != "staff":
        return ""
    may_ask = actor.holds(policies.ASK) and case.matter.closed_at is None
    if not may_ask and not actor.holds(policies.ANSWER) and not actor.holds(policies.VIEW):
        return ""
    rows = Pull.objects.filter(policies.pulls(actor), case=case).select_related("matter", "section")
    found = [(each, PULL.state(each.matter.state).label) for each in rows.order_by("-pk")[:20]]
    if not found and not may_ask:
        return ""
    context = {"pulls": found, "may_ask": may_ask, "case": case, "now": moments.now()}
    return render_to_string("windows/_on_case.html", context)


def register() -> None:
    """Called once when the app is ready."""
    register_part("cases.desk_case", on_case)
