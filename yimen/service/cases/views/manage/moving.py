"""移动在办件: the plans, a new one, one with the fate of each case, confirming and taking back."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.views.decorators.http import require_POST, require_safe

from yimen.ground.identity.policies import requires
from yimen.ground.kit import exports, moments
from yimen.ground.kit.forms import refuse_form
from yimen.ground.kit.pages import register_part
from yimen.ground.kit.paging import page_by_key
from yimen.ground.kit.refusals import NotFound, Refusal
from yimen.service.cases import selectors_moving as moving
from yimen.service.cases import services
from yimen.service.cases.forms.moving import PLAN_STATES, MoveForm, MoveReasonForm, UndoReasonForm
from yimen.service.cases.models import MovedCase, MovePlan
from yimen.service.cases.policies import MOVE
from yimen.service.cases.views.staff.asking import actor_of

PAGE = 30
BADGES = {"ready": "warning", "done": "normal", "undone": "closed", "discarded": "closed"}


@requires(MOVE)
@require_safe
def listed(request: HttpRequest) -> HttpResponseBase:
    """Every plan of one's own scope, newest first; and how the running cases stand by version of the procedure."""
    actor, state, text = actor_of(request), request.GET.get("state", ""), request.GET.get("q", "").strip()[:60]
    rows = moving.plans(actor)
    if state in dict(PLAN_STATES):
        rows = rows.filter(state=state)
    if text:
        rows = rows.filter(item__name__icontains=text)
    if request.GET.get("as") == "xlsx":
        return exports.download("移动方案.xlsx", exports.xlsx(_PLANS, rows.iterator(chunk_size=500)))
    context = {
        "page": page_by_key(rows, order=("-created_at", "-id"), asked=request.GET, size=PAGE),
        "states": PLAN_STATES,
        "state": state,
        "text": text,
        "badges": BADGES,
        "versions": moving.procedure_versions(actor),
        "newest": max(dict(MoveForm().fields["procedure_version"].choices)),  # type: ignore[attr-defined]
    }
    return render(request, "cases/manage/moves.html", context)


_PLANS: list[exports.Column[MovePlan]] = [
    exports.Column("移到", lambda each: each.target, width=50),
    exports.Column("状态", lambda each: each.get_state_display()),
    exports.Column("看过", lambda each: each.looked),
    exports.Column("预览人", lambda each: each.created_by),
    exports.Column("预览时间", lambda each: each.created_at),
    exports.Column("确认人", lambda each: each.started_by),
    exports.Column("确认时间", lambda each: each.started_at),
    exports.Column("理由", lambda each: each.reason, width=40),
    exports.Column("移回人", lambda each: each.undone_by),
    exports.Column("移回时间", lambda each: each.undone_at),
    exports.Column("移回的理由", lambda each: each.undo_reason, width=40),
]


@requires(MOVE)
def new(request: HttpRequest) -> HttpResponse:
    """Say where to and which part; the preview follows at once and moves nothing."""
    code = request.GET.get("item", "")[:120]
    initial: dict[str, Any] = {"item_code": code, "what": "edition" if code else "procedure"}
    if request.GET.get("from", "").isdecimal():
        initial["from_edition"] = request.GET["from"][:4]
    form = MoveForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            plan = services.preview_move(
                actor=actor_of(request), wish=services.wish_for(**form.cleaned_data), at=moments.now()
            )
        except Refusal as refusal:
            if refusal.status not in (404, 409, 422):
                raise
            refuse_form(form, refusal)
        else:
            return redirect("cases:move", plan.uid)
    return render(request, "cases/manage/move_new.html", {"form": form}, status=422 if form.errors else 200)


@requires(MOVE)
@require_safe
def plan(request: HttpRequest, uid: UUID) -> HttpResponseBase:
    """One plan: how many cases of each fate, the list behind each number, what may be done now."""
    return _page(request, moving.plan_by_uid(actor_of(request), uid))


def _page(
    request: HttpRequest, held: MovePlan, *, confirm: MoveReasonForm | None = None, undo: UndoReasonForm | None = None,
    status: int = 200,
) -> HttpResponseBase:  # fmt: skip
    asked = request.GET
    fate, state, text = asked.get("fate", ""), asked.get("state", ""), asked.get("q", "").strip()[:60]
    rows = moving.cases_of(held, fate, state, text)
    if asked.get("as") == "xlsx":
        return exports.download("在办件去向.xlsx", exports.xlsx(_CASES, rows.iterator(chunk_size=2000)))
    query = asked.copy()
    for gone in ("after", "before"):
        query.pop(gone, None)
    query["as"] = "xlsx"
    fates = moving.by_fate(held)
    context = {
        "plan": held,
        "badge": BADGES.get(held.state, ""),
        "fates": fates,
        "progress": moving.progress(held, fates),
        "fate": fate,
        "state": state,
        "text": text,
        "states": MovedCase.State.choices,
        "page": page_by_key(rows, order=("id",), asked=asked, size=PAGE),
        "export_url": "?" + query.urlencode(),
        "filters": _filters(held),
        "form": confirm or undo,
        "confirm": confirm or MoveReasonForm(),
        "undo": undo or UndoReasonForm(auto_id="undo_%s"),
    }
    return render(request, "cases/manage/move.html", context, status=status)


def _filters(held: MovePlan) -> list[tuple[str, str]]:
    said = [
        ("只移第几版", f"第 {held.from_edition.number} 版" if held.from_edition else ""),
        ("只移部门", held.department.name if held.department else ""),
        ("只移状态", dict(MoveForm().fields["only_state"].choices).get(held.only_state, "") if held.only_state else ""),  # type: ignore[attr-defined]
        ("提交日期", _span(held)),
        ("延长的依据", held.lengthen_law),
    ]
    return [(name, value) for name, value in said if value]


def _span(held: MovePlan) -> str:
    first = moments.say_date(held.opened_from) if held.opened_from else ""
    last = moments.say_date(held.opened_to) if held.opened_to else ""
    return f"{first or '不限'} 到 {last or '不限'}" if first or last else ""


_CASES: list[exports.Column[MovedCase]] = [
    exports.Column("办件编号", lambda each: each.matter.code, width=46),
    exports.Column("事项", lambda each: each.matter.title, width=40),
    exports.Column("申请人", lambda each: each.matter.applicant_name, width=24),
    exports.Column("责任部门", lambda each: each.department.name, width=24),
    exports.Column("原版本", lambda each: each.old_edition.number),
    exports.Column("原程序版本", lambda each: each.old_version),
    exports.Column("去向", lambda each: each.get_fate_display(), width=28),
    exports.Column("说明", lambda each: each.why, width=70),
    exports.Column("原期限", lambda each: each.old_due_on),
    exports.Column("新期限", lambda each: each.new_due_on),
    exports.Column("办理", lambda each: each.get_state_display()),
    exports.Column("移动时间", lambda each: each.taken_at),
    exports.Column("没有移回的原因", lambda each: each.back_why, width=40),
]


@requires(MOVE)
@require_POST
def act(request: HttpRequest, uid: UUID) -> HttpResponseBase:
    """Confirm, take back, put aside."""
    actor, at = actor_of(request), moments.now()
    held = moving.plan_by_uid(actor, uid)
    wanted = request.POST.get("act", "")
    if wanted == "discard":
        services.discard_move(actor=actor, plan=held, at=at)
        messages.success(request, "已放弃，没有移动任何一件。")
        return redirect("cases:moves")
    if wanted not in ("apply", "undo"):
        raise NotFound("没有这个动作。", next_step="请回到移动方案，按上面的按钮办理。")
    form = MoveReasonForm(request.POST) if wanted == "apply" else UndoReasonForm(request.POST, auto_id="undo_%s")
    if form.is_valid():
        verb = services.apply_move if wanted == "apply" else services.undo_move
        try:
            verb(actor=actor, plan=held, reason=form.cleaned_data["reason"], at=at)
        except Refusal as refusal:
            if not refusal.fields:
                raise
            refuse_form(form, refusal)
        else:
            messages.success(
                request, "已确认，正在逐件移动，这一页会显示进度。" if wanted == "apply" else "正在逐件移回。"
            )
            return redirect("cases:move", held.uid)
    if isinstance(form, MoveReasonForm):
        return _page(request, held, confirm=form, status=422)
    return _page(request, held, undo=form, status=422)


# --- On the item's own page


def register() -> None:
    """Say on an item's page how many running cases keep an older edition; called once when the app is ready."""
    register_part("catalogue.manage_item", beside_item)


def beside_item(request: HttpRequest, item: Any) -> str:
    """Older editions that running cases keep, with the way to the preview for those who may."""
    found = moving.keeping_older(item.pk, item.current_id)
    if not found:
        return ""
    actor = getattr(request, "actor", None)
    may = bool(actor and actor.holds(MOVE)) and item.current_id is not None
    return render_to_string("cases/manage/_keeping.html", {"item": item, "keeping": found, "may": may})
