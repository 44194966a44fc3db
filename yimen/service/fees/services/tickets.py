"""财政票据: ranges entered, numbers given in order without a gap, void with a reason (R174)."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import connection, transaction
from django.db.models import Q

from yimen.ground.identity.rules import Actor
from yimen.ground.kit import audit
from yimen.ground.kit.particulars import tidy
from yimen.ground.kit.refusals import Conflict, Invalid
from yimen.ground.kit.text import clean_code
from yimen.service.fees import policies
from yimen.service.fees.models import Payment, Ticket, TicketRange

if TYPE_CHECKING:
    from yimen.ground.organisations.models import Unit


class NoTicket(Invalid):
    """There is no number left to give."""

    code = "no_ticket"


class WrongRange(Invalid):
    """The range is not one, or overlaps another."""

    code = "wrong_range"


class TicketMoved(Conflict):
    """The ticket is void already, or the payment has one."""

    code = "ticket_moved"


@transaction.atomic
def enter_range(*, actor: Actor, centre: Unit, ticket_code: str, first: int, last: int, at: datetime) -> TicketRange:
    """A range that finance has handed out. Raises `WrongRange`, `NotAllowed`."""
    policies.demand(actor.holds(policies.TICKETS), "您不能登记票据号段。", "请由票据管理人员登记。")
    code = clean_code(ticket_code, label="票据代码", limit=8)
    if len(code) != 8 or not code.isdigit():
        raise WrongRange("票据代码应是 8 位数字。", fields={"ticket_code": "8 位数字"})
    if not 0 < first <= last or last > 9_999_999_999 or last - first >= 1_000_000:
        raise WrongRange("号段不对：止号不小于起号，一段不超过一百万号。", fields={"last": "请核对起止号"})
    with connection.cursor() as cursor:  # two ranges entered at once are entered one after the other
        cursor.execute("select pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"fees.range:{code}"])
    if TicketRange.objects.filter(Q(first__lte=last, last__gte=first), ticket_code=code).exists():
        raise WrongRange("这一段和已登记的号段重叠。", fields={"first": "与已有号段重叠"})
    made = TicketRange.objects.create(
        centre=centre, ticket_code=code, first=first, last=last, next_number=first, entered_at=at, entered_by=actor.name
    )
    audit.record(
        "fees.enter_range", actor=actor, target_kind="ticket_range", target=str(made), facts={"centre": centre.pk}
    )
    return made


def next_ticket(payment: Payment, by: str, at: datetime) -> Ticket | None:
    """The next number for a payment, in the caller's transaction: a rollback gives it back, so there is no gap. None where no
    range has one left. The range stays locked until the commit, so take it last."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            update fees_ticketrange set next_number = next_number + 1 where id = (
                select id from fees_ticketrange where centre_id = %s and next_number <= last
                order by id limit 1 for update
            ) and next_number <= last returning id, next_number - 1
            """,
            [payment.centre_id],
        )
        row = cursor.fetchone()
    if row is None:
        return None
    return Ticket.objects.create(range_id=row[0], number=row[1], payment=payment, issued_at=at, issued_by=by)


@transaction.atomic
def issue_ticket(*, actor: Actor, payment: Payment, at: datetime) -> Ticket:
    """The ticket of a payment that has none: the numbers had run out when the money came. Raises `NoTicket`, `TicketMoved`."""
    policies.fee_window(actor)
    Payment.objects.select_for_update().get(pk=payment.pk)
    if payment.tickets.filter(voided_at__isnull=True).exists():
        raise TicketMoved("这笔缴款已经开了票据。", next_step="要换票请先作废原票。")
    made = next_ticket(payment, actor.name, at)
    if made is None:
        raise NoTicket("票据号用完了。", next_step="请票据管理人员先登记新的号段。")
    audit.record(
        "fees.issue_ticket", actor=actor, target_kind="ticket", target=str(made), facts={"payment": payment.serial}
    )
    return made


@transaction.atomic
def void_ticket(*, actor: Actor, ticket: Ticket, reason: str, at: datetime) -> Ticket:
    """作废 with a reason; the payment gets the next number at once. The void number stays in the books.
    Raises `TicketMoved`, `NoTicket`."""
    policies.fee_window(actor)
    held = Ticket.objects.select_for_update().get(pk=ticket.pk)
    if held.voided_at is not None:
        raise TicketMoved("这张票据已经作废。", next_step="请刷新页面。")
    held.voided_at, held.voided_by = at, actor.name
    held.void_reason = tidy(reason, "作废原因", 300, field="reason")
    held.save(update_fields=["voided_at", "voided_by", "void_reason"])
    made = next_ticket(held.payment, actor.name, at)
    if made is None:
        raise NoTicket("票据号用完了，不能换票，原票没有作废。", next_step="请票据管理人员先登记新的号段。")
    audit.record(
        "fees.void_ticket", actor=actor, target_kind="ticket", target=str(held), reason=held.void_reason,
        facts={"next": str(made)},
    )  # fmt: skip
    return made
