"""退款: asked for at the fee window, confirmed by another person, given back the way it came; never above what was paid."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import Sum

from yimen.ground.identity.rules import Actor
from yimen.ground.kit import audit, numbering
from yimen.ground.kit.money import Fen, say_yuan
from yimen.ground.kit.particulars import tidy
from yimen.ground.kit.refusals import Conflict, Invalid, NotAllowed
from yimen.service.fees import bank, policies, rules
from yimen.service.fees.models import Bill, Payment, Refund
from yimen.service.fees.services.collecting import lines_of, write_entries
from yimen.service.fees.services.holding import locked

State = Refund.State


class TooMuch(Invalid):
    """More than is left of what was paid."""

    code = "too_much"


class RefundPast(Conflict):
    """The refund is past this step."""

    code = "refund_past"


def left_of(payment: Payment) -> Fen:
    """What may still be given back: less what is asked for and on its way."""
    taken = (
        Refund.objects.filter(payment=payment).exclude(state=State.REFUSED).aggregate(fen=Sum("amount_fen"))["fen"] or 0
    )
    return Fen(payment.amount_fen - taken)


@transaction.atomic
def ask_refund(*, actor: Actor, payment: Payment, amount_fen: Fen, reason: str, at: datetime) -> Refund:
    """Ask at the fee window for a refund. Raises `TooMuch`, `NotAllowed`."""
    policies.fee_window(actor)
    bill = locked(payment.bill)
    left = left_of(payment)
    if not 0 < amount_fen <= left:
        raise TooMuch(
            f"最多还能退 {say_yuan(left)}，不能退 {say_yuan(amount_fen)}。", next_step="退款不能超过实缴的金额。",
            fields={"amount": f"最多 {say_yuan(left)}"},
        )  # fmt: skip
    made = Refund.objects.create(
        code=numbering.place_number("TF", bill.centre.division_id, at), payment=payment, amount_fen=amount_fen,
        reason=tidy(reason, "退款原因", 300, field="reason"), asked_at=at, asked_by=actor.name, asker_uid=actor.uid,
    )  # fmt: skip
    _note("fees.ask_refund", actor, made)
    return made


def confirm_refund(*, actor: Actor, refund: Refund, agreed: bool, words: str, at: datetime) -> Refund:
    """A second person confirms or refuses. Cash is then handed out and a card credited at the window; of a payment by code the
    bank is asked, outside of the transaction; where it does not answer, `send` may be pressed again.
    Raises `RefundPast`, `NotAllowed`, `bank.BankSaidNo`, `outbound.Unreachable`."""
    held = _confirm(actor, refund, agreed, words, at)
    return send(actor=actor, refund=held, at=at) if held.state == State.SENT else held


@transaction.atomic
def _confirm(actor: Actor, refund: Refund, agreed: bool, words: str, at: datetime) -> Refund:
    policies.demand(actor.holds(policies.CONFIRM), "您不能复核退款。", "请由中心负责人复核。")
    if actor.uid == refund.asker_uid:
        raise NotAllowed("退款要两个人办：申请的人不能复核。", next_step="请由另一人复核。")
    bill = locked(refund.payment.bill)
    held = _locked(refund, State.ASKED)
    held.confirmed_at, held.confirmed_by, held.confirmer_uid = at, actor.name, actor.uid
    held.words = tidy(words, "复核意见", 300, field="words")
    if not agreed:
        held.state = State.REFUSED
    elif held.payment.way == "qr":
        held.state = State.SENT
    held.save(update_fields=["confirmed_at", "confirmed_by", "confirmer_uid", "words", "state"])
    if agreed and held.state == State.ASKED:
        number = numbering.place_number("TK", bill.centre.division_id, at)
        _book(held, bill, f"{held.payment.way}:{number}" if held.payment.way == "card" else number, at, actor.name)
    _note("fees.confirm_refund", actor, held, agreed=agreed)
    return held


def send(*, actor: Actor, refund: Refund, at: datetime) -> Refund:
    """Ask the bank for a refund that is confirmed; the same number asked twice is one refund there."""
    policies.demand(actor.holds(policies.CONFIRM), "您不能办理退款。", "请由中心负责人办理。")
    refund.refresh_from_db()
    if refund.state == State.DONE:
        return refund
    if refund.state != State.SENT:
        raise RefundPast(f"这笔退款{refund.get_state_display()}。", next_step="请刷新页面。")
    serial = bank.bank().refund(
        refund=refund.code, serial=refund.payment.serial.removeprefix("qr:"), amount_fen=refund.amount_fen
    )
    with transaction.atomic():
        finish(refund, serial=f"qr:{serial}", at=at, by=actor.name)
    refund.refresh_from_db()
    return refund


def finish(refund: Refund, *, serial: str, at: datetime, by: str) -> None:
    """The money has gone back: book it once. In the caller's transaction."""
    bill = locked(refund.payment.bill)
    held = Refund.objects.select_for_update().get(pk=refund.pk)
    if held.state == State.SENT:
        _book(held, bill, serial, at, by)


def _book(refund: Refund, bill: Bill, serial: str, at: datetime, by: str) -> None:
    lines = lines_of(bill)
    parts = rules.spread(refund.amount_fen, [line.due_fen - line.refunded_fen for line in lines])
    refund.state, refund.serial, refund.done_at = State.DONE, serial, at
    try:
        with transaction.atomic():
            refund.save(update_fields=["state", "serial", "done_at"])
    except IntegrityError:
        raise RefundPast("银行给的退款流水号已经用过。", next_step="请与银行核对这笔退款。") from None
    for line, part in zip(lines, parts, strict=True):
        if part:
            line.refunded_fen += part
            line.save(update_fields=["refunded_fen"])
    pairs = list(zip(lines, parts, strict=True))
    note = f"退款 {refund.code}"
    write_entries(
        bill, refund.payment, "refund", refund.payment.way, pairs, at, by, back=True, serial=serial, note=note
    )
    bill.refunded_fen += refund.amount_fen
    if bill.refunded_fen == bill.paid_fen:
        bill.state = Bill.State.REFUNDED
    bill.save(update_fields=["refunded_fen", "state"])


def _locked(refund: Refund, *states: str) -> Refund:
    held = Refund.objects.select_for_update().get(pk=refund.pk)
    if held.state not in states:
        raise RefundPast(f"这笔退款{held.get_state_display()}，这一步已经过去。", next_step="请刷新页面。")
    return held


def _note(action: str, actor: Actor, refund: Refund, **facts: object) -> None:
    audit.record(
        action, actor=actor, target_kind="refund", target=refund.code,
        facts={"bill": refund.payment.bill.code, "amount_fen": refund.amount_fen, **facts},
    )  # fmt: skip
