"""What is to be paid, on the pages of lower modules: on a case's page, on the applicant's, on an item's guide."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string

from yimen.ground.identity.rules import Actor
from yimen.ground.kit import moments
from yimen.ground.kit.pages import register_part
from yimen.service.fees import policies
from yimen.service.fees.selectors.bills import bills_of_case
from yimen.service.fees.selectors.charges import charges_for


def on_case(request: HttpRequest, case: Any) -> str:
    """The bills of a case, for staff: what holds its delivery, and the way to raise another."""
    actor = getattr(request, "actor", None)
    if not isinstance(actor, Actor) or actor.kind != "staff":
        return ""
    bills = list(bills_of_case(case.pk)[:20])
    may_raise = actor.holds(policies.RAISE) and case.matter.closed_at is None
    if not bills and not may_raise:
        return ""
    may_open = actor.holds(policies.RAISE) or actor.holds(policies.COLLECT) or actor.holds(policies.VIEW)
    context = {"bills": bills, "may_raise": may_raise, "case": case, "may_open": may_open}
    return render_to_string("fees/_on_case.html", context)


def on_own_case(request: HttpRequest, case: Any) -> str:
    """The bills of a case, for whom it concerns."""
    actor = getattr(request, "actor", None)
    own = isinstance(actor, Actor) and actor.party_id is not None and actor.party_id == case.matter.applicant_id
    bills = list(bills_of_case(case.pk).exclude(state="cancelled")[:20]) if own else []
    return render_to_string("fees/_on_own_case.html", {"bills": bills}) if bills else ""


def on_guide(request: HttpRequest, item: Any) -> str:
    """What is charged for an item, by the catalogue of charges itself: the sum that will be on the bill (R181)."""
    found = charges_for(item.pk, moments.day_of(moments.now()))
    return render_to_string("fees/_on_guide.html", {"charges": found}) if found else ""


def register() -> None:
    """Called once when the app is ready."""
    register_part("cases.desk_case", on_case)
    register_part("cases.mine_case", on_own_case)
    register_part("catalogue.guide", on_guide)
