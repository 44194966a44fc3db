"""Refunds and held money."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import Q
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_safe

from yimen.ground.identity.policies import actor_of, requires
from yimen.ground.kit import exports, moments
from yimen.ground.kit.asking import ask
from yimen.ground.kit.questions import choice_asked, text_asked
from yimen.ground.kit.refusals import NotFound
from yimen.service.fees import policies, rules, services
from yimen.service.fees.forms import RefundForm, WordsForm
from yimen.service.fees.models import Held, Payment, Refund
from yimen.service.fees.views.asking import listed, said, yuan

LOOKS = (policies.COLLECT, policies.CONFIRM, policies.VIEW)
BOXES = {"open": "在办", "done": "已退款", "refused": "不同意", "all": "全部"}
IN_BOX = {"open": ("asked", "sent"), "done": ("done",), "refused": ("refused",)}
COLUMNS: Sequence[exports.Column[Refund]] = (
    exports.Column("编号", lambda row: row.code, width=24),
    exports.Column("缴费单", lambda row: row.payment.bill.code, width=24),
    exports.Column("缴款人", lambda row: row.payment.bill.payer_name, width=24),
    exports.Column("方式", lambda row: row.payment.get_way_display()),
    exports.Column("退款（元）", lambda row: yuan(row.amount_fen)),
    exports.Column("原因", lambda row: row.reason, width=40),
    exports.Column("状态", lambda row: row.get_state_display()),
    exports.Column("申请人", lambda row: row.asked_by),
    exports.Column("复核人", lambda row: row.confirmed_by),
    exports.Column("退款时间", lambda row: row.done_at),
    exports.Column("流水号", lambda row: row.serial, width=28),
)


@requires(policies.COLLECT)
def refund(request: HttpRequest, code: str) -> HttpResponseBase:
    """Ask for a refund of a bill's payment."""
    actor, at = actor_of(request), moments.now()
    bill = policies.access_bill(actor, code)
    payment = Payment.objects.filter(bill=bill).first()
    if payment is None:
        raise NotFound("这张缴费单还没有缴，不能退款。", next_step="请回到缴费单。")
    left = services.refunds.left_of(payment)
    form = RefundForm(request.POST if request.method == "POST" else None, initial={"amount": left})
    return ask(
        request, heading=f"申请退款 {bill.code}", verb="申请退款", form=form, said="已申请，等中心复核。",
        act=lambda given: services.refunds.ask_refund(
            actor=actor, payment=payment, amount_fen=given["amount"], reason=given["words"], at=at
        ),
        back=reverse("fees:bill", args=[bill.code]), frame="kit/desk.html",
        note=f"{bill.payer_name}，{payment.get_way_display()}缴 {said(payment.amount_fen)}，还可退 {said(left)}。原路退回。",
    )  # fmt: skip


@requires(*LOOKS)
@require_safe
def refunds(request: HttpRequest) -> HttpResponseBase:
    """The refunds of the own place."""
    actor, at = actor_of(request), moments.now()
    box = choice_asked(request, "box", BOXES) or "open"
    found = Refund.objects.filter(policies.refunds(actor)).select_related("payment__bill__department")
    if box in IN_BOX:
        found = found.filter(state__in=IN_BOX[box])
    if text := text_asked(request):
        found = found.filter(Q(code=text) | Q(payment__bill__code=text) | Q(payment__bill__payer_name__icontains=text))
    return listed(
        request, found, title="退款", columns=COLUMNS, boxes=BOXES, box=box, order=("-asked_at", "-pk"),
        template="fees/refunds.html", at=at, text=text, may_confirm=actor.holds(policies.CONFIRM), actor_uid=actor.uid,
    )  # fmt: skip


ACTS = {
    "confirm": ("复核退款", "同意退款", "已退款。"),
    "refuse": ("不同意退款", "不同意", "已退回申请。"),
    "send": ("再送银行", "再送一次", "银行已退款。"),
}


@requires(policies.CONFIRM)
def refund_act(request: HttpRequest, code: str, action: str) -> HttpResponseBase:
    """Confirm, refuse, ask the bank again."""
    actor, at = actor_of(request), moments.now()
    rows = Refund.objects.select_related("payment__bill")
    found = rows.filter(policies.refunds(actor), code=code[:40]).first()
    if found is None or action not in ACTS:
        raise NotFound("没有这笔退款，或者不归您办。", next_step="请从清单进入。")
    heading, verb, done = ACTS[action]
    form = None if action == "send" else WordsForm(request.POST if request.method == "POST" else None, label="复核意见")

    def act(given: dict[str, Any]) -> None:
        if action == "send":
            services.refunds.send(actor=actor, refund=found, at=at)
        else:
            services.refunds.confirm_refund(
                actor=actor, refund=found, agreed=action == "confirm", words=given["words"], at=at
            )

    return ask(
        request, heading=heading, verb=verb, act=act, back=reverse("fees:refunds"), form=form, said=done, frame="kit/desk.html",
        danger=action == "refuse",
        note=f"{found.payment.bill.payer_name}，{found.payment.get_way_display()}，退 {said(found.amount_fen)}。原因：{found.reason}",
    )  # fmt: skip


HELD_BOXES = {"open": "待处理", "done": "已处理", "all": "全部"}
HELD_COLUMNS: Sequence[exports.Column[Held]] = (
    exports.Column("流水号", lambda row: row.notice.serial, width=28),
    exports.Column("金额（元）", lambda row: yuan(row.amount_fen)),
    exports.Column("为什么", lambda row: row.get_reason_display(), width=24),
    exports.Column("缴费单", lambda row: row.bill.code if row.bill else "", width=24),
    exports.Column("到账时间", lambda row: row.came_at),
    exports.Column("状态", lambda row: row.get_state_display(), width=20),
    exports.Column("处理人", lambda row: row.closed_by),
    exports.Column("处理说明", lambda row: row.words, width=40),
)


@requires(*LOOKS)
@require_safe
def held(request: HttpRequest) -> HttpResponseBase:
    """Money that came and fits no bill."""
    actor, at = actor_of(request), moments.now()
    box = choice_asked(request, "box", HELD_BOXES) or "open"
    found = Held.objects.filter(policies.held(actor)).select_related("notice", "bill")
    if box != "all":
        found = found.filter(state="open") if box == "open" else found.exclude(state="open")
    return listed(
        request, found, title="待处理款", columns=HELD_COLUMNS, boxes=HELD_BOXES, box=box, order=("-came_at", "-pk"),
        template="fees/held.html", at=at, may_confirm=actor.holds(policies.CONFIRM),
    )  # fmt: skip


HELD_ACTS = {
    "book": ("转入缴费单", "转入", "已转入。"),
    "return": ("退回缴款人", "退回", "已退回。"),
    "dismiss": ("核实没有到账", "核实无款", "已处理。"),
}


@requires(policies.CONFIRM)
def held_act(request: HttpRequest, number: int, action: str) -> HttpResponseBase:
    """Book, give back, or find that nothing came."""
    actor, at = actor_of(request), moments.now()
    rows = Held.objects.filter(policies.held(actor)).select_related("notice", "bill")
    found = get_object_or_404(rows, pk=number)
    if action not in HELD_ACTS:
        raise NotFound("没有这个操作。", next_step="请从清单进入。")
    heading, verb, done = HELD_ACTS[action]
    verbs = {
        "book": services.held.book_held,
        "return": services.held.return_held,
        "dismiss": services.held.dismiss_held,
    }
    return ask(
        request, heading=heading, verb=verb, said=done, back=reverse("fees:held"), frame="kit/desk.html",
        form=WordsForm(request.POST if request.method == "POST" else None, label="处理说明"),
        act=lambda given: verbs[action](actor=actor, held=found, words=given["words"], at=at),
        note=f"{rules.HELD[found.reason]}：{said(found.amount_fen)}，流水号 {found.notice.serial}"
        + (f"，缴费单 {found.bill.code}。" if found.bill else "。"),
    )  # fmt: skip
