"""A bill held still, and what it does to its case: an unpaid bill holds delivery, and nothing else."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from yimen.ground.kit import outbox
from yimen.ground.kit.money import Fen, say_yuan
from yimen.ground.matters import services as matters
from yimen.service.fees.events import BillSettled
from yimen.service.fees.models import Bill

POINT = "deliver"


def locked(bill: Bill) -> Bill:
    """The bill as it stands now, held until the transaction ends: its case first, in the written order of locks."""
    if not transaction.get_connection().in_atomic_block:
        raise outbox.OutsideTransactionError("a bill locked outside a transaction")
    if bill.case_id is not None:
        matters.lock(bill.case_id)
    return Bill.objects.select_for_update().get(pk=bill.pk)


def stop_delivery(bill: Bill, at: datetime) -> None:
    """Hold the delivery of the bill's case, where it has one that is not closed."""
    if bill.case is None or bill.case.matter.closed_at is not None:
        return
    words = f"缴费单 {bill.code} 还没有缴，{say_yuan(Fen(bill.due_fen))}。缴清后即可领取结果。"
    matters.place_hold(matter_id=bill.case_id or 0, kind=bill.hold_kind, point=POINT, reason=words, at=at)


def free_delivery(bill: Bill, at: datetime) -> None:
    """Lift that hold again; nothing happens for a case that has ended meanwhile."""
    if bill.case is not None and bill.case.matter.closed_at is None:
        matters.lift_hold(matter_id=bill.case_id or 0, kind=bill.hold_kind, at=at)


def settle(bill: Bill, at: datetime) -> None:
    """Nothing is left to be paid: free the delivery and say so."""
    free_delivery(bill, at)
    outbox.publish(BillSettled(bill.code, bill.case.matter.code if bill.case else "", at))
