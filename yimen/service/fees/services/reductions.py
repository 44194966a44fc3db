"""减免: asked for with reason and document, approved by the government, carried out at the fee window (R176)."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction

from yimen.ground.identity.rules import Actor
from yimen.ground.kit import audit, numbering, outbox
from yimen.ground.kit.money import Fen, say_yuan
from yimen.ground.kit.particulars import tidy
from yimen.ground.kit.refusals import Conflict, Invalid, NotAllowed
from yimen.service.fees import policies, rules
from yimen.service.fees.events import ReductionMoved
from yimen.service.fees.models import Bill, Reduction
from yimen.service.fees.services.collecting import lines_of
from yimen.service.fees.services.holding import free_delivery, locked, settle, stop_delivery

if TYPE_CHECKING:
    from yimen.ground.documents.models import StoredFile

State = Reduction.State


class CannotReduce(Invalid):
    """More than the bill, or nothing."""

    code = "cannot_reduce"


class ReductionPast(Conflict):
    """The application is past this step, or another one is open for the bill."""

    code = "reduction_past"


@transaction.atomic
def ask_reduction(
    *, actor: Actor, bill: Bill, amount_fen: Fen, reason: str, document: str, document_number: str, at: datetime,
    file: StoredFile | None = None,
) -> Reduction:  # fmt: skip
    """Ask for so much off a bill, naming the document. Raises `CannotReduce`, `ReductionPast`, `NotAllowed`."""
    policies.demand(
        policies.reaches_department(actor, policies.ASK_REDUCTION, bill.department_id, bill.centre_id),
        "您不能替这张缴费单申请减免。", "请由收费部门或统一收费窗口申请。",
    )  # fmt: skip
    held = locked(bill)
    if held.state != Bill.State.UNPAID:
        raise ReductionPast(f"缴费单{held.get_state_display()}，不能再减免。", next_step="已缴的请走退款。")
    if not 0 < amount_fen <= held.due_fen:
        raise CannotReduce(
            f"减免不能超过应缴的 {say_yuan(Fen(held.due_fen))}。",
            fields={"amount": f"最多 {say_yuan(Fen(held.due_fen))}"},
        )
    try:
        with transaction.atomic():
            made = Reduction.objects.create(
                code=numbering.place_number("JM", held.centre.division_id, at), bill=held, amount_fen=amount_fen,
                reason=tidy(reason, "申请理由", 500, field="reason"),
                document=tidy(document, "依据文件", 200, field="document"),
                document_number=tidy(document_number, "文号", 80, field="document_number"), file=file, asked_at=at,
                asked_by=actor.name, asker_uid=actor.uid,
            )  # fmt: skip
    except IntegrityError:
        raise ReductionPast("这张缴费单已有一份减免申请在办。", next_step="请等它办完。") from None
    _move(actor, made, "fees.ask_reduction", at, amount_fen=amount_fen)
    return made


@transaction.atomic
def decide_reduction(*, actor: Actor, reduction: Reduction, approved: bool, words: str, at: datetime) -> Reduction:
    """The government's person approves or refuses; whoever asked cannot decide. Raises `ReductionPast`, `NotAllowed`."""
    reaches = any(
        held.reaches_division(reduction.bill.centre.division_id) for held in actor.held(policies.DECIDE_REDUCTION)
    )
    policies.demand(
        reaches, "任何单位和个人不得擅自减免：只有政府批准的人能决定。", "请报县（市）政府负责收费减免的领导。"
    )
    if actor.uid == reduction.asker_uid:
        raise NotAllowed("不能批准自己提出的减免申请。", next_step="请由另一位领导批准。")
    held = _locked(reduction, State.ASKED)
    held.state = State.APPROVED if approved else State.REFUSED
    held.decided_at, held.decided_by = at, actor.name
    held.decision = tidy(words, "批准意见", 300, field="words")
    held.save(update_fields=["state", "decided_at", "decided_by", "decision"])
    _move(actor, held, "fees.decide_reduction", at, approved=approved)
    return held


@transaction.atomic
def apply_reduction(*, actor: Actor, reduction: Reduction, at: datetime) -> Bill:
    """The fee window takes the approved sum off the bill; a bill of which nothing is left is exempt and holds nothing.
    Raises `ReductionPast`, `NotAllowed`."""
    policies.fee_window(actor)
    bill = locked(reduction.bill)
    held = _locked(reduction, State.APPROVED)
    if bill.state != Bill.State.UNPAID or held.amount_fen > bill.due_fen:
        raise ReductionPast(
            f"缴费单{bill.get_state_display()}，应缴 {say_yuan(Fen(bill.due_fen))}，减免不能执行。",
            next_step="请核对缴费单。",
        )
    lines = lines_of(bill)
    for line, part in zip(lines, rules.spread(held.amount_fen, [line.due_fen for line in lines]), strict=True):
        if part:
            line.reduced_fen += part
            line.save(update_fields=["reduced_fen"])
    bill.reduced_fen += held.amount_fen
    if bill.due_fen == 0:
        bill.state, bill.settled_at = Bill.State.EXEMPT, at
    bill.save(update_fields=["reduced_fen", "state", "settled_at"])
    held.state, held.applied_at, held.applied_by = State.APPLIED, at, actor.name
    held.save(update_fields=["state", "applied_at", "applied_by"])
    if bill.state == Bill.State.EXEMPT:
        settle(bill, at)
    else:  # the words of the hold name the sum
        free_delivery(bill, at)
        stop_delivery(bill, at)
    _move(actor, held, "fees.apply_reduction", at, amount_fen=held.amount_fen)
    return bill


@transaction.atomic
def withdraw_reduction(*, actor: Actor, reduction: Reduction, at: datetime) -> Reduction:
    """Whoever asked takes it back before it is carried out. Raises `ReductionPast`, `NotAllowed`."""
    policies.demand(actor.uid == reduction.asker_uid, "只有申请人能撤回。", "请由申请人撤回。")
    held = _locked(reduction, State.ASKED, State.APPROVED)
    held.state = State.WITHDRAWN
    held.save(update_fields=["state"])
    _move(actor, held, "fees.withdraw_reduction", at)
    return held


def _locked(reduction: Reduction, *states: str) -> Reduction:
    held = Reduction.objects.select_for_update().get(pk=reduction.pk)
    if held.state not in states:
        raise ReductionPast(f"这份申请{held.get_state_display()}，这一步已经过去。", next_step="请刷新页面。")
    return held


def _move(actor: Actor, held: Reduction, action: str, at: datetime, **facts: object) -> None:
    audit.record(
        action, actor=actor, target_kind="reduction", target=held.code, facts={"bill": held.bill.code, **facts}
    )
    outbox.publish(ReductionMoved(held.code, held.bill.code, held.state, at))
