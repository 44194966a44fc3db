"""Reorganisations: the list, drafting, the preview, approving, carrying out, undoing."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import Q
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from yimen.ground.identity.policies import requires
from yimen.ground.kit import asking, exports, moments
from yimen.ground.kit.forms import refuse_form
from yimen.ground.kit.paging import page_by_key
from yimen.ground.kit.refusals import Refusal
from yimen.ground.organisations import forms as our
from yimen.ground.organisations import policies, services, tasks
from yimen.ground.organisations.forms_reorganising import MovingPostsForm, PlanForm
from yimen.ground.organisations.models import Post, Reorganisation, Unit
from yimen.ground.organisations.policies import APPROVE_REORGANISATION, REORGANISE, access_plan
from yimen.ground.organisations.selectors import reorganising as seen
from yimen.ground.organisations.views.places import actor_of

sees_plans = requires(REORGANISE, APPROVE_REORGANISATION, "admin.system", "admin.security", "admin.audit")
plans = requires(REORGANISE)
STATUS = {
    "draft": "paused", "previewed": "warning", "approved": "warning", "applying": "yellow", "applied": "normal",
    "undoing": "yellow", "undone": "closed", "dropped": "closed",
}  # fmt: skip
KINDS = {
    "merge": "几个机构并入一个，原机构撤销",
    "split": "把一个机构的事项分给几个机构",
    "rename": "机构不变，换名称",
    "dissolve": "机构撤销，由另一个机构承接",
    "move_items": "机构保留，一部分事项划给另一个机构",
}


@sees_plans
def reorganisations(request: HttpRequest) -> HttpResponseBase:
    """Every plan that touches the actor's part of the organisation, the latest first."""
    actor = actor_of(request)
    rows = policies.plans_seen(actor).prefetch_related("parts__source", "parts__target")
    state = request.GET.get("state", "")
    if state in Reorganisation.State.values:
        rows = rows.filter(state=state)
    text = request.GET.get("q", "")[:60].replace("\x00", "")
    if text:
        fits = Q(parts__source__name__icontains=text) | Q(parts__target__name__icontains=text)
        rows = rows.filter(
            pk__in=Reorganisation.objects.filter(
                fits | Q(document__icontains=text) | Q(document_title__icontains=text) | Q(new_name__icontains=text)
            ).values("pk")
        )
    if request.GET.get("export"):
        return exports.download("机构改革.xlsx", exports.xlsx(COLUMNS, rows.order_by("-id")[:10_000]))
    page = page_by_key(rows, order=("-id",), asked=request.GET, size=50)
    for plan in page.rows:
        plan.status = STATUS[plan.state]  # type: ignore[attr-defined]  # for this page
        plan.said = said(plan)  # type: ignore[attr-defined]
    return render(
        request,
        "organisations/reorganisations.html",
        {
            "page": page,
            "text": text,
            "state": state,
            "states": Reorganisation.State.choices,
            "may_plan": actor.holds(REORGANISE),
        },
    )


def said(plan: Reorganisation) -> str:
    """What a plan does, in one line."""
    parts = list(plan.parts.all())
    sources = "、".join(dict.fromkeys(part.source.short_name for part in parts))
    if plan.kind == "rename":
        return f"{sources} → {plan.new_name}"
    return f"{sources} → {'、'.join(dict.fromkeys(part.target.short_name for part in parts if part.target))}"


COLUMNS: list[exports.Column[Reorganisation]] = [
    exports.Column("文号", lambda row: row.document, width=24),
    exports.Column("文件名称", lambda row: row.document_title, width=40),
    exports.Column("种类", lambda row: row.get_kind_display()),
    exports.Column("内容", said, width=40),
    exports.Column("生效日期", lambda row: row.effective_on),
    exports.Column("状态", lambda row: row.get_state_display()),
    exports.Column("拟定人", lambda row: row.drafted_by_name),
    exports.Column("批准人", lambda row: row.approved_by_name),
    exports.Column("实施完成", lambda row: row.applied_at, width=20),
    exports.Column("撤回完成", lambda row: row.undone_at, width=20),
]


@plans
def new_reorganisation(request: HttpRequest) -> HttpResponseBase:
    """Choose the kind, then write the plan."""
    actor = actor_of(request)
    kind = request.GET.get("kind", "")
    if kind not in Reorganisation.Kind.values:
        pairs = [(code, label, KINDS[code]) for code, label in Reorganisation.Kind.choices]
        return render(request, "organisations/reorganisation_kinds.html", {"kinds": pairs})
    units = Unit.objects.filter(policies.subtree(actor, REORGANISE), dissolved_on__isnull=True)
    if kind != "rename":
        units = units.filter(kind__in=services.REORGANISED)
    form = PlanForm(request.POST if request.method == "POST" else None, kind=kind, units=units)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            plan = services.draft_reorganisation(
                actor=actor, kind=kind, document=given["document"], document_title=given["document_title"],
                effective_on=given["effective_on"], parts=form.parts(), at=moments.now(),
                new_name=given.get("new_name", ""), new_short_name=given.get("new_short_name", ""),
            )  # fmt: skip
            services.preview_reorganisation(actor=actor, plan=plan, at=moments.now())
        except Refusal as refusal:
            if refusal.status in (401, 404):
                raise
            refuse_form(form, refusal)
        else:
            return HttpResponseRedirect(url_of(plan))
    label = Reorganisation.Kind(kind).label
    return render(
        request,
        "organisations/reorganisation_form.html",
        {"form": form, "label": label, "hint": KINDS[kind]},
        status=422 if form.errors else 200,
    )


def url_of(plan: Reorganisation) -> str:
    """The page of a plan."""
    return reverse("organisations:reorganisation", args=[plan.uid])


@sees_plans
def reorganisation(request: HttpRequest, uid: UUID) -> HttpResponseBase:
    """One plan: what it touches, who has said yes, how far it is, what may be done next."""
    actor = actor_of(request)
    plan = access_plan(actor, uid)
    if request.GET.get("export"):
        rows = [(section["label"], line) for section in plan.preview for line in section["lines"]]
        return exports.download(f"机构改革影响 {plan.document}.xlsx", exports.xlsx(IMPACT, rows))
    parts = seen.plan_parts(plan)
    today = moments.day_of(moments.now())
    stale = seen.stale(plan, seen.sections(plan)) if plan.state in ("previewed", "approved") else []
    done = sum(part["moved"] for part in plan.progress.values())
    most = sum(row["count"] for row in plan.preview if row["name"] in ("items", "matters"))
    may_plan, may_approve = _may(plan, parts, actor, REORGANISE), _may(plan, parts, actor, APPROVE_REORGANISATION)
    return render(
        request,
        "organisations/reorganisation.html",
        {
            "plan": plan,
            "status": STATUS[plan.state],
            "parts": parts,
            "sections": plan.preview,
            "stale": stale,
            "blockers": seen.blockers(plan) if plan.state in ("previewed", "approved") else [],
            "too_early": plan.effective_on > today,
            "running": plan.state in ("applying", "undoing"),
            "done": done,
            "most": max(most, done),
            "may_plan": may_plan,
            "may_approve": may_approve and plan.drafted_by != actor.uid,
            "own_plan": plan.drafted_by == actor.uid,
            "may_undo": may_approve and plan.state == "applied",
            "partial": plan.kind in ("split", "move_items"),
            "lacking": any(row["name"] == "lacking" and row["count"] for row in plan.preview),
        },
    )


def _may(plan: Reorganisation, parts: list[Any], actor: Any, code: str) -> bool:
    try:
        services.require_plan(actor, plan, code)
    except policies.OutsideScope:
        return False
    return True


IMPACT: list[exports.Column[tuple[str, dict[str, str]]]] = [
    exports.Column("类别", lambda row: row[0], width=20),
    exports.Column("内容", lambda row: row[1]["text"], width=50),
    exports.Column("说明", lambda row: row[1]["sub"], width=60),
    exports.Column("提示", lambda row: row[1]["flag"]),
]


@sees_plans
def preview(request: HttpRequest, uid: UUID) -> HttpResponseBase:
    """Look again."""
    actor = actor_of(request)
    plan = access_plan(actor, uid)
    return asking.ask(
        request,
        heading=f"重新预览 {plan.document}？",
        note="按现在的情况重新计算影响。已有的批准随之作废，要重新批准。",
        verb="重新预览",
        act=lambda _: services.preview_reorganisation(actor=actor, plan=plan, at=moments.now()),
        back=url_of(plan),
        said="已按现在的情况重新计算。",
    )


@requires(APPROVE_REORGANISATION)
def approve(request: HttpRequest, uid: UUID) -> HttpResponseBase:
    """The second person says yes."""
    actor = actor_of(request)
    plan = access_plan(actor, uid)
    return asking.ask(
        request,
        heading=f"批准 {plan.document}？",
        note=f"{plan.get_kind_display()}：{said(plan)}。批准后可在 {plan.effective_on:%Y年%-m月%-d日} 及以后实施。",
        verb="批准",
        act=lambda _: services.approve_reorganisation(actor=actor, plan=plan, at=moments.now()),
        back=url_of(plan),
        said="已批准。",
    )


@sees_plans
def apply(request: HttpRequest, uid: UUID) -> HttpResponseBase:
    """Carry it out."""
    actor = actor_of(request)
    plan = access_plan(actor, uid)
    lacking = next((row for row in plan.preview if row["name"] == "lacking"), None)
    warning = "机构、岗位、窗口即时转换；事项和在办的事随后分批划转，不停办。"
    if lacking and seen.lacking_letters(plan, seen.plan_parts(plan)):
        warning += f"还有新委托书没有签署，这些岗位从现在起不能办理：{lacking['note']}"

    def start(_: dict[str, Any]) -> None:
        begun = services.begin_reorganisation(actor=actor, plan=plan, at=moments.now())
        tasks.reorganise.defer(plan=str(begun.uid))

    return asking.ask(
        request,
        heading=f"实施 {plan.document}？",
        warning=warning,
        verb="开始实施",
        danger=True,
        act=start,
        back=url_of(plan),
        said="已开始实施，进度见下。",
    )


@requires(APPROVE_REORGANISATION)
def undo(request: HttpRequest, uid: UUID) -> HttpResponseBase:
    """Take it back."""
    actor = actor_of(request)
    plan = access_plan(actor, uid)

    def start(given: dict[str, Any]) -> None:
        begun = services.begin_undoing(actor=actor, plan=plan, at=moments.now(), **given)
        tasks.reorganise.defer(plan=str(begun.uid))

    return asking.ask(
        request,
        heading=f"撤回 {plan.document} 的实施？",
        warning="机构、岗位、窗口、事项和在办的事回到实施前；办理经过里两次划转都保留。划转以后已有新的办理的，不能撤回。",
        verb="撤回实施",
        danger=True,
        form=our.ReasonForm(request.POST if request.method == "POST" else None),
        act=start,
        back=url_of(plan),
        said="已开始撤回，进度见下。",
    )


@plans
def drop(request: HttpRequest, uid: UUID) -> HttpResponseBase:
    """Put it aside."""
    actor = actor_of(request)
    plan = access_plan(actor, uid)
    return asking.ask(
        request,
        heading=f"作废方案 {plan.document}？",
        warning="方案不再实施，记录保留。",
        verb="作废方案",
        danger=True,
        act=lambda _: services.drop_reorganisation(actor=actor, plan=plan, at=moments.now()),
        back=url_of(plan),
        said="方案已作废。",
    )


@plans
def draft_letters(request: HttpRequest, uid: UUID) -> HttpResponseBase:
    """Draft the new department's letters after the old ones."""
    actor = actor_of(request)
    plan = access_plan(actor, uid)
    return asking.ask(
        request,
        heading="起草新机构的授权委托书？",
        note=f"按现有委托书的岗位、权限和事项范围起草，自 {plan.effective_on:%Y年%-m月%-d日} 起生效，等新机构负责人签署。",
        verb="起草",
        act=lambda _: services.draft_successor_letters(actor=actor, plan=plan, at=moments.now()),
        back=url_of(plan),
        said="已起草，请新机构负责人到“授权委托书”签署。",
    )


@plans
def moving_posts(request: HttpRequest, uid: UUID) -> HttpResponseBase:
    """Which posts go along with the items."""
    actor = actor_of(request)
    plan = access_plan(actor, uid)
    part = seen.plan_parts(plan)[0]
    posts = Post.objects.filter(unit__path__startswith=part.source.path, abolished_on__isnull=True)
    posts = posts.select_related("unit", "account").order_by("unit__path", "id")
    form = MovingPostsForm(
        request.POST if request.method == "POST" else None, posts=posts, initial={"posts": list(part.posts.all())}
    )
    return asking.ask(
        request,
        heading=f"随事项划入 {part.target} 的岗位",
        verb="保存",
        form=form,
        act=lambda given: services.choose_moving_posts(actor=actor, plan=plan, posts=given["posts"], at=moments.now()),
        back=url_of(plan),
        said="已更新随转岗位，影响已重新计算。",
    )
