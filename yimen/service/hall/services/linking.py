"""A ticket and the case that was handed in with it: one line from the door of the hall to the result."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.db.models import Q

from yimen.ground.identity.rules import Actor
from yimen.ground.kit import audit
from yimen.ground.kit.refusals import Conflict, Refusal
from yimen.service.cases import selectors as cases
from yimen.service.hall import policies
from yimen.service.hall.models import Ticket, TicketAct, TicketCase

if TYPE_CHECKING:
    from yimen.service.cases.models import Case


class LinkedAlready(Conflict):
    """The case came with another ticket."""

    code = "linked_already"


@transaction.atomic
def link_case(*, actor: Actor, ticket: Ticket, code: str, at: datetime) -> TicketCase:
    """Link by hand, by whoever calls in this hall and may see the case. Raises `LinkedAlready`, `NotAllowed`, `NotFound`."""
    policies.demand(
        policies.reaches_centre(actor, policies.CALL, ticket.hall.centre_id, ticket.hall.centre.division_id)
        or policies.may_receive(actor, ticket.hall),
        "您不能在这个大厅关联办件。", "请窗口或导办台办理。",
    )  # fmt: skip
    try:
        case = cases.access_case(actor, code)
    except Refusal as refusal:
        refusal.fields = {"code": f"{refusal.message}{refusal.next_step}"}
        raise
    return _link(ticket, case, at, actor)


def _link(ticket: Ticket, case: Case, at: datetime, actor: Actor | None) -> TicketCase:
    try:
        with transaction.atomic():
            made = TicketCase.objects.create(
                ticket=ticket, case=case, linked_at=at, linked_by=actor.name if actor else ticket.clerk_name
            )
    except IntegrityError:
        held = TicketCase.objects.select_related("ticket").get(case=case)
        said = f"这件办件已经关联 {held.ticket.code}。"
        raise LinkedAlready(said, next_step="一件办件只跟一个号。", fields={"code": said}) from None
    TicketAct.objects.create(
        ticket=ticket, hall_id=ticket.hall_id, act="link", code=ticket.code, at=at, actor_uid=actor.uid if actor else None,
        actor_name=made.linked_by, window=ticket.window, at_number=ticket.window.number if ticket.window else "",
        reason=case.matter.code,
    )  # fmt: skip
    audit.record(
        "hall.link", actor=actor, target_kind="ticket", target=str(ticket.uid), facts={"case": case.matter.code}
    )
    return made


@transaction.atomic
def link_intake(*, code: str, at: datetime) -> TicketCase | None:
    """Link a case that a window took in to the ticket this window was serving at that moment; None where there was none.

    What the window was serving is read from what was done with the tickets, so it does not matter how late this runs.
    """
    case = cases.case_by_code(code)
    matter = case.matter
    if matter.channel != "window" or matter.window_id is None or TicketCase.objects.filter(case=case).exists():
        return None
    rows = Ticket.objects.select_related("window", "hall").filter(
        Q(ended_at__isnull=True) | Q(ended_at__gte=at), window=matter.window_id, began_at__lte=at,
        state__in=("serving", "done", "held"),
    )  # fmt: skip
    ticket = rows.order_by("-began_at").first()
    return _link(ticket, case, at, None) if ticket is not None else None
