"""Fees over the interface: what is charged by which document, bills, money taken at the fee window, refunds asked for.

Each act is the service behind the screen: money is taken at the fee window by its cashier alone (R168).
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Schema
from pydantic import Field

from yimen.ground.identity.policies import public, requires, signed_in
from yimen.ground.kit.apis import PROBLEMS, Line, Paged, actor_of, once, readable
from yimen.ground.kit.moments import day_of, now
from yimen.ground.kit.money import Fen
from yimen.ground.kit.paging import page_by_key
from yimen.ground.kit.refusals import NotFound
from yimen.service.fees import policies, rules, services
from yimen.service.fees.models import Bill, Payment
from yimen.service.fees.selectors.charges import in_force

router = Router()
MODULE = "fees"
MOST_FEN = 1_000_000_000_000


class ChargeOut(Schema):
    """A charge in force: who charges it, how it is reckoned, by which document."""

    code: str
    name: str
    department: str
    fee_class: str
    revenue: str
    standard: str
    basis: str
    basis_number: str
    basis_organ: str
    valid_from: date
    valid_until: date | None
    reduction_rule: str


class ChargeList(Paged):
    """The charges in force today."""

    charges: list[ChargeOut]


class BillLineOut(Schema):
    """A charge on a bill."""

    name: str
    standard: str
    basis: str
    revenue: str
    quantity: str
    amount_fen: int
    due_fen: int


class BillOut(Schema):
    """A bill; sums in fen."""

    code: str
    case: str
    payer: str
    subject: str
    department: str
    state: str
    state_label: str
    total_fen: int
    reduced_fen: int
    due_fen: int
    paid_fen: int
    refunded_fen: int
    raised_at: datetime
    settled_at: datetime | None


class BillList(Paged):
    """Bills, newest first."""

    bills: list[BillOut]


class WholeBillOut(BillOut):
    """One bill with its lines."""

    lines: list[BillLineOut]


class PayIn(Schema):
    """Money taken at the fee window. `received_fen` may be more than is due in cash, never by card; `serial` is the card slip's."""

    way: Literal["cash", "card"]
    received_fen: int = Field(ge=1, le=MOST_FEN)
    serial: Line = ""


class PaidOut(Schema):
    """What was booked; `change_fen` is to be given back."""

    code: str
    serial: str
    amount_fen: int
    change_fen: int
    ticket: str


class RefundIn(Schema):
    """A refund asked for; another person confirms it."""

    amount_fen: int = Field(ge=1, le=MOST_FEN)
    reason: Line


class RefundOut(Schema):
    """The refund that waits."""

    code: str
    bill: str
    amount_fen: int
    state: str
    state_label: str


@router.get("/fees/charges", response={200: ChargeList, **PROBLEMS}, summary="收费目录")
@public
def charges(
    request: HttpRequest,
    after: Annotated[str, Query(max_length=500)] = "",
    before: Annotated[str, Query(max_length=500)] = "",
) -> dict[str, Any]:
    """现行的收费科目、标准和依据。目录以外的一律不得收。"""
    rows = in_force(day_of(now())).select_related("charge__department")
    page = page_by_key(rows, order=("-pk",), asked={"after": after, "before": before}, size=50)
    return {
        "charges": [
            {
                "code": each.charge.code, "name": each.name, "department": each.charge.department.name,
                "fee_class": rules.CLASSES[each.fee_class], "revenue": rules.REVENUES[each.revenue],
                "standard": each.standard_words, "basis": each.basis, "basis_number": each.basis_number,
                "basis_organ": each.basis_organ, "valid_from": each.valid_from, "valid_until": each.valid_until,
                "reduction_rule": each.reduction_rule,
            }
            for each in page
        ],
        "after": page.after, "before": page.before,
    }  # fmt: skip


@router.get("/bills", response={200: BillList, **PROBLEMS}, summary="缴费单")
@signed_in
def bill_list(
    request: HttpRequest,
    state: Annotated[Literal["", "unpaid", "paid", "exempt", "cancelled", "refunded"], Query()] = "",
    after: Annotated[str, Query(max_length=500)] = "",
    before: Annotated[str, Query(max_length=500)] = "",
) -> dict[str, Any]:
    """本人的缴费单，或权限内的缴费单，新的在前。"""
    actor = actor_of(request, MODULE)
    seen = Q(payer=actor.party_id) if actor.party_id is not None else policies.bills(actor)
    rows = Bill.objects.filter(seen)
    if state:
        rows = rows.filter(state=state)
    rows = rows.select_related("case__matter", "department")
    page = page_by_key(rows, order=("-raised_at", "-pk"), asked={"after": after, "before": before}, size=50)
    return {"bills": [_line(each) for each in page], "after": page.after, "before": page.before}


@router.get("/bills/{code}", response={200: WholeBillOut, **PROBLEMS}, summary="一张缴费单")
@signed_in
def bill_by_number(request: HttpRequest, code: str) -> dict[str, Any]:
    """应缴多少、依据什么、缴了没有。"""
    found = _bill(request, code)
    lines = [
        {
            "name": each.name, "standard": each.standard, "basis": each.basis, "revenue": rules.REVENUES[each.revenue],
            "quantity": each.quantity_words, "amount_fen": each.amount_fen, "due_fen": each.due_fen,
        }
        for each in services.collecting.lines_of(found)
    ]  # fmt: skip
    return _line(found) | {"lines": lines}


@router.post("/bills/{code}/pay", response={201: PaidOut, **PROBLEMS}, summary="在统一收费窗口收款")
@requires(policies.COLLECT)
def pay_bill(request: HttpRequest, code: str, given: PayIn) -> HttpResponse:
    """现金或刷卡，一次缴清；入账、开票一次完成。带 Idempotency-Key 时重发不会再收。"""
    actor, found = actor_of(request, MODULE), _bill(request, code)

    def act() -> tuple[int, dict[str, Any]]:
        paid = services.collect(
            actor=actor, bill=found, way=given.way, received_fen=Fen(given.received_fen),
            serial=readable(given.serial, what="刷卡流水号"), at=now(),
        )  # fmt: skip
        ticket = paid.tickets.filter(voided_at__isnull=True).select_related("range").first()
        return 201, {
            "code": found.code, "serial": paid.serial, "amount_fen": paid.amount_fen,
            "change_fen": given.received_fen - paid.amount_fen, "ticket": str(ticket) if ticket else "",
        }  # fmt: skip

    return once(request, act, module=MODULE)


@router.post("/bills/{code}/refunds", response={201: RefundOut, **PROBLEMS}, summary="申请退款")
@requires(policies.COLLECT)
def ask_refund(request: HttpRequest, code: str, given: RefundIn) -> HttpResponse:
    """在统一收费窗口申请，另一人复核后原路退回；不超过实缴。"""
    actor, found = actor_of(request, MODULE), _bill(request, code)

    def act() -> tuple[int, dict[str, Any]]:
        payment = Payment.objects.select_related("bill__centre__division").filter(bill=found).first()
        if payment is None:
            raise NotFound("这张缴费单还没有缴，不能退款。", next_step="请核对缴费单号。")
        made = services.refunds.ask_refund(
            actor=actor, payment=payment, amount_fen=Fen(given.amount_fen), reason=given.reason, at=now()
        )
        return 201, {
            "code": made.code, "bill": found.code, "amount_fen": made.amount_fen, "state": made.state,
            "state_label": made.get_state_display(),
        }  # fmt: skip

    return once(request, act, module=MODULE)


def _bill(request: HttpRequest, code: str) -> Bill:
    return policies.access_bill(actor_of(request, MODULE), readable(code, what="缴费单号"))


def _line(found: Bill) -> dict[str, Any]:
    return {
        "code": found.code, "case": found.case.matter.code if found.case else "", "payer": found.payer_name,
        "subject": found.subject, "department": found.department.name, "state": found.state,
        "state_label": found.get_state_display(), "total_fen": found.total_fen, "reduced_fen": found.reduced_fen,
        "due_fen": found.due_fen, "paid_fen": found.paid_fen, "refunded_fen": found.refunded_fen,
        "raised_at": found.raised_at, "settled_at": found.settled_at,
    }  # fmt: skip
