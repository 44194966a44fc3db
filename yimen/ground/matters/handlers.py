"""What this module does when it hears of something."""

from __future__ import annotations

from yimen.ground.kit.moments import now
from yimen.ground.kit.outbox import handles, publish
from yimen.ground.matters import recalculating
from yimen.ground.matters.events import HoursChanged, RecalculationDue


@handles(RecalculationDue)
def go_on(event: RecalculationDue) -> None:
    """One batch, and the next one announced, in one transaction: a worker that dies loses nothing and doubles nothing."""
    if recalculating.work_a_batch(event.recalculation_id, at=now()):
        publish(RecalculationDue(event.recalculation_id, event.turn + 1))


@handles(HoursChanged)
def move_closing_hours(event: HoursChanged) -> None:
    """The next open matters get the hour at which their last day now ends; no day moves."""
    last = recalculating.refresh_moments(event.after_id, at=now())
    if last:
        publish(HoursChanged(last))
