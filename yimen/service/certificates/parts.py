"""What certificates say on the pages of lower modules: on a case's page, to staff and to the applicant."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string

from yimen.ground.identity.rules import Actor
from yimen.ground.kit.pages import register_part
from yimen.service.certificates import policies, selectors
from yimen.service.certificates.views.register import row_of


def on_case(request: HttpRequest, case: Any) -> str:
    """The certificates a case brought, for whoever of staff reaches them."""
    actor = getattr(request, "actor", None)
    if not isinstance(actor, Actor) or not any(actor.holds(code) for code in policies.LOOKS) or not case.decision:
        return ""
    rows = [row_of(each) for each in selectors.certificates_of_case(case.matter)]
    return render_to_string("certificates/_on_case.html", {"rows": rows}) if rows else ""


def on_own_case(request: HttpRequest, case: Any) -> str:
    """The certificates the applicant got."""
    actor = getattr(request, "actor", None)
    if not isinstance(actor, Actor) or not case.decision:
        return ""
    found = [each for each in selectors.certificates_of_case(case.matter) if each.holder_id == actor.party_id]
    rows = [row_of(each) for each in found if each.state not in ("draft", "discarded")]
    waiting = any(each.state == "draft" for each in found)
    return render_to_string("certificates/_on_own_case.html", {"rows": rows, "waiting": waiting}) if found else ""


def register() -> None:
    """Called once when the app is ready."""
    register_part("cases.desk_case", on_case)
    register_part("cases.mine_case", on_own_case)
