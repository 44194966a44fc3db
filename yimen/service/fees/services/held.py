"""Held money: booked to its bill, given back, or found to be none; a person says why."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from yimen.ground.identity.rules import Actor
from yimen.ground.kit import audit
from yimen.ground.kit.moments import day_of
from yimen.ground.kit.particulars import tidy
from yimen.ground.kit.refusals import Conflict
from yimen.service.fees import bank, policies
from yimen.service.fees.models import Bill, Entry, Held
from yimen.service.fees.services.collecting import book
from yimen.service.fees.services.holding import locked
from yimen.service.fees.services.tickets import next_ticket

State = Held.State


class HeldPast(Conflict):
    """Somebody has dealt with it, or it cannot be dealt with in this way."""

    code = "held_past"


@transaction.atomic
def book_held(*, actor: Actor, held: Held, words: str, at: datetime) -> Held:
    """Book it to its bill: only the whole sum of an unpaid one. Raises `HeldPast`, `NotAllowed`."""
    _may(actor)
    bill = locked(held.bill) if held.bill is not None else None
    row = _locked(held)
    if bill is None or bill.state != Bill.State.UNPAID or bill.due_fen != row.amount_fen or not row.in_ledger:
        raise HeldPast("只有金额正好等于一张待缴的缴费单，才能转入。", next_step="不相等的请退回缴款人。")
    serial = f"qr:{row.notice.serial}"
    payment = book(
        bill, way="qr", serial=serial, paid_at=row.notice.happened_at, at=at, by=actor.name, money_from="held"
    )
    next_ticket(payment, actor.name, at)
    return _close(row, State.BOOKED, actor, words, at)


def return_held(*, actor: Actor, held: Held, words: str, at: datetime) -> Held:
    """Give it back through the bank. The bank is asked first, under a number that makes asking twice one refund.
    Raises `HeldPast`, `NotAllowed`, `bank.BankSaidNo`, `outbound.Unreachable`."""
    _may(actor)
    held.refresh_from_db()
    if held.state != State.OPEN or not held.in_ledger:
        raise HeldPast("这笔款已经处理，或核实没有到账。", next_step="请刷新页面。")
    number = bank.bank().refund(refund=f"TD{held.pk:09d}", serial=held.notice.serial, amount_fen=held.amount_fen)
    with transaction.atomic():
        row = _locked(held)
        Entry.objects.create(
            day=day_of(at), at=at, kind="release", debit="held", credit="qr", amount_fen=row.amount_fen,
            centre_id=row.centre_id, bill=row.bill, serial=f"qr:{number}", by=actor.name, note="待处理款退回缴款人",
        )  # fmt: skip
        return _close(row, State.RETURNED, actor, words, at)


@transaction.atomic
def dismiss_held(*, actor: Actor, held: Held, words: str, at: datetime) -> Held:
    """No money came of it: the bank had contradicted itself. Raises `HeldPast`, `NotAllowed`."""
    _may(actor)
    row = _locked(held)
    if row.in_ledger:
        raise HeldPast("这笔款已经到账，不能按没有到账处理。", next_step="请转入缴费单，或退回缴款人。")
    return _close(row, State.DISMISSED, actor, words, at)


def _may(actor: Actor) -> None:
    policies.demand(actor.holds(policies.CONFIRM), "您不能处理待处理款。", "请由中心负责人处理。")


def _locked(held: Held) -> Held:
    row = Held.objects.select_for_update().get(pk=held.pk)
    if row.state != State.OPEN:
        raise HeldPast(f"这笔款{row.get_state_display()}。", next_step="请刷新页面。")
    return row


def _close(row: Held, state: str, actor: Actor, words: str, at: datetime) -> Held:
    row.state, row.closed_at, row.closed_by = state, at, actor.name
    row.words = tidy(words, "处理说明", 300, field="words")
    row.save(update_fields=["state", "closed_at", "closed_by", "words"])
    audit.record(
        "fees.close_held", actor=actor, target_kind="bank_notice", target=row.notice.serial,
        facts={"state": state, "amount_fen": row.amount_fen}, reason=row.words,
    )  # fmt: skip
    return row
