"""What this module does when it hears of something."""

from __future__ import annotations

from yimen.ground.identity.rules import SYSTEM
from yimen.ground.kit.moments import day_of, now
from yimen.ground.kit.outbox import handles, publish
from yimen.ground.matters import recalculating
from yimen.ground.matters.events import HoursChanged, RecalculationDue
from yimen.ground.matters.models import Matter
from yimen.ground.matters.services import take_step
from yimen.ground.organisations import selectors as organisations
from yimen.ground.organisations.events import StaffWithoutPost


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


@handles(StaffWithoutPost)
def give_back(event: StaffWithoutPost) -> None:
    """What a leaver had in hand goes back to its window or department, each by a step; not if they have a post again."""
    at = now()
    if organisations.posts_of(event.account_id, day_of(at)):
        return
    mine = Matter.objects.filter(person=event.account_id, closed_at__isnull=True)
    for matter_id, name in list(mine.values_list("pk", "person_name")):
        take_step(
            matter=matter_id,
            action="give_back",
            actor=SYSTEM,
            at=at,
            facts={"from": name, "reason": "经办人已离岗"},
            change={"person_id": None, "person_name": "", "post_id": None},
        )
