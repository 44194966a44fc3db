"""Workflows and contingency plans: list, one version, writing, approving, reading, starting (R079)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from yimen.ground.documents import selectors as documents
from yimen.ground.documents.services import store_chosen
from yimen.ground.identity.policies import actor_of, requires, staff
from yimen.ground.identity.rules import Actor
from yimen.ground.kit import exports, moments
from yimen.ground.kit.forms import refuse_form
from yimen.ground.kit.paging import page_by_key
from yimen.ground.kit.questions import file_url, text_asked, wants_file, workbook
from yimen.ground.kit.refusals import NotFound, Refusal
from yimen.ground.organisations import selectors as organisations
from yimen.service.windows import policies, rules
from yimen.service.windows.forms import ApproveForm, BackForm, EndForm, PaperForm, StartForm
from yimen.service.windows.models import Activation, Paper
from yimen.service.windows.selectors import papers as seen
from yimen.service.windows.selectors.common import centre_of, setting
from yimen.service.windows.services import papers as verbs

READERS = (policies.DRAFT, policies.APPROVE, policies.START, policies.VIEW)
STATES = {"approved": "在用和以前的", "draft": "草稿", "submitted": "待批准"}

COLUMNS: Sequence[exports.Column[Paper]] = (
    exports.Column("种类", lambda row: row.get_kind_display()),
    exports.Column("窗口或部门", lambda row: str(row.window or row.department), width=28),
    exports.Column("标题", lambda row: row.title, width=40),
    exports.Column("版次", lambda row: row.version),
    exports.Column("状态", lambda row: row.get_state_display()),
    exports.Column("施行日期", lambda row: row.in_force_from),
    exports.Column("批准人", lambda row: row.approved_by),
    exports.Column("起草人", lambda row: row.drafted_by),
)
GAPS: Sequence[exports.Column[seen.Standing]] = (
    exports.Column("窗口", lambda row: str(row.window), width=24),
    exports.Column("种类", lambda row: row.label),
    exports.Column("情况", lambda row: row.word),
    exports.Column("版次", lambda row: row.paper.version if row.paper else None),
    exports.Column("施行日期", lambda row: row.paper.in_force_from if row.paper else None),
    exports.Column("未阅知人数", lambda row: row.unread),
)


def today() -> Any:
    """The day of the request."""
    return moments.day_of(moments.now())


@requires(*READERS)
def papers(request: HttpRequest) -> HttpResponseBase:
    """Every version one may read, what is still to be read first."""
    actor, at = actor_of(request), moments.now()
    found = seen.visible(actor)
    kind, state, text = request.GET.get("kind", ""), request.GET.get("state", ""), text_asked(request)
    if kind in rules.PAPERS:
        found = found.filter(kind=kind)
    if state in STATES:
        found = found.filter(state=state)
    if text:
        found = found.filter(
            Q(title__icontains=text) | Q(window__name__icontains=text) | Q(department__name__icontains=text)
        )
    order = ("-drafted_at", "-pk")
    if wants_file(request):
        return workbook("窗口工作流程和预案", COLUMNS, found.order_by(*order)[:5000], at)
    context = {
        "page": page_by_key(found, order=order, asked=request.GET, size=20), "asked": request.GET,
        "kinds": rules.PAPERS.items(), "states": STATES.items(), "unread": list(seen.unread_of(actor, today())),
        "may_draft": actor.holds(policies.DRAFT), "export_url": file_url(request),
    }  # fmt: skip
    return render(request, "windows/papers.html", context)


@requires(policies.APPROVE, policies.VIEW)
def paper_gaps(request: HttpRequest) -> HttpResponseBase:
    """How each window stands: which lacks a paper, whose is old, who has not read."""
    actor, at = actor_of(request), moments.now()
    centre = centre_of(actor)
    rows = seen.standings(centre, today())
    if request.GET.get("only") == "gaps":
        rows = [each for each in rows if each.paper is None or each.old]
    if wants_file(request):
        return workbook("窗口流程和预案情况", GAPS, rows, at)
    waiting = seen.visible(actor).filter(state=Paper.State.SUBMITTED, centre=centre).order_by("pk")
    context = {
        "centre": centre, "rows": rows, "months": setting("paper_months", centre.pk), "waiting": waiting,
        "lacking": sum(each.paper is None for each in rows), "old": sum(each.old for each in rows),
        "only": request.GET.get("only", ""), "export_url": file_url(request),
        "running": Activation.objects.filter(window__centre=centre, ended_at__isnull=True).select_related("window__centre"),
    }  # fmt: skip
    return render(request, "windows/paper_gaps.html", context)


@staff
def paper(request: HttpRequest, uid: UUID) -> HttpResponseBase:
    """One version with its history, its readers, and what may be done with it."""
    actor, day = actor_of(request), today()
    found = policies.access_paper(actor, uid)
    draft = found.state == Paper.State.DRAFT
    drafts = policies.may_write(actor, policies.DRAFT, found)
    approves = policies.may_write(actor, policies.APPROVE, found)
    read, unread = seen.readings(found, day) if found.state == Paper.State.APPROVED else ([], [])
    context = {
        "paper": found, "versions": list(seen.versions_of(found)), "read": read, "unread": unread,
        "may_change": draft and drafts, "may_submit": draft and drafts,
        "may_discard": found.state in ("draft", "submitted") and drafts,
        "may_approve": found.state == Paper.State.SUBMITTED and approves,
        "may_read": found.state == Paper.State.APPROVED and all(each.account_id != actor.account_id for each in read),
        "may_renew": found.state == Paper.State.APPROVED and drafts,
        "approve": ApproveForm(initial={"in_force_from": day}, auto_id="approve-%s"), "back": BackForm(auto_id="back-%s"),
        "old": found.in_force_from is not None
        and rules.is_old(found.in_force_from, day, setting("paper_months", found.centre_id)),
        "started": list(found.activations.select_related("window__centre").order_by("-started_at")[:10]),
    }  # fmt: skip
    return render(request, "windows/paper.html", context)


@staff
def paper_print(request: HttpRequest, uid: UUID) -> HttpResponseBase:
    """One version as an A4 sheet, to hang at the window."""
    return render(request, "windows/paper_print.html", {"paper": policies.access_paper(actor_of(request), uid)})


@staff
def paper_file(request: HttpRequest, uid: UUID) -> HttpResponseBase:
    """The file of a version."""
    found = policies.access_paper(actor_of(request), uid)
    if found.file is None:
        raise NotFound("这一版没有附件。")
    return documents.file_response(found.file, inline=True)


def _owners(actor: Actor) -> list[tuple[str, str]]:
    windows = [(f"w{each.pk}", str(each)) for each in policies.windows_reached(actor, policies.DRAFT)]
    centre = centre_of(actor)
    units = [
        (f"u{each.pk}", each.name)
        for each in organisations.departments().order_by("order", "pk")
        if policies.reaches_unit(actor, policies.DRAFT, each, centre.pk)
    ]
    return [*windows, *units]


@requires(policies.DRAFT)
def new_paper(request: HttpRequest) -> HttpResponseBase:
    """A new version; `?like=` begins with the wording of another."""
    actor, at = actor_of(request), moments.now()
    like = _like(request, actor)
    initial = {"kind": request.GET.get("kind", "workflow"), "of": request.GET.get("of", "")[:12]}
    if like is not None:
        initial |= {
            "kind": like.kind, "of": f"w{like.window_id}" if like.window_id else f"u{like.department_id}",
            "title": like.title, "text": like.text,
        }  # fmt: skip
    form = PaperForm(request.POST or None, request.FILES or None, owners=_owners(actor), initial=initial)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            given = {name: value for name, value in form.cleaned_data.items() if name not in ("file", "of")}
            to, files = form.cleaned_data["of"], store_chosen(request.FILES.get("file"), actor=actor, at=at)
            owner: dict[str, Any] = (
                {"window": organisations.window(int(to[1:]))}
                if to[0] == "w"
                else {"department": organisations.unit(int(to[1:]))}
            )
            try:
                made = verbs.draft_paper(actor=actor, at=at, file=files[0] if files else None, **owner, **given)
            except Refusal as refusal:
                if refusal.status in (401, 403, 404):
                    raise
                refuse_form(form, refusal)
                status = refusal.status
            else:
                messages.success(request, f"已存为第 {made.version} 版草稿，看过无误再送批。")
                return redirect("windows:paper", made.uid)
    context = {
        "form": form, "heading": "起草流程或预案", "press": "存为草稿", "back_url": reverse("windows:papers"),
        "note": "按窗口的实际情况写。批准以后，窗口的人逐个阅知。",
    }  # fmt: skip
    return render(request, "windows/form.html", context, status=status)


def _like(request: HttpRequest, actor: Actor) -> Paper | None:
    try:
        return policies.access_paper(actor, UUID(request.GET.get("like", "")[:36]))
    except (ValueError, NotFound):
        return None


@requires(policies.DRAFT)
def change_paper(request: HttpRequest, uid: UUID) -> HttpResponseBase:
    """Another wording of a draft."""
    actor, at = actor_of(request), moments.now()
    found = policies.access_paper(actor, uid)
    initial = {"title": found.title, "text": found.text, "changes": found.changes}
    form = PaperForm(request.POST or None, request.FILES or None, fixed=True, initial=initial)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            given = {name: value for name, value in form.cleaned_data.items() if name != "file"}
            files = store_chosen(request.FILES.get("file"), actor=actor, at=at)
            try:
                verbs.change_paper(actor=actor, paper=found, at=at, file=files[0] if files else None, **given)
            except Refusal as refusal:
                if refusal.status in (401, 403, 404):
                    raise
                refuse_form(form, refusal)
                status = refusal.status
            else:
                messages.success(request, "草稿已改。")
                return redirect("windows:paper", uid)
    context = {
        "form": form, "heading": f"改{found}", "press": "保存", "back_url": reverse("windows:paper", args=[uid]),
    }  # fmt: skip
    return render(request, "windows/form.html", context, status=status)


@staff
@require_POST
def paper_act(request: HttpRequest, uid: UUID, action: str) -> HttpResponseBase:
    """Submit, approve, send back, discard, read."""
    actor, at = actor_of(request), moments.now()
    found = policies.access_paper(actor, uid)
    match action:
        case "submit":
            verbs.submit_paper(actor=actor, paper=found, at=at)
            said = "已送中心批准。"
        case "approve":
            approve = ApproveForm(request.POST)
            if not approve.is_valid():
                messages.error(request, "请填写自何日起施行。")
                return redirect("windows:paper", uid)
            verbs.approve_paper(actor=actor, paper=found, at=at, **approve.cleaned_data)
            said = "已批准，窗口的人会收到阅知提醒。"
        case "back":
            back = BackForm(request.POST)
            if not back.is_valid():
                messages.error(request, "请写明退回意见。")
                return redirect("windows:paper", uid)
            verbs.send_back_paper(actor=actor, paper=found, at=at, **back.cleaned_data)
            said = "已退回修改。"
        case "discard":
            verbs.discard_paper(actor=actor, paper=found, at=at)
            messages.success(request, "草稿已作废。")
            return redirect("windows:papers")
        case "read":
            verbs.read_paper(actor=actor, paper=found, at=at)
            said = "已阅知。"
        case _:
            raise NotFound("没有这个动作。", next_step="请回到页面，按上面的按钮办理。")
    messages.success(request, said)
    return redirect("windows:paper", uid)


# --- Contingencies


STARTED: Sequence[exports.Column[Activation]] = (
    exports.Column("窗口", lambda row: str(row.window), width=24),
    exports.Column("预案", lambda row: str(row.paper), width=40),
    exports.Column("原因", lambda row: row.reason, width=40),
    exports.Column("启动时间", lambda row: row.started_at),
    exports.Column("启动人", lambda row: row.started_by),
    exports.Column("结束时间", lambda row: row.ended_at),
    exports.Column("结束人", lambda row: row.ended_by),
    exports.Column("做了什么", lambda row: row.done, width=50),
)


@requires(*READERS)
def contingencies(request: HttpRequest) -> HttpResponseBase:
    """Where plans were started, what still runs first in sight."""
    actor, at = actor_of(request), moments.now()
    found = seen.activations(actor)
    if request.GET.get("state") == "running":
        found = found.filter(ended_at__isnull=True)
    if wants_file(request):
        return workbook("预案启动记录", STARTED, found[:5000], at)
    rows = page_by_key(found, order=("-started_at", "-pk"), asked=request.GET, size=20)
    context = {
        "page": rows, "state": request.GET.get("state", ""), "export_url": file_url(request),
        "may_start": actor.holds(policies.START),
    }  # fmt: skip
    return render(request, "windows/contingencies.html", context)


@requires(policies.START)
def start(request: HttpRequest) -> HttpResponseBase:
    """Start the plan of a window."""
    actor, at = actor_of(request), moments.now()
    windows = [(each.pk, str(each)) for each in policies.windows_reached(actor, policies.START)]
    initial = {"window": actor.window_id or request.GET.get("window", "")[:12]}
    form, status = StartForm(request.POST or None, windows=windows, initial=initial), 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                verbs.start_contingency(
                    actor=actor, window=organisations.window(form.cleaned_data["window"]),
                    reason=form.cleaned_data["reason"], at=at,
                )  # fmt: skip
            except Refusal as refusal:
                if refusal.status in (401, 403, 404):
                    raise
                refuse_form(form, refusal)
                status = refusal.status
            else:
                messages.success(request, "预案已启动，中心会收到通知。处置完请结束并写明做了什么。")
                return redirect("windows:contingencies")
    context = {
        "form": form, "heading": "启动预案", "press": "启动", "back_url": reverse("windows:contingencies"),
        "note": "停电、断网、人多排长队、有人闹事等情况，按本窗口的预案处置。",
    }  # fmt: skip
    return render(request, "windows/form.html", context, status=status)


@requires(policies.START)
def end(request: HttpRequest, uid: UUID) -> HttpResponseBase:
    """End a plan that runs, with what was done."""
    actor, at = actor_of(request), moments.now()
    held = seen.activation(actor, uid)
    form, status = EndForm(request.POST or None), 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                verbs.end_contingency(actor=actor, activation=held, done=form.cleaned_data["done"], at=at)
            except Refusal as refusal:
                if refusal.status in (401, 403, 404):
                    raise
                refuse_form(form, refusal)
                status = refusal.status
            else:
                messages.success(request, "预案已结束。")
                return redirect("windows:contingencies")
    context = {
        "form": form, "heading": f"结束{held.window}的预案", "press": "结束", "back_url": reverse("windows:contingencies"),
        "note": f"{moments.say_moment(held.started_at)} {held.started_by}启动：{held.reason}",
    }  # fmt: skip
    return render(request, "windows/form.html", context, status=status)
