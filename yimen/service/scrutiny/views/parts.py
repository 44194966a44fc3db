"""What this module says on the page of a case: surveys, joint reviews, observers, legal challenges."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpRequest
from django.template.loader import render_to_string

from yimen.ground.identity.rules import Actor
from yimen.ground.kit.pages import register_part
from yimen.ground.matters.policies import may
from yimen.service.scrutiny import policies
from yimen.service.scrutiny.lifecycle import CHALLENGES, PANELS, SURVEYS
from yimen.service.scrutiny.selectors import challenges, panels, surveys
from yimen.service.scrutiny.services.appointing import CASE_STATES, OPEN

if TYPE_CHECKING:
    from yimen.service.cases.models import Case


def register() -> None:
    """Called once when the app is ready."""
    register_part("cases.desk_case", case_surveys)
    register_part("cases.desk_case", case_panels)
    register_part("cases.desk_case", case_challenges)
    register_part("cases.mine_case", own_surveys)


def case_surveys(request: HttpRequest, case: Case) -> str:
    """The surveys of a case, and where one is appointed."""
    actor = getattr(request, "actor", None)
    if not isinstance(actor, Actor) or not (actor.holds(policies.VIEW) or actor.holds(policies.SURVEY)):
        return ""
    found = list(surveys.surveys_of(case))
    may_add = case.matter.state in CASE_STATES and may(actor, policies.SURVEY, case.matter)
    may_add = may_add and not any(each.matter.state in OPEN for each in found)
    if not found and not may_add:
        return ""
    rows = [(each, SURVEYS.state(each.matter.state).label) for each in found]
    return render_to_string(
        "scrutiny/_case_surveys.html", {"surveys": rows, "may_add": may_add, "code": case.matter.code}, request
    )


def case_panels(request: HttpRequest, case: Case) -> str:
    """The joint reviews of a case, and who of the centre takes part in it throughout."""
    actor = getattr(request, "actor", None)
    if not isinstance(actor, Actor) or not actor.holds(policies.VIEW):
        return ""
    running = case.matter.closed_at is None
    found, observers = list(panels.panels_of(case)), panels.observers_of(case)
    context = {
        "panels": [(each, PANELS.state(each.matter.state).label) for each in found], "observers": observers,
        "may_convene": running and may(actor, policies.CONVENE, case.matter), "code": case.matter.code,
        "may_observe": running and may(actor, policies.OBSERVE, case.matter), "me": actor.account_id,
    }  # fmt: skip
    if not any(context[name] for name in ("panels", "observers", "may_convene", "may_observe")):
        return ""
    return render_to_string("scrutiny/_case_panels.html", context, request)


def own_surveys(request: HttpRequest, case: Case) -> str:
    """The same for the applicant."""
    if not case.accepted_at:
        return ""
    rows = [(each, SURVEYS.state(each.matter.state).public_label) for each in surveys.surveys_of(case)]
    if not rows:
        return ""
    return render_to_string("scrutiny/_own_surveys.html", {"surveys": rows, "code": case.matter.code}, request)


def case_challenges(request: HttpRequest, case: Case) -> str:
    """What stands against the case; nothing where nothing does and nobody could enter it."""
    actor = getattr(request, "actor", None)
    if not isinstance(actor, Actor) or not (actor.holds(policies.VIEW) or actor.holds(policies.CHALLENGE)):
        return ""
    found = list(challenges.challenges_of(case))
    may_add = may(actor, policies.CHALLENGE, case.matter)
    if not found and not (may_add and case.matter.state in CHALLENGED):
        return ""
    rows = [(each, CHALLENGES.state(each.matter.state).label) for each in found]
    return render_to_string(
        "scrutiny/_case_challenges.html", {"challenges": rows, "may_add": may_add, "code": case.matter.code}, request
    )


CHALLENGED = (
    "granted",
    "refused",
    "concluded",
    "archived",
    "declined",
    "not_required",
    "correction_requested",
    "abandoned",
)
"""States in which the place to enter a challenge is offered though there is none yet."""
