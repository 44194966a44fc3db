"""The fee window: case number or code → bill → money → receipt (R168). And what stands around a bill."""

from __future__ import annotations

from collections.abc import Sequence

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from yimen.ground.identity.policies import actor_of, requires
from yimen.ground.identity.rules import Actor
from yimen.ground.kit import exports, moments
from yimen.ground.kit.asking import ask
from yimen.ground.kit.forms import refuse_form
from yimen.ground.kit.money import Fen, say_capital
from yimen.ground.kit.questions import (
    choice_asked,
    day_asked,
    text_asked,
)
from yimen.ground.kit.refusals import NotFound, Refusal
from yimen.ground.organisations import selectors as organisations
from yimen.service.fees import policies, rules, services
from yimen.service.fees.forms import BillForm, CollectForm, ReductionForm, WordsForm
from yimen.service.fees.models import Bill, Payment, Refund, Ticket
from yimen.service.fees.selectors.charges import in_force
from yimen.service.fees.services import Asked
from yimen.service.fees.views.asking import listed, said, stored, yuan
from yimen.service.fees.views.paying import code_of, page_url, picture, token_of

LOOKS = (policies.RAISE, policies.COLLECT, policies.VIEW, policies.DECIDE_REDUCTION)
BOXES = {"unpaid": "待缴", "paid": "已缴", "ended": "免缴、作废、退款", "all": "全部"}
IN_BOX = {"unpaid": ("unpaid",), "paid": ("paid",), "ended": ("exempt", "cancelled", "refunded")}
COLUMNS: Sequence[exports.Column[Bill]] = (
    exports.Column("缴费单号", lambda row: row.code, width=24),
    exports.Column("办件编号", lambda row: row.case.matter.code if row.case else "", width=30),
    exports.Column("缴款人", lambda row: row.payer_name, width=24),
    exports.Column("事由", lambda row: row.subject, width=40),
    exports.Column("部门", lambda row: row.department.name, width=28),
    exports.Column("应收（元）", lambda row: yuan(row.total_fen)),
    exports.Column("减免（元）", lambda row: yuan(row.reduced_fen)),
    exports.Column("已缴（元）", lambda row: yuan(row.paid_fen)),
    exports.Column("已退（元）", lambda row: yuan(row.refunded_fen)),
    exports.Column("状态", lambda row: row.get_state_display()),
    exports.Column("开单时间", lambda row: row.raised_at),
    exports.Column("缴清时间", lambda row: row.settled_at),
)


@requires(*LOOKS)
@require_safe
def bills(request: HttpRequest) -> HttpResponseBase:
    """The bills of the own place; a number that names one bill, or a case with one unpaid bill, opens it at once."""
    actor, at = actor_of(request), moments.now()
    box = choice_asked(request, "box", BOXES) or "unpaid"
    seen = Bill.objects.filter(policies.bills(actor)).select_related("case__matter", "department")
    text = text_asked(request)
    if text and (one := _named(seen, text)) is not None:
        return redirect("fees:bill", one)
    found = seen
    if text:
        found = found.filter(Q(payer_name__icontains=text) | Q(subject__icontains=text) | Q(case__matter__code=text))
    elif box in IN_BOX:
        found = found.filter(state__in=IN_BOX[box])
    if first := day_asked(request, "first"):
        found = found.filter(raised_at__date__gte=first)
    if last := day_asked(request, "last"):
        found = found.filter(raised_at__date__lte=last)
    return listed(
        request, found, title="缴费单", columns=COLUMNS, boxes=BOXES, box=box, order=("-raised_at", "-pk"),
        template="fees/bills.html", at=at, text=text, asked=request.GET,
        may_raise=actor.holds(policies.RAISE), at_fee_window=actor.holds(policies.COLLECT),
    )  # fmt: skip


def _named(seen: QuerySet[Bill], text: str) -> str | None:
    """The number of the bill that a typed or scanned text means; None where it means several, or none."""
    code = text.rstrip("/").rpartition("/")[2].strip()
    code = (code_of(code) or code).upper()
    rows = list(
        seen.filter(Q(code=code) | Q(case__matter__code=text, state="unpaid")).values_list("code", flat=True)[:2]
    )
    return rows[0] if len(rows) == 1 else None


@requires(policies.RAISE)
def new_bill(request: HttpRequest) -> HttpResponseBase:
    """A bill by the window; the fee window or a department's, which may raise and not collect."""
    actor, at = actor_of(request), moments.now()
    versions = {
        each.pk: each
        for each in in_force(moments.day_of(at)).filter(_raisable(actor)).select_related("charge__department").order_by(
            "charge__department__order", "charge__code"
        )[:500]
    }  # fmt: skip
    charges = [(pk, f"{each.charge.department.short_name or each.charge.department.name} · {each.name}（{each.standard_words}）")
               for pk, each in versions.items()]  # fmt: skip
    form, status = (
        BillForm(request.POST or None, charges=charges, initial={"case": request.GET.get("case", "")[:60]}),
        200,
    )
    if request.method == "POST":
        status = 422
        if form.is_valid():
            given = form.cleaned_data
            try:
                one = Asked(versions[given["charge"]], rules.read_quantity(given["quantity"]), given["chosen"])
                made = services.raise_at_window(
                    actor=actor, asked=[one], at=at, case_code=given["case"], payer_name=given["payer_name"],
                    subject=given["subject"],
                )  # fmt: skip
            except Refusal as refusal:
                if refusal.status in (401, 403):
                    raise
                refuse_form(form, refusal)
                status = refusal.status
            else:
                messages.success(request, "缴费单已开。请缴款人扫码缴，或到统一收费窗口缴。")
                return redirect("fees:bill", made.code)
    context = {
        "form": form, "heading": "开缴费单", "press": "开单", "back_url": reverse("fees:bills"),
        "note": "只列出收费目录里现行的科目，金额按文件计算，不能改。部门窗口只开单，不收款。",
    }  # fmt: skip
    return render(request, "fees/form.html", context, status=status)


def _raisable(actor: Actor) -> Q:
    found = Q(pk__in=[])
    for held in actor.held(policies.RAISE):
        match held.scope:
            case "centre":
                return Q()
            case "department":
                found |= Q(charge__department=held.scope_id or actor.department_id or 0)
            case "window":
                found |= Q(charge__department__served_at=held.scope_id or actor.window_id or 0)
            case _:
                pass
    return found


@requires(*LOOKS)
def bill(request: HttpRequest, code: str) -> HttpResponseBase:
    """One bill: what for, how much by which document, and at the fee window the money."""
    actor, at = actor_of(request), moments.now()
    found = policies.access_bill(actor, code)
    collecting = found.state == Bill.State.UNPAID and _at_fee_window(actor)
    initial = {"received": found.due_fen, "way": "cash"}
    form, status = CollectForm(request.POST or None, initial=initial) if collecting else None, 200
    if request.method == "POST":
        if form is None:
            policies.fee_window(actor)
            raise services.bills.BillMoved(
                f"这张缴费单{found.get_state_display()}，不用收款。", next_step="请刷新页面。"
            )
        status = 422
        if form.is_valid():
            given = form.cleaned_data
            try:
                paid = services.collect(
                    actor=actor,
                    bill=found,
                    way=given["way"],
                    received_fen=given["received"],
                    serial=given["serial"],
                    at=at,
                )
            except Refusal as refusal:
                if refusal.status in (401, 403, 404):
                    raise
                refuse_form(form, refusal)
                status = refusal.status
            else:
                change = given["received"] - paid.amount_fen
                messages.success(
                    request, f"已收 {said(paid.amount_fen)}" + (f"，请找零 {said(change)}。" if change else "。")
                )
                return redirect("fees:bill", found.code)
    payment = Payment.objects.filter(bill=found).select_related("window").first()
    tickets = list(Ticket.objects.filter(payment=payment).select_related("range").order_by("pk")) if payment else []
    reach = policies.reaches_department(actor, policies.RAISE, found.department_id, found.centre_id)
    asks = policies.reaches_department(actor, policies.ASK_REDUCTION, found.department_id, found.centre_id)
    context = {
        "bill": found, "lines": services.collecting.lines_of(found), "form": form, "payment": payment, "tickets": tickets,
        "valid_ticket": next((each for each in tickets if each.voided_at is None), None),
        "reductions": found.reductions.order_by("pk"), "classes": rules.CLASSES, "revenues": rules.REVENUES,
        "may_cancel": found.state == "unpaid" and reach, "may_reduce": found.state == "unpaid" and asks,
        "refunds": list(Refund.objects.filter(payment=payment).order_by("pk")) if payment else [], "pay_token": token_of(found),
        "at_fee_window": _at_fee_window(actor), "where": None if collecting else _fee_windows(found),
    }  # fmt: skip
    return render(request, "fees/bill.html", context, status=status)


def _at_fee_window(actor: Actor) -> bool:
    """Whether money may be taken here; the service asks again."""
    return actor.holds(policies.COLLECT) and actor.window_id is not None


def _fee_windows(bill: Bill) -> list[str]:
    """Where the payer is to be sent."""
    if bill.state != Bill.State.UNPAID:
        return []
    return [f"{each.number} 号 {each.name}" for each in organisations.open_windows(bill.centre).filter(kind="fee")]


@requires(policies.RAISE)
def cancel(request: HttpRequest, code: str) -> HttpResponseBase:
    """作废 an unpaid bill."""
    actor, at = actor_of(request), moments.now()
    found = policies.access_bill(actor, code)
    return ask(
        request, heading=f"作废缴费单 {found.code}", verb="作废", danger=True, said="已作废。",
        form=WordsForm(request.POST if request.method == "POST" else None, label="作废原因"),
        act=lambda given: services.cancel_bill(actor=actor, bill=found, reason=given["words"], at=at),
        back=reverse("fees:bill", args=[found.code]), frame="kit/desk.html",
        note=f"{found.payer_name}，{found.subject}，{said(found.due_fen)}。作废以后缴款人不用再缴。",
    )  # fmt: skip


@requires(policies.ASK_REDUCTION)
def reduce(request: HttpRequest, code: str) -> HttpResponseBase:
    """Apply for a reduction of a bill (R176)."""
    actor, at = actor_of(request), moments.now()
    found = policies.access_bill(actor, code)
    form, status = ReductionForm(request.POST or None, request.FILES or None), 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            given = dict(form.cleaned_data)
            given.pop("file", None)
            try:
                made = services.reductions.ask_reduction(
                    actor=actor, bill=found, amount_fen=Fen(given.pop("amount")), at=at, file=stored(request, actor, at),
                    **given,
                )  # fmt: skip
            except Refusal as refusal:
                if refusal.status in (401, 403, 404):
                    raise
                refuse_form(form, refusal)
                status = refusal.status
            else:
                messages.success(request, "减免申请已报批。批准以前，缴费单照原来的金额。")
                return redirect("fees:reduction", made.code)
    context = {
        "form": form, "heading": f"申请减免 {found.code}", "press": "报批", "back_url": reverse("fees:bill", args=[found.code]),
        "note": f"{found.payer_name}，{found.subject}，应缴 {said(found.due_fen)}。任何单位和个人不得擅自减免，须报政府批准。",
    }  # fmt: skip
    return render(request, "fees/form.html", context, status=status)


@requires(*LOOKS)
@require_safe
def bill_print(request: HttpRequest, code: str) -> HttpResponseBase:
    """缴费通知单: what to pay, by which document, where."""
    found = policies.access_bill(actor_of(request), code)
    context = {"bill": found, "lines": services.collecting.lines_of(found), "where": _fee_windows(found),
               "capital": say_capital(Fen(found.due_fen)),
               "drawing": picture(page_url(request, found)) if found.state == Bill.State.UNPAID else ""}  # fmt: skip
    return render(request, "fees/bill_print.html", context)


@requires(*LOOKS)
@require_safe
def receipt(request: HttpRequest, code: str) -> HttpResponseBase:
    """The non-tax ticket of a paid bill."""
    found = policies.access_bill(actor_of(request), code)
    ticket = (
        Ticket.objects.filter(payment__bill=found, voided_at__isnull=True).select_related("payment", "range").first()
    )
    if ticket is None:
        raise NotFound("这张缴费单还没有票据。", next_step="缴费以后在缴费单页面打印。")
    lines = services.collecting.lines_of(found)
    revenues = list(dict.fromkeys(line.revenue for line in lines))
    context = {
        "bill": found, "ticket": ticket, "payment": ticket.payment, "capital": say_capital(Fen(ticket.payment.amount_fen)),
        "lines": lines, "revenues": [rules.REVENUES[each] for each in revenues],
        "nontax": any(each in rules.NON_TAX for each in revenues),
    }  # fmt: skip
    return render(request, "fees/receipt.html", context)


@requires(policies.COLLECT)
def void_ticket(request: HttpRequest, code: str) -> HttpResponseBase:
    """作废换票: the next number at once."""
    actor, at = actor_of(request), moments.now()
    found = policies.access_bill(actor, code)
    ticket = Ticket.objects.filter(payment__bill=found, voided_at__isnull=True).first()
    if ticket is None:
        raise NotFound("这张缴费单没有可以作废的票据。", next_step="请回到缴费单。")
    return ask(
        request, heading=f"作废票据 {ticket}", verb="作废并换票", danger=True, said="已作废，换开了新票。",
        form=WordsForm(request.POST if request.method == "POST" else None, label="作废原因"),
        act=lambda given: services.tickets.void_ticket(actor=actor, ticket=ticket, reason=given["words"], at=at),
        back=reverse("fees:bill", args=[found.code]), frame="kit/desk.html",
        note="请收回原票各联。作废的号码留在账上，下一号马上开给这笔缴款。",
    )  # fmt: skip


@requires(policies.COLLECT)
def issue_ticket(request: HttpRequest, code: str) -> HttpResponseBase:
    """The ticket of a payment that came when no number was left."""
    actor, at = actor_of(request), moments.now()
    found = policies.access_bill(actor, code)
    payment = Payment.objects.filter(bill=found).first()
    if payment is None:
        raise NotFound("这张缴费单还没有缴。", next_step="请回到缴费单。")
    return ask(
        request, heading=f"开具票据 {found.code}", verb="开票", said="已开票。", back=reverse("fees:bill", args=[found.code]),
        act=lambda _given: services.tickets.issue_ticket(actor=actor, payment=payment, at=at), frame="kit/desk.html",
        note=f"{found.payer_name}，{said(payment.amount_fen)}。",
    )  # fmt: skip
