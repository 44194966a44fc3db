"""And afterwards? What supervision does when it hears of something."""

from __future__ import annotations

from yimen.ground.kit.moments import now
from yimen.ground.kit.outbox import handles, publish
from yimen.ground.matters.events import CalendarRecalculated
from yimen.watch.supervision import services
from yimen.watch.supervision.events import RelookDue


@handles(RelookDue)
def go_on(event: RelookDue) -> None:
    """One batch, and the next one announced, in one transaction: a worker that dies loses nothing and doubles nothing."""
    if services.relook(event.relook_id, now()):
        publish(RelookDue(event.relook_id, event.turn + 1))


@handles(CalendarRecalculated)
def look_again(event: CalendarRecalculated) -> None:
    """A day that is worked now or no more moves the moments between now and the due day, also where that day stays."""
    services.begin_relook(now(), f"日历变更 {event.document_number}"[:100])
