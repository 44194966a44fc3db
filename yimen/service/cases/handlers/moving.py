"""Plans that move running cases: the next batch, and the one after it."""

from __future__ import annotations

from yimen.ground.kit.moments import now
from yimen.ground.kit.outbox import handles, publish
from yimen.service.cases import events
from yimen.service.cases.services import moving


@handles(events.MovePlanDue)
def go_on(event: events.MovePlanDue) -> None:
    """One batch, and the next one announced, in one transaction: a worker that dies loses nothing and doubles nothing."""
    if moving.work_a_batch(event.plan_id, at=now()):
        publish(events.MovePlanDue(event.plan_id, event.turn + 1))
