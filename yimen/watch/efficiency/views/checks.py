"""授权与进驻检查 on the desk (R226)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse

from yimen.ground.identity.policies import actor_of, requires
from yimen.ground.identity.rules import Actor
from yimen.ground.kit import exports, moments
from yimen.ground.kit.forms import refuse_form
from yimen.ground.kit.refusals import Refusal
from yimen.ground.matters.desk.forms import ReasonForm
from yimen.ground.matters.desk.listing import COMMON, listing, states
from yimen.ground.matters.desk.page import Act
from yimen.ground.organisations import selectors as organisations
from yimen.watch.efficiency import policies, rules, services
from yimen.watch.efficiency.forms import CheckForm, JudgeForm, SelfCheckForm
from yimen.watch.efficiency.lifecycle import ENTRY_CHECK
from yimen.watch.efficiency.models import Correction, EntryCheck
from yimen.watch.efficiency.views.asking import unit_choices
from yimen.watch.efficiency.views.own import own_kind, own_list

DEMAND = "对照应进驻的事项和授权委托书，逐项自查：进驻是否到位、授权是否充分、项目落地有没有保障、联合办理是否执行。"


def _said(given: dict[str, Any]) -> dict[str, Any]:
    return {"said": {key: given.pop(key) for key in rules.POINTS}, **given}


def _judged(given: dict[str, Any]) -> dict[str, Any]:
    return {"judged": {key: (given.pop(key), given.pop(f"{key}_remark")) for key in rules.POINTS}, **given}


ACTS: Mapping[str, Act] = {
    "report": Act(SelfCheckForm, services.report_check, "报送自查", "已报送，等检查。", key="a", given=_said, in_dialog=False),
    "judge": Act(JudgeForm, services.judge, "下结论", "检查结论已下。", key="y", given=_judged, in_dialog=False),
    "urge": Act(ReasonForm, services.urge_check, "催办", "已催办。", "催办的话", "u",
                initial=lambda _: {"reason": "请尽快报送自查情况。"}),
    "withdraw": Act(ReasonForm, services.withdraw_check, "撤回", "已撤回。", "为什么撤回"),
}  # fmt: skip


def _facts(check: EntryCheck, actor: Actor) -> Sequence[tuple[str, Any]]:
    return (
        ("被检查部门", check.matter.department.name),
        ("检查单位", f"{check.issuer.name}，{moments.say_moment(check.matter.opened_at)}"),
        ("检查要求", check.demand),
        ("检查结论", check.conclusion),
    )


def _closed(check: EntryCheck, actor: Actor, action: str) -> str:
    if action != "report" and actor.department_id == check.matter.department_id:
        return "被检查的单位不能检查自己。"
    return ""


def _extra(request: HttpRequest, check: EntryCheck, actor: Actor) -> dict[str, Any]:
    orders = Correction.objects.filter(policies.seen(actor), source_code=check.matter.code).select_related("matter")
    return {"points": list(check.points.order_by("pk")), "orders": list(orders)}


KIND = own_kind(
    ENTRY_CHECK, "check", policies.access_check, ACTS, _facts, "efficiency:entry_checks", "授权与进驻检查",
    closed=_closed, context=_extra, template="efficiency/check.html",
)  # fmt: skip


def _boxes(actor: Actor, at: datetime) -> Mapping[str, tuple[str, Q]]:
    running = Q(matter__closed_at__isnull=True)
    found: dict[str, tuple[str, Q]] = {}
    if actor.holds(policies.MANAGE):
        found["judge"] = ("待检查", Q(matter__state="reported"))
    if actor.holds(policies.RECTIFY):
        found["mine"] = ("待本单位自查", Q(matter__state="assigned") & policies.placed(actor, policies.RECTIFY))
    return {
        **found,
        "open": ("在办", running),
        "late": ("超期", running & Q(matter__due_at__lt=at)),
        "all": ("全部", Q()),
    }


LISTING = own_list(
    ENTRY_CHECK, "授权与进驻检查", "把每个部门的授权和进驻作为交办事项，逐项检查，不搞形式。", "matter__department", _boxes,
    columns=(
        ("被检查部门", lambda each: each.matter.department.short_name or each.matter.department.name),
        ("检查单位", lambda each: each.issuer.short_name or each.issuer.name),
    ),
    export=(
        *COMMON,
        exports.Column("被检查部门", lambda row: row.detail.matter.department.name, width=28),
        exports.Column("检查单位", lambda row: row.detail.issuer.name, width=28),
        exports.Column("检查结论", lambda row: row.detail.conclusion, width=50),
    ),
    filters={"state": ("到哪一步", "matter__state", states(ENTRY_CHECK))}, empty="没有符合条件的检查",
)  # fmt: skip


@requires(policies.VIEW, policies.MANAGE, policies.RECTIFY)
def entry_checks(request: HttpRequest) -> HttpResponseBase:
    """Inspections one may see."""
    actor = actor_of(request)
    found = EntryCheck.objects.filter(policies.seen(actor)).select_related("matter__department", "issuer")
    new = reverse("efficiency:new_check") if actor.holds(policies.MANAGE) else ""
    return listing(request, LISTING, found, unit_choices("department"), new_url=new, new_label="交办检查")


@requires(policies.MANAGE)
def new_check(request: HttpRequest) -> HttpResponseBase:
    """Assign an inspection."""
    actor, at = actor_of(request), moments.now()
    form = CheckForm(request.POST or None, units=unit_choices("department"), initial={"demand": DEMAND})
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            given = {**form.cleaned_data, "unit": organisations.unit(form.cleaned_data["unit"])}
            try:
                made = services.assign_check(actor=actor, at=at, **given)
            except Refusal as refusal:
                if refusal.status in (401, 404):
                    raise
                refuse_form(form, refusal)
                status = refusal.status
            else:
                messages.success(request, "已交办，部门会收到通知。")
                return redirect("efficiency:entry_check", made.matter.code)
    context = {
        "form": form, "heading": "交办授权与进驻检查", "press": "交办", "back_url": reverse("efficiency:entry_checks"),
        "note": "系统里的进驻和授权数字会自动填进检查点。",
    }  # fmt: skip
    return render(request, "efficiency/form.html", context, status=status)
