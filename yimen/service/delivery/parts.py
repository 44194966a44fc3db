"""Where the result is, on the case's page: for staff and for the applicant."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string

from yimen.ground.identity.rules import Actor
from yimen.ground.kit.pages import register_part
from yimen.service.delivery import policies, rules
from yimen.service.delivery.models import Parcel
from yimen.service.delivery.selectors.lists import result_of_case
from yimen.service.delivery.services.mailing import COLLECTING


def on_case(request: HttpRequest, case: Any) -> str:
    """The result of a decided case, for staff."""
    actor = getattr(request, "actor", None)
    if not isinstance(actor, Actor) or actor.kind != "staff" or not case.decision:
        return ""
    row = result_of_case(case.pk)
    if row is None:
        return ""
    context = {"row": row, "may_open": any(actor.holds(code) for code in policies.LOOKS)}
    return render_to_string("delivery/_on_case.html", context)


def on_own_case(request: HttpRequest, case: Any) -> str:
    """Where one's result is; before the decision, the way to have materials fetched."""
    actor = getattr(request, "actor", None)
    if not isinstance(actor, Actor) or actor.party_id is None or actor.party_id != case.matter.applicant_id:
        return ""
    context: dict[str, Any] = {"case": case}
    if case.decision:
        row = result_of_case(case.pk)
        if row is None:
            return ""
        context |= {"row": row, "code": rules.shown_code(row.code_kept)}
    elif case.matter.state in COLLECTING:
        context |= {"collecting": Parcel.objects.filter(matter=case.matter, direction="in").order_by("-pk").first()}
    else:
        return ""
    return render_to_string("delivery/_on_own_case.html", context)


def register() -> None:
    """Called once when the app is ready."""
    register_part("cases.desk_case", on_case)
    register_part("cases.mine_case", on_own_case)
