"""Money that came is booked once: bill, payment, entries and ticket in one transaction."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction

from yimen.ground.identity.rules import Actor
from yimen.ground.kit import audit, numbering
from yimen.ground.kit.moments import day_of
from yimen.ground.kit.money import Fen, say_yuan
from yimen.ground.kit.particulars import tidy
from yimen.ground.kit.refusals import Conflict, Invalid
from yimen.service.fees import policies, rules
from yimen.service.fees.models import Bill, BillLine, Entry, Payment
from yimen.service.fees.services.holding import locked, settle
from yimen.service.fees.services.tickets import NoTicket, next_ticket

if TYPE_CHECKING:
    from yimen.ground.organisations.models import Window


class NotThisSum(Invalid):
    """The money is not what the bill says. Nothing is booked."""

    code = "not_this_sum"


class PaidAlready(Conflict):
    """Nothing is to be paid on this bill any more, or this money has been booked."""

    code = "paid_already"


@transaction.atomic
def collect(*, actor: Actor, bill: Bill, way: str, received_fen: Fen, at: datetime, serial: str = "") -> Payment:
    """Cash or card at the fee window; `serial` is the number on the card slip. Of cash more may be given than is due: what is
    given back is the difference. Raises `NotAllowed` (R168), `NotThisSum`, `PaidAlready`, `NoTicket`."""
    window = policies.fee_window(actor)
    if way not in ("cash", "card"):
        raise Invalid("请选择现金或刷卡。", fields={"way": "请选择"})
    given = tidy(serial, "刷卡流水号", 60, field="serial", needed=way == "card")
    held = locked(bill)
    if held.centre_id != window.centre_id:
        raise Invalid("这张缴费单属于另一个中心。", next_step="请到开单的中心缴费，或扫单上的码缴。")
    _open(held)
    if received_fen < held.due_fen or (way == "card" and received_fen != held.due_fen):
        raise NotThisSum(
            f"应缴 {say_yuan(Fen(held.due_fen))}，不能收 {say_yuan(received_fen)}。",
            next_step="请按缴费单收取，一分不多、一分不少。", fields={"received": f"应缴 {say_yuan(Fen(held.due_fen))}"},
        )  # fmt: skip
    number = f"{way}:{given}" if way == "card" else numbering.place_number("XJ", held.centre.division_id, at)
    payment = book(
        held, way=way, serial=number, paid_at=at, at=at, by=actor.name, cashier_id=actor.account_id, window=window
    )
    if next_ticket(payment, actor.name, at) is None:
        raise NoTicket("票据号用完了，不能收款，没有入账。", next_step="请票据管理人员先登记新的号段。")
    audit.record(
        "fees.collect", actor=actor, target_kind="bill", target=held.code,
        facts={"way": way, "amount_fen": payment.amount_fen, "serial": number},
    )  # fmt: skip
    return payment


def _open(bill: Bill) -> None:
    if bill.state != Bill.State.UNPAID:
        raise PaidAlready(f"这张缴费单{bill.get_state_display()}，不用再缴。", next_step="请核对单号，不要重复收款。")


def book(
    bill: Bill, *, way: str, serial: str, paid_at: datetime, at: datetime, by: str, cashier_id: int | None = None,
    window: Window | None = None, money_from: str = "",
) -> Payment:  # fmt: skip
    """Book the whole due sum of a locked, unpaid bill. `money_from` is the account that gives it, where not the way itself.
    Raises `PaidAlready` where the serial has been booked for another bill."""
    _open(bill)
    try:
        with transaction.atomic():
            payment = Payment.objects.create(
                bill=bill, amount_fen=bill.due_fen, way=way, serial=serial, paid_at=paid_at, booked_at=at, day=day_of(at),
                centre_id=bill.centre_id, window=window, cashier_id=cashier_id, cashier_name=by,
            )  # fmt: skip
    except IntegrityError:
        raise PaidAlready(
            "这个流水号已经入过账。", next_step="请核对小票，不要重复录入。", fields={"serial": "已用过"}
        ) from None
    write_entries(
        bill, payment, "payment", money_from or way, [(line, Fen(line.due_fen)) for line in lines_of(bill)], at, by
    )
    bill.state, bill.paid_fen, bill.settled_at = Bill.State.PAID, bill.due_fen, at
    bill.save(update_fields=["state", "paid_fen", "settled_at"])
    settle(bill, at)
    return payment


def lines_of(bill: Bill) -> list[BillLine]:
    """The lines of a bill, in order."""
    return list(bill.lines.order_by("pk"))


def write_entries(
    bill: Bill, payment: Payment, kind: str, money: str, parts: list[tuple[BillLine, Fen]], at: datetime, by: str, *,
    back: bool = False, serial: str = "", note: str = "",
) -> None:  # fmt: skip
    """One entry a line, from revenue to `money` or (`back`) the other way round."""
    debit, credit = (Entry.Account.REVENUE, money) if back else (money, Entry.Account.REVENUE)
    Entry.objects.bulk_create(
        Entry(
            day=day_of(at), at=at, kind=kind, debit=debit, credit=credit, amount_fen=fen, centre_id=bill.centre_id,
            department_id=bill.department_id, bill=bill, line=line, payment=payment, fee_class=line.fee_class,
            revenue=line.revenue, serial=serial or payment.serial, by=by, note=note or f"{bill.code} {line.name}"[:200],
        )
        for line, fen in parts
        if fen
    )  # fmt: skip


def say_way(way: str) -> str:
    """现金, 刷卡, 扫码."""
    return rules.WAYS.get(way, way)
