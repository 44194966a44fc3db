"""Applications for reduction: list, page, decision, carrying out (R176)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import Q
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from yimen.ground.documents import selectors as documents
from yimen.ground.identity.policies import actor_of, requires
from yimen.ground.identity.rules import Actor
from yimen.ground.kit import exports, moments
from yimen.ground.kit.asking import ask
from yimen.ground.kit.questions import choice_asked, text_asked
from yimen.ground.kit.refusals import NotFound
from yimen.service.fees import policies, services
from yimen.service.fees.forms import WordsForm
from yimen.service.fees.models import Reduction
from yimen.service.fees.views.asking import listed, said, yuan

LOOKS = (policies.ASK_REDUCTION, policies.DECIDE_REDUCTION, policies.COLLECT, policies.VIEW)
BOXES = {"open": "在办", "applied": "已执行", "ended": "不批、撤回", "all": "全部"}
IN_BOX = {"open": ("asked", "approved"), "applied": ("applied",), "ended": ("refused", "withdrawn")}
COLUMNS: Sequence[exports.Column[Reduction]] = (
    exports.Column("编号", lambda row: row.code, width=24),
    exports.Column("缴费单", lambda row: row.bill.code, width=24),
    exports.Column("缴款人", lambda row: row.bill.payer_name, width=24),
    exports.Column("部门", lambda row: row.bill.department.name, width=28),
    exports.Column("减免（元）", lambda row: yuan(row.amount_fen)),
    exports.Column("理由", lambda row: row.reason, width=40),
    exports.Column("文号", lambda row: row.document_number, width=28),
    exports.Column("状态", lambda row: row.get_state_display()),
    exports.Column("申请时间", lambda row: row.asked_at),
    exports.Column("批准人", lambda row: row.decided_by),
    exports.Column("执行时间", lambda row: row.applied_at),
)


@requires(*LOOKS)
@require_safe
def reductions(request: HttpRequest) -> HttpResponseBase:
    """The applications that one may see."""
    actor, at = actor_of(request), moments.now()
    box = choice_asked(request, "box", BOXES) or "open"
    found = Reduction.objects.filter(policies.reductions(actor)).select_related("bill__department")
    if box in IN_BOX:
        found = found.filter(state__in=IN_BOX[box])
    if text := text_asked(request):
        found = found.filter(Q(code=text) | Q(bill__code=text) | Q(bill__payer_name__icontains=text))
    return listed(
        request, found, title="收费减免", columns=COLUMNS, boxes=BOXES, box=box, order=("-asked_at", "-pk"),
        template="fees/reductions.html", at=at, text=text,
    )  # fmt: skip


@requires(*LOOKS)
@require_safe
def reduction(request: HttpRequest, code: str) -> HttpResponseBase:
    """One application with its bill."""
    actor = actor_of(request)
    found = policies.access_reduction(actor, code)
    context = {"reduction": found, "bill": found.bill, "acts": _acts(actor, found)}
    return render(request, "fees/reduction.html", context)


ACTS = {
    "approve": ("批准减免", "批准", "已批准，等收费窗口执行。"), "refuse": ("不予减免", "不批", "已答复不予减免。"),
    "apply": ("执行减免", "执行", "已从缴费单减去。"), "withdraw": ("撤回减免申请", "撤回", "已撤回。"),
}  # fmt: skip


def _acts(actor: Actor, found: Reduction) -> list[tuple[str, str, bool]]:
    acts = []
    if found.state == "asked" and actor.holds(policies.DECIDE_REDUCTION):
        acts += ["approve", "refuse"]
    if found.state == "approved" and actor.holds(policies.COLLECT):
        acts.append("apply")
    if found.state in ("asked", "approved") and actor.uid == found.asker_uid:
        acts.append("withdraw")
    return [(each, ACTS[each][0], each in ("refuse", "withdraw")) for each in acts]


@requires(*LOOKS)
def reduction_act(request: HttpRequest, code: str, action: str) -> HttpResponseBase:
    """Decide, carry out, withdraw."""
    actor, at = actor_of(request), moments.now()
    found = policies.access_reduction(actor, code)
    if action not in ACTS:
        raise NotFound("没有这个操作。", next_step="请从申请页面进入。")
    heading, verb, done = ACTS[action]
    form = None
    if action in ("approve", "refuse"):
        form = WordsForm(
            request.POST if request.method == "POST" else None, label="批准意见" if action == "approve" else "理由"
        )

    def act(given: dict[str, Any]) -> None:
        verbs = services.reductions
        if action in ("approve", "refuse"):
            verbs.decide_reduction(
                actor=actor, reduction=found, approved=action == "approve", words=given["words"], at=at
            )
        elif action == "apply":
            verbs.apply_reduction(actor=actor, reduction=found, at=at)
        else:
            verbs.withdraw_reduction(actor=actor, reduction=found, at=at)

    return ask(
        request, heading=heading, verb=verb, act=act, back=reverse("fees:reduction", args=[found.code]), form=form, said=done,
        frame="kit/desk.html", danger=action == "refuse",
        note=f"{found.bill.payer_name}，{found.bill.subject}：应缴 {said(found.bill.due_fen)}，减免 {said(found.amount_fen)}。"
        f"依据：{found.document}（{found.document_number}）。",
    )  # fmt: skip


@requires(*LOOKS)
@require_safe
def reduction_file(request: HttpRequest, code: str) -> HttpResponseBase:
    """What was handed in with it."""
    found = policies.access_reduction(actor_of(request), code)
    if found.file is None:
        raise NotFound("这份申请没有附件。", next_step="请看依据和文号。")
    return documents.file_response(found.file, inline=True)
