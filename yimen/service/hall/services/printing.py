"""What the printer said: printed, or not. A ticket that did not come out is not called until it is printed again."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from yimen.ground.identity.rules import Actor
from yimen.ground.kit import audit, live
from yimen.service.hall import policies
from yimen.service.hall.lifecycle import OPEN
from yimen.service.hall.models import Device, Ticket, TicketAct
from yimen.service.hall.rules import PRINTING
from yimen.service.hall.selectors.queue import ticket_by_uid
from yimen.service.hall.services.acts import WrongMoment


@transaction.atomic
def report_print(
    *, uid: UUID, result: str, at: datetime, actor: Actor | None = None, device: Device | None = None, reason: str = ""
) -> Ticket:
    """Write down what came of printing: `printed`, `failed`, or `asked` for a reprint. The same report twice changes nothing.

    Who waited while the printer was broken keeps the turn. Raises `WrongMoment` for a ticket that is over.
    """
    ticket = ticket_by_uid(uid)
    if result not in PRINTING or result == "none":
        raise WrongMoment("打印结果不对。", next_step="请从取号机重新打印。")
    if ticket.printing == result:
        return ticket
    if not Ticket.objects.filter(pk=ticket.pk, state__in=OPEN).update(printing=result):
        raise WrongMoment(f"{ticket.code} 已经结束，不能打印。", next_step="请重新取号。")
    came_back = ticket.printing == "failed"
    ticket.printing = result
    who = actor.name if actor else device.name if device else ""
    TicketAct.objects.create(
        ticket=ticket, hall_id=ticket.hall_id, act="print", code=ticket.code, at=at, actor_uid=actor.uid if actor else None,
        actor_name=who, reason=f"{PRINTING[result]}{'：' + reason if reason else ''}"[:200],
    )  # fmt: skip
    audit.record("hall.print", actor=actor, target_kind="ticket", target=str(ticket.uid), facts={"result": result})
    if device is not None:
        Device.objects.filter(pk=device.pk).update(paper_out=result == "failed", seen_at=at)
    if came_back:
        live.announce(policies.QUEUE, ticket.hall_id)
    return ticket
