"""Bills: raised for a case by rule, or by the window; taken back while nothing is paid."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction

from yimen.ground.identity.rules import SYSTEM, Actor
from yimen.ground.kit import audit, numbering, outbox
from yimen.ground.kit.moments import day_of
from yimen.ground.kit.money import Fen
from yimen.ground.kit.particulars import tidy
from yimen.ground.kit.refusals import Conflict, Invalid
from yimen.ground.matters import services as matters
from yimen.ground.organisations import selectors as organisations
from yimen.service.cases.selectors import case_answers, case_by_code
from yimen.service.fees import policies, rules
from yimen.service.fees.events import BillCancelled, BillRaised
from yimen.service.fees.models import Bill, BillLine, ChargeVersion
from yimen.service.fees.selectors.charges import charges_for, in_force
from yimen.service.fees.services.holding import free_delivery, locked, stop_delivery

if TYPE_CHECKING:
    from yimen.ground.identity.models import Party
    from yimen.ground.organisations.models import Unit, Window
    from yimen.service.cases.models import Case


class NotCharged(Invalid):
    """What is asked for is no charge in force: it may not be collected (R169, R179)."""

    code = "not_charged"


class BillMoved(Conflict):
    """The bill is past this step."""

    code = "bill_moved"


@dataclass(frozen=True, slots=True)
class Asked:
    """One charge for a bill: which, how many thousandths, and for a range the sum within it."""

    version: ChargeVersion
    quantity_milli: int = rules.MILLI
    chosen_fen: Fen | None = None


@transaction.atomic
def raise_by_rule(*, code: str, occasion: str, at: datetime, on: date | None = None) -> Bill | None:
    """The bill that the catalogue of the day `on` (today) asks of this case at this step; None where it asks none, or has been
    raised already.

    A charge by quantity whose number the application does not hold is left to the window.
    """
    case = case_by_code(code)
    matters.lock(case.pk)
    asked = []
    answers: dict[str, object] | None = None
    for version in charges_for(case.item_id, on or day_of(at), occasion):
        quantity = rules.MILLI
        if version.how == "per_unit":
            answers = case_answers(case) if answers is None else answers
            try:
                quantity = rules.read_quantity(str(answers.get(version.quantity_key, "")))
            except rules.WrongStandard:
                continue
        if quantity > 0:
            asked.append(Asked(version, quantity))
    held = Bill.objects.filter(case=case, occasion=occasion).exclude(state=Bill.State.CANCELLED)
    if not asked or held.exists():
        return None
    return _raise(
        asked, case=case, payer=case.matter.applicant, payer_name=case.matter.applicant_name, occasion=occasion,
        subject=case.matter.title, centre=_centre_of(case), window=None, actor=SYSTEM, at=at,
    )  # fmt: skip


@transaction.atomic
def raise_at_window(
    *, actor: Actor, asked: Sequence[Asked], at: datetime, case_code: str = "", payer_name: str = "", subject: str = ""
) -> Bill:
    """A bill that a department's window or the fee window raises; collecting is the fee window's alone.
    Raises `NotCharged`, `rules.WrongStandard`, `NotAllowed`."""
    if not asked:
        raise NotCharged("请至少选一个收费科目。", fields={"charge": "请选择"})
    case = case_by_code(case_code) if case_code else None
    department = asked[0].version.charge.department_id
    centre = _centre_at(actor, case)
    for each in asked:
        if each.version.charge.department_id != department:
            raise NotCharged("一张缴费单只能开一个部门的收费。", next_step="请分别开单。")
        policies.demand(
            policies.reaches_department(actor, policies.RAISE, department, centre.pk), "您不能替这个部门开缴费单。",
            "请由该部门的窗口或统一收费窗口开单。",
        )  # fmt: skip
    still = set(in_force(day_of(at)).filter(pk__in=[each.version.pk for each in asked]).values_list("pk", flat=True))
    if gone := next((each.version for each in asked if each.version.pk not in still), None):
        raise NotCharged(
            f"“{gone.name}”今天不在收费目录里，不能收。", next_step="没有依据或已停止的收费一律不收；请到收费目录核对。",
            fields={"charge": "不能收"},
        )  # fmt: skip
    if case is not None:
        matters.lock(case.pk)
        if case.matter.department_id != department:
            raise NotCharged("这件办件不归这个部门，不能搭车收费。", fields={"case": "部门不一致"})
    return _raise(
        asked, case=case, payer=case.matter.applicant if case else None,
        payer_name=case.matter.applicant_name if case else tidy(payer_name, "缴款人", 200, field="payer_name"),
        occasion="window", subject=case.matter.title if case else tidy(subject, "事由", 300, field="subject"),
        centre=centre, window=organisations.window(actor.window_id) if actor.window_id else None, actor=actor, at=at,
    )  # fmt: skip


def _raise(
    asked: Sequence[Asked], *, case: Case | None, payer: Party | None, payer_name: str, occasion: str, subject: str,
    centre: Unit, window: Window | None, actor: Actor, at: datetime,
) -> Bill:  # fmt: skip
    sums = [
        rules.charge(
            each.version.standard,
            each.version.fee_class,
            quantity_milli=each.quantity_milli,
            chosen_fen=each.chosen_fen,
        )
        for each in asked
    ]
    owner = asked[0].version.charge.department
    try:
        with transaction.atomic():
            bill = Bill.objects.create(
                code=numbering.place_number("JF", centre.division_id, at), case=case, occasion=occasion, payer=payer,
                payer_name=payer_name, department=owner, centre=centre, window=window, subject=subject[:300],
                total_fen=sum(sums), raised_at=at, raised_by=actor.name,
            )  # fmt: skip
    except IntegrityError:
        raise BillMoved("这一环节的缴费单刚才已经开出。", next_step="请刷新页面。") from None
    BillLine.objects.bulk_create(
        BillLine(
            bill=bill, version=each.version, name=each.version.name, standard=each.version.standard_words,
            basis=f"{each.version.basis}（{each.version.basis_number}）"[:300], fee_class=each.version.fee_class,
            revenue=each.version.revenue, quantity_milli=each.quantity_milli, unit=each.version.unit, amount_fen=fen,
        )
        for each, fen in zip(asked, sums, strict=True)
    )  # fmt: skip
    stop_delivery(bill, at)
    audit.record(
        "fees.raise_bill", actor=actor, target_kind="bill", target=bill.code,
        facts={"total_fen": bill.total_fen, "case": case.matter.code if case else "", "occasion": occasion},
    )  # fmt: skip
    outbox.publish(BillRaised(bill.code, case.matter.code if case else "", at))
    return bill


@transaction.atomic
def cancel_bill(*, actor: Actor, bill: Bill, reason: str, at: datetime) -> Bill:
    """作废 while nothing is paid: whoever may raise bills for the department may take one back, with the reason.
    Raises `BillMoved`, `NotAllowed`."""
    policies.demand(
        policies.reaches_department(actor, policies.RAISE, bill.department_id, bill.centre_id), "您不能作废这张缴费单。",
        "请由开单的窗口作废。",
    )  # fmt: skip
    held = locked(bill)
    if held.state != Bill.State.UNPAID:
        raise BillMoved(f"缴费单现在是“{held.get_state_display()}”，不能作废。", next_step="已缴的请走退款。")
    said = tidy(reason, "作废原因", 300, field="reason")
    held.state, held.cancelled_at, held.cancelled_by, held.cancel_reason = Bill.State.CANCELLED, at, actor.name, said
    held.save(update_fields=["state", "cancelled_at", "cancelled_by", "cancel_reason"])
    free_delivery(held, at)
    audit.record("fees.cancel_bill", actor=actor, target_kind="bill", target=held.code, facts={"reason": said})
    outbox.publish(BillCancelled(held.code, held.case.matter.code if held.case else "", at))
    return held


def cancel_of_case(case_id: int, reason: str, at: datetime) -> int:
    """The unpaid bills of a case that has ended without service; returns how many. What is paid is given back by refund only."""
    found = list(Bill.objects.filter(case=case_id, state=Bill.State.UNPAID))
    for bill in found:
        cancel_bill(actor=SYSTEM, bill=bill, reason=reason, at=at)
    return len(found)


def _centre_of(case: Case) -> Unit:
    return _known(case.matter.centre_id or organisations.hall_of_department(case.matter.department_id).centre_id)


def _centre_at(actor: Actor, case: Case | None) -> Unit:
    if actor.centre_id is not None:
        return _known(actor.centre_id)
    return _centre_of(case) if case is not None else _known(None)


def _known(centre_id: int | None) -> Unit:
    found = organisations.unit(centre_id) if centre_id is not None else organisations.main_centre()
    if found is None:
        raise NotCharged("还没有登记政务服务中心。", next_step="请先在机构里登记中心。")
    return found
