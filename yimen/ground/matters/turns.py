"""Whose turn it is: the steps somebody could take now, and who could take a matter over."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time

from django.db.models import QuerySet

from yimen.ground.identity.rules import Actor
from yimen.ground.kit.moments import CHINA
from yimen.ground.kit.refusals import NotAllowed
from yimen.ground.matters import lifecycle, policies
from yimen.ground.matters.asking import Asked
from yimen.ground.matters.lifecycle import Procedure, StepRule
from yimen.ground.matters.models import Hold, Matter
from yimen.ground.organisations import selectors as organisations


@dataclass(frozen=True, slots=True)
class NextStep:
    """A button: the rule, and why it cannot be pressed now (empty where it can)."""

    rule: StepRule
    closed_because: str = ""


def next_steps(matter: Matter, actor: Actor, on: date) -> list[NextStep]:
    """The steps of the procedure that the actor could take now, in order; those stopped by a hold or a missing letter say why."""
    table = procedure_of(matter)
    holds = {hold.point: hold.reason for hold in open_holds(matter)}
    found = []
    for rule in table.steps_from(matter.state):
        if not rule.shown or rule.by == "system":
            continue
        applicant = policies.is_applicant(actor, matter)
        if rule.by == "applicant" and not applicant:
            continue
        if rule.by == "staff" and (actor.kind != "staff" or not policies.may(actor, rule.permission, matter)):
            continue
        why = policies.open_to(actor, rule, matter, on)
        if why and rule.power and policies.may(actor, rule.permission, matter):
            became = organisations.why_no_letter(actor.post_id, matter.department_id, rule.power, on)
            why += f"授权委托书 {became}。" if became else ""
        if not why and rule.hold_point in holds:
            why = holds[rule.hold_point]
        if not why and rule.power:
            why = _objection(matter, rule, actor, on)
        found.append(NextStep(rule, why))
    return found


def _objection(matter: Matter, rule: StepRule, actor: Actor, on: date) -> str:
    """What the check point of steps would say to this step, so that no button is offered that the service refuses."""
    try:
        lifecycle.run_checks(
            lifecycle.STEP_POINT, matter=matter, rule=rule, actor=actor, at=datetime.combine(on, time(), tzinfo=CHINA)
        )
    except NotAllowed as refusal:
        return f"{refusal.message}{refusal.next_step}"
    return ""


@dataclass(frozen=True, slots=True)
class Taker:
    """A colleague to whom a matter may be handed, and the post in which they would work on it."""

    account_id: int
    name: str
    post_id: int | None


def takers(matter: Matter | Asked, on: date) -> list[Taker]:
    """Who could take this matter over on a day, by name: whoever may see it, claim it and take a step of its present state.

    All three in one post, in a scope that the matter lies in. Of a state that waits for the applicant the steps count
    that staff may enter for them. Letters are not asked: they may be signed after the hand-over, and the step asks.
    """
    table = lifecycle.procedure(matter.procedure, matter.procedure_version)
    rules_here = [rule for rule in table.steps_from(matter.state) if rule.shown and rule.by in ("staff", "either")]
    work = {rule.permission for rule in rules_here if rule.by == "staff"} or {rule.permission for rule in rules_here}
    needed = {"matters.view", "matters.claim"}
    place = organisations.Place(matter.department_id, matter.window_id, matter.centre_id, matter.division_id)
    found = organisations.holders(needed | work, place, on)
    everywhere: dict[int, frozenset[str]] = {each.account_id: each.codes for each in found if each.post_id is None}
    able: dict[int, Taker] = {}
    for each in found:
        held = each.codes | everywhere.get(each.account_id, frozenset())
        if needed <= held and held & work:
            able.setdefault(each.account_id, Taker(each.account_id, each.name, each.post_id))
    return list(able.values())


def procedure_of(matter: Matter) -> Procedure:
    """The table that this matter follows, in its pinned version."""
    return lifecycle.procedure(matter.procedure, matter.procedure_version)


def open_holds(matter: Matter) -> QuerySet[Hold]:
    """The holds that stop a step of this matter now."""
    return Hold.objects.filter(matter=matter, lifted_at__isnull=True).order_by("placed_at")
