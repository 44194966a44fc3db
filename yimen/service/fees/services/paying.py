"""Paying by code: an attempt is made, the bank is asked for a code, the bank's notice books the money. Once, and only the exact
sum of an unpaid bill; everything else is held for a person.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from yimen.ground.kit import audit, numbering
from yimen.ground.kit.moments import day_of
from yimen.ground.kit.money import LARGEST, Fen, say_yuan
from yimen.ground.kit.refusals import Conflict, Invalid, Refusal
from yimen.ground.organisations import selectors as organisations
from yimen.service.fees import bank, rules
from yimen.service.fees.models import Attempt, BankNotice, Bill, Entry, Held, Payment, Refund
from yimen.service.fees.services.collecting import book
from yimen.service.fees.services.holding import locked
from yimen.service.fees.services.tickets import next_ticket

VALID = timedelta(minutes=15)
BANK = "银行"


class NotToPay(Conflict):
    """Nothing is to be paid on this bill."""

    code = "not_to_pay"


class NoNotice(Invalid):
    """The notice cannot be read."""

    code = "no_notice"


class NotSigned(Refusal):
    """The notice does not come from the bank, or is too old."""

    code = "not_signed"
    status = 401


def start_attempt(*, bill: Bill, by: str, at: datetime, notify: str) -> Attempt:
    """A code for a bill: the open one if it still holds, else a new one. The bank is asked outside of any transaction.
    Raises `NotToPay`, `bank.NoBank`, `bank.BankSaidNo`, `outbound.Unreachable`."""
    our_bank = bank.bank()
    attempt = _open_attempt(bill, by, at)
    if attempt.pay_url:
        return attempt
    ordered = our_bank.order(
        order=attempt.code,
        amount_fen=attempt.amount_fen,
        subject=bill.subject,
        expires_at=attempt.expires_at,
        notify=notify,
    )
    Attempt.objects.filter(pk=attempt.pk, pay_url="").update(bank_order=ordered.bank_order, pay_url=ordered.pay_url)
    attempt.refresh_from_db()
    return attempt


@transaction.atomic
def _open_attempt(bill: Bill, by: str, at: datetime) -> Attempt:
    held = locked(bill)
    if held.state != Bill.State.UNPAID:
        raise NotToPay(f"这张缴费单{held.get_state_display()}，不用再缴。", next_step="请刷新页面。")
    running = Attempt.objects.filter(bill=held, state=Attempt.State.OPEN).first()
    if running is not None and running.expires_at > at and running.amount_fen == held.due_fen:
        return running
    if running is not None:
        running.state = Attempt.State.CLOSED
        running.save(update_fields=["state"])
    minutes = int(getattr(settings, "FEES_CODE_MINUTES", 0) or 0)
    made = Attempt.objects.create(
        code=numbering.place_number("ZF", held.centre.division_id, at), bill=held, amount_fen=held.due_fen, started_at=at,
        started_by=by, expires_at=at + (timedelta(minutes=minutes) if minutes else VALID),
    )  # fmt: skip
    audit.record("fees.start_attempt", actor=None, target_kind="bill", target=held.code, facts={"attempt": made.code})
    return made


def read_notice(said: Any) -> dict[str, Any]:
    """What a notice says, checked; raises `NoNotice`."""
    if not isinstance(said, dict):
        raise NoNotice("通知的内容看不懂。")
    kind, serial, order, fen = (said.get(name) for name in ("kind", "serial", "order", "amount_fen"))
    try:
        moment = datetime.fromisoformat(str(said.get("happened_at")))
    except ValueError:
        moment = None
    texts = [
        isinstance(each, str) and 0 < len(each) <= 60 and each.isascii() and each.isprintable()
        for each in (serial, order)
    ]
    whole = isinstance(fen, int) and not isinstance(fen, bool) and 0 < fen <= LARGEST
    if kind not in ("paid", "refunded") or not all(texts) or not whole or moment is None or moment.tzinfo is None:
        raise NoNotice("通知缺少内容，或写法不对。", next_step="需要 kind、serial、order、amount_fen、happened_at。")
    return {"kind": kind, "serial": serial, "order": order, "amount_fen": fen, "happened_at": moment}


def take_notice(*, said: dict[str, Any], at: datetime) -> str:
    """What the bank says (`read_notice`), done once however often, in whatever order and at how many processes at once it comes.
    Returns what became of it: booked, duplicate, held, refunded, known."""
    with transaction.atomic():
        with connection.cursor() as cursor:  # notices of one serial wait for each other
            cursor.execute("select pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"fees:{said['serial']}"])
            cursor.execute(
                """
                insert into fees_banknotice as n (kind, serial, "order", amount_fen, happened_at, received_at, times, outcome)
                values (%s, %s, %s, %s, %s, %s, 1, '')
                on conflict (kind, serial, "order", amount_fen) do update set times = n.times + 1
                returning id, times
                """,
                [said["kind"], said["serial"], said["order"], said["amount_fen"], said["happened_at"], at],
            )
            number, times = cursor.fetchone()
        if times > 1:
            return "duplicate"
        notice = BankNotice.objects.get(pk=number)
        outcome = _paid(notice, at) if notice.kind == "paid" else _refunded(notice, at)
        notice.outcome = outcome
        notice.save(update_fields=["outcome"])
        return outcome


def _paid(notice: BankNotice, at: datetime) -> str:
    attempt = Attempt.objects.select_related("bill").filter(code=notice.order).first()
    serial = f"qr:{notice.serial}"
    said_before = BankNotice.objects.filter(kind="paid", serial=notice.serial).exclude(pk=notice.pk).exists()
    if said_before or Payment.objects.filter(serial=serial).exists():
        return _hold(notice, "contradicts", attempt.bill if attempt else None, at, in_ledger=False)
    if attempt is None:
        return _hold(notice, "unknown", None, at)
    bill = locked(attempt.bill)
    if bill.state in (Bill.State.PAID, Bill.State.REFUNDED):
        return _hold(notice, "paid_before", bill, at)
    if bill.state != Bill.State.UNPAID:
        return _hold(notice, "not_open", bill, at)
    if notice.amount_fen != bill.due_fen:
        return _hold(notice, "amount", bill, at)
    payment = book(bill, way="qr", serial=serial, paid_at=notice.happened_at, at=at, by=BANK)
    Attempt.objects.filter(bill=bill, state=Attempt.State.OPEN).exclude(pk=attempt.pk).update(
        state=Attempt.State.CLOSED
    )
    Attempt.objects.filter(pk=attempt.pk).update(state=Attempt.State.PAID)
    next_ticket(payment, BANK, at)  # where the numbers have run out, the fee window issues it later
    audit.record(
        "fees.collect", actor=None, target_kind="bill", target=bill.code,
        facts={"way": "qr", "amount_fen": payment.amount_fen, "serial": serial},
    )  # fmt: skip
    return "booked"


def _hold(notice: BankNotice, reason: str, bill: Bill | None, at: datetime, *, in_ledger: bool = True) -> str:
    """Money that fits no bill: into the ledger as held, where it came at all, and onto the list of the fee window."""
    centre = bill.centre if bill is not None else organisations.main_centre()
    if centre is None:
        raise NoNotice("还没有登记政务服务中心，不能记账。")
    held = Held.objects.create(
        notice=notice,
        bill=bill,
        centre=centre,
        reason=reason,
        amount_fen=notice.amount_fen,
        in_ledger=in_ledger,
        came_at=at,
    )
    if in_ledger:
        Entry.objects.create(
            day=day_of(at), at=at, kind="held", debit="qr", credit="held", amount_fen=notice.amount_fen, centre=centre,
            bill=bill, serial=f"qr:{notice.serial}", by=BANK, note=f"{rules.HELD[reason]}，{say_yuan(Fen(notice.amount_fen))}",
        )  # fmt: skip
    audit.record(
        "fees.hold_money", actor=None, target_kind="bill", target=bill.code if bill else notice.order,
        facts={"reason": reason, "amount_fen": held.amount_fen, "serial": notice.serial},
    )  # fmt: skip
    return "held"


def _refunded(notice: BankNotice, at: datetime) -> str:
    """The bank has carried out a refund of ours; one that it invents is a contradiction."""
    from yimen.service.fees.services.refunds import finish

    refund = Refund.objects.filter(code=notice.order).first()
    if refund is None or refund.amount_fen != notice.amount_fen or refund.state not in ("sent", "done"):
        return _hold(notice, "contradicts", None, at, in_ledger=False)
    if refund.state == Refund.State.DONE:
        return (
            "known"
            if refund.serial == f"qr:{notice.serial}"
            else _hold(notice, "contradicts", None, at, in_ledger=False)
        )
    finish(refund, serial=f"qr:{notice.serial}", at=at, by=BANK)
    return "refunded"
