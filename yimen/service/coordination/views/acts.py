"""The acts on an issue: how each is asked for and which service it tells."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse

from yimen.ground.documents.services import store_chosen
from yimen.ground.identity.policies import actor_of, staff
from yimen.ground.identity.rules import Actor
from yimen.ground.kit import audit, moments
from yimen.ground.kit.forms import refuse_form
from yimen.ground.kit.refusals import NotAllowed, NotFound, Refusal, SignInNeeded
from yimen.ground.matters import selectors as matters
from yimen.ground.organisations import selectors as organisations
from yimen.service.coordination import forms as asked
from yimen.service.coordination import policies, services
from yimen.service.coordination.lifecycle import COORDINATION
from yimen.service.coordination.models import Issue
from yimen.service.coordination.selectors import resident_departments, terms_of


@dataclass(frozen=True, slots=True)
class Act:
    """An act of the page: its form, its key, what is said when it is done."""

    form: type[asked.ActForm]
    done: str
    press: str
    key: str = ""
    label: str = ""
    consequence: str = ""


ACTS: Mapping[str, Act] = {
    "assign": Act(asked.AssignForm, "已交办，承办单位会收到通知。", "交办", "a", "交办意见"),
    "solve_on_spot": Act(asked.ReasonForm, "已记为现场解决。", "记为已解决", "s", "怎样解决的"),
    "answer": Act(asked.AnswerForm, "已答复，等管理办公室确认。", "提交答复", "a"),
    "return_answer": Act(asked.ReturnForm, "已退回重办。", "退回重办", "r", "哪里还不行"),
    "redirect": Act(asked.AssignForm, "已改交，新的承办单位会收到通知。", "改交", "", "为什么改交"),
    "instruct": Act(asked.AssignForm, "批示已转交承办单位。", "转交落实", "a", "批示内容"),
    "extend_answer": Act(asked.ExtendForm, "期限已延长。", "延长"),
    "urge": Act(asked.ReasonForm, "已催办。", "催办", "u", "催办的话"),
    "confirm": Act(
        asked.ReasonForm, "已确认解决，事项办结。", "确认已解决", "y", "办理结果",
        "确认以后事项办结，提出人会看到这里写的结果。",
    ),
    "close_unsolved": Act(
        asked.ReasonForm, "已结案。", "结案", "", "为什么没有解决",
        "结案以后不再催办，统计里算作“未解决”。",
    ),
    "withdraw": Act(asked.ReasonForm, "已撤回。", "撤回", "", "为什么撤回", "撤回以后管理办公室不再交办。"),
}  # fmt: skip

DEFAULT_REASONS = {"urge": "请尽快答复。"}


def receivers() -> list[tuple[int, str]]:
    """The units that may answer: resident departments first, then the other departments, towns and centres."""
    main = organisations.main_centre()
    resident = list(resident_departments(main))
    known = {unit.pk for unit in resident}
    others = [
        unit
        for unit in organisations.tree()
        if unit.pk not in known and unit.kind in ("department", "town", "centre", "subcentre", "office")
    ]
    return asked.unit_choices([*resident, *others])


def form_for(action: str, issue: Issue, data: Any = None, files: Any = None) -> asked.ActForm:
    """The form of an act, with the version that the page shows."""
    act = ACTS[action]
    terms = terms_of(issue.matter.centre_id or 0)
    more: dict[str, Any] = {}
    initial: dict[str, Any] = {"seen": issue.matter.version}
    if issubclass(act.form, asked.AssignForm):
        more = {"units": receivers(), "label": act.label}
    elif issubclass(act.form, asked.ReasonForm):
        more = {"label": act.label}
    if action in ("assign", "redirect", "instruct", "return_answer"):
        initial["days"] = terms.answer_workdays
    if action in DEFAULT_REASONS:
        initial["reason"] = DEFAULT_REASONS[action]
    return act.form(data, files, initial=initial, auto_id=f"{action}-%s", **more)


@staff
def act(request: HttpRequest, code: str, action: str) -> HttpResponseBase:
    """Ask for an act, or do it."""
    if action not in ACTS:
        raise NotFound("没有这个办理动作。", next_step="请回到事项页，按上面的按钮办理。")
    actor, at = actor_of(request), moments.now()
    issue = policies.access_issue(actor, code)
    if request.method != "POST":
        return _page(request, issue, action, form_for(action, issue), actor, at, 200)
    form = form_for(action, issue, request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, issue, action, form, actor, at, 422)
    try:
        _do(request, issue, action, form, actor, at)
    except (NotFound, SignInNeeded, NotAllowed):
        raise
    except Refusal as refusal:
        if refusal.code == "stale_page":
            # Whoever has read what happened meanwhile may press again: the form carries the new version.
            issue = policies.access_issue(actor, code)
            data = request.POST.copy()
            data["seen"] = str(issue.matter.version)
            form = form_for(action, issue, data, request.FILES)
            form.is_valid()
        audit.record_refusal(
            refusal, action=f"coordination.{action}", actor=actor, target_kind="matter", target=issue.matter.code
        )
        refuse_form(form, refusal)
        return _page(request, issue, action, form, actor, at, refusal.status)
    messages.success(request, ACTS[action].done)
    return redirect("coordination:issue", issue.matter.code)


def _do(request: HttpRequest, issue: Issue, action: str, form: asked.ActForm, actor: Actor, at: datetime) -> None:
    given = {name: value for name, value in form.cleaned_data.items() if name != "file"}
    if "unit" in given:
        given["unit"] = organisations.unit(given["unit"])
    if "file" in form.fields:
        given["files"] = store_chosen(request.FILES.get("file"), actor=actor, at=at)
    verb: Callable[..., Any] = getattr(services, action)
    verb(issue=issue, actor=actor, at=at, **given)


def _page(
    request: HttpRequest, issue: Issue, action: str, form: asked.ActForm, actor: Actor, at: datetime, status: int
) -> HttpResponse:
    rule = COORDINATION.step(action)
    context = {
        "issue": issue,
        "matter": issue.matter,
        "rule": rule,
        "act": ACTS[action],
        "form": form,
        "clock": matters.clock_face(issue.matter, at),
        "closed_because": why_closed(issue, action, actor, at),
        "back_url": reverse("coordination:issue", args=[issue.matter.code]),
    }
    return render(request, "coordination/act.html", context, status=status)


def why_closed(issue: Issue, action: str, actor: Actor, at: datetime) -> str:
    """Why this act is not open to this actor now; empty where it is."""
    rule, matter = COORDINATION.step(action), issue.matter
    if matter.state not in COORDINATION.origins(rule):
        return f"这件事现在是“{COORDINATION.state(matter.state).label}”，不能“{rule.label}”。"
    for step in matters.next_steps(matter, policies.as_raiser(actor, issue), moments.day_of(at)):
        if step.rule.action == action:
            return step.closed_because
    return f"您没有对这件事“{rule.label}”的权限。"
