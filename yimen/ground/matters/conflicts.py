"""Nobody decides what they have reviewed themselves while one of the two was done for a colleague (R016).

Who holds both powers in one post, as a chief representative may, is free to use both; standing in must not bring them
together in one hand.
"""

from __future__ import annotations

import json
from datetime import datetime
from functools import cache
from typing import Any

from yimen.ground.identity.rules import Actor, stood_in
from yimen.ground.kit.postgresql.statements import Statement
from yimen.ground.kit.refusals import NotAllowed
from yimen.ground.matters import lifecycle
from yimen.ground.matters.asking import Asked
from yimen.ground.matters.lifecycle import StepRule
from yimen.ground.matters.models import Matter


class ReviewedThemselves(NotAllowed):
    """The person who would decide has reviewed the same matter, once for a colleague."""

    code = "reviewed_themselves"


_REVIEWERS = Statement(
    "select json_agg(actor_name)::text from matters_step where matter_id = %s and actor_uid = %s and action = any (%s::text[])"
)


@cache
def _reviewing(procedure: str, version: int) -> str:
    """The actions of whoever reviews, as an array of the database."""
    steps = lifecycle.procedure(procedure, version).steps
    permissions = {each.permission for each in steps if each.power == "review"}
    return "{" + ",".join(each.action for each in steps if each.permission in permissions and each.by == "staff") + "}"


def not_both_in_one_hand(*, matter: Asked | Matter, rule: StepRule, actor: Actor, at: datetime, **_more: Any) -> None:
    """Raise `ReviewedThemselves` for a decision by whoever has reviewed this matter, if either is done standing in."""
    if rule.power != "decide" or actor.kind != "staff":
        return
    names = _REVIEWERS.value([matter.id, actor.uid, _reviewing(matter.procedure, matter.procedure_version)])
    if any(actor.stands_for is not None or stood_in(name) for name in json.loads(names or "[]")):
        raise ReviewedThemselves(
            "这件事的审查是您自己办的，不能再代同事（或由代办过审查的本人）作出决定。",
            next_step="请由另一位有权签发的同事决定。",
        )
