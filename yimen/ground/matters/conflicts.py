"""Nobody decides what they have reviewed themselves while one of the two was done for a colleague (R016).

Who holds both powers in one post, as a chief representative may, is free to use both; standing in must not bring them
together in one hand.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from yimen.ground.identity.rules import Actor, stood_in
from yimen.ground.kit.refusals import NotAllowed
from yimen.ground.matters import lifecycle
from yimen.ground.matters.lifecycle import StepRule
from yimen.ground.matters.models import Matter, Step
from yimen.ground.matters.selectors import Asked


class ReviewedThemselves(NotAllowed):
    """The person who would decide has reviewed the same matter, once for a colleague."""

    code = "reviewed_themselves"


def not_both_in_one_hand(*, matter: Asked | Matter, rule: StepRule, actor: Actor, at: datetime, **_more: Any) -> None:
    """Raise `ReviewedThemselves` for a decision by whoever has reviewed this matter, if either is done standing in."""
    if rule.power != "decide" or actor.kind != "staff":
        return
    table = lifecycle.procedure(matter.procedure, matter.procedure_version)
    permissions = {each.permission for each in table.steps if each.power == "review"}
    reviewing = [each.action for each in table.steps if each.permission in permissions and each.by == "staff"]
    mine = Step.objects.filter(matter_id=matter.id, action__in=reviewing, actor_uid=actor.uid)
    names = mine.values_list("actor_name", flat=True)
    if any(actor.stands_for is not None or stood_in(name) for name in names):
        raise ReviewedThemselves(
            "这件事的审查是您自己办的，不能再代同事（或由代办过审查的本人）作出决定。",
            next_step="请由另一位有权签发的同事决定。",
        )
