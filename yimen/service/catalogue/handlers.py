"""What the worker does when something is asked of it."""

from __future__ import annotations

from yimen.ground.identity.rules import SYSTEM, Actor
from yimen.ground.kit import moments
from yimen.ground.kit.outbox import handles
from yimen.service.catalogue import checking, events, services
from yimen.service.catalogue.models import ImportBatch
from yimen.service.catalogue.services import workbooks


@handles(events.ImportRequested, outside=True)
def bring_in(event: events.ImportRequested) -> None:
    """Bring a checked file in, in the name of who asked; each portion is a transaction of its own, so progress is seen."""
    batch = ImportBatch.objects.defer("content", "materials_content").filter(uid=event.batch).first()
    if batch is None:
        return
    # The right was asked for when the import was requested; what is written bears the name of the person.
    actor = Actor(uid=event.actor, name=batch.actor, kind=SYSTEM.kind, account_id=event.account)
    services.run_import(actor=actor, batch=batch, at=moments.now())


@handles(events.CheckRequested, outside=True)
def check_all(event: events.CheckRequested) -> None:
    """Judge every edition, a portion at a time. Asked twice, it does no harm: the second time finds the same."""
    checking.check_all(moments.now())


@handles(events.WorkbookAsked, outside=True)
def work_on_workbook(event: events.WorkbookAsked) -> None:
    """Compare or apply in the name of who asked; the rights were asked for then, row by row when it was compared."""
    actor = Actor(uid=event.actor, name=event.who, kind=SYSTEM.kind, account_id=event.account)
    workbooks.run(proposal_uid=event.proposal, what=event.what, actor=actor, at=moments.now())
