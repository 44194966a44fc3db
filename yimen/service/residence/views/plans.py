"""归并方案: drafted, filed, reviewed by three bodies, accepted on the spot; printed (R005)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse

from yimen.ground.identity.policies import requires
from yimen.ground.kit import asking, moments
from yimen.ground.kit.forms import refuse_form
from yimen.ground.kit.paging import page_by_key
from yimen.ground.kit.refusals import Refusal
from yimen.ground.organisations import selectors as organisations
from yimen.service.residence import policies, services
from yimen.service.residence.forms import PersonForm, PlanForm, ReasonForm, ReviewForm
from yimen.service.residence.models import Function, Plan, PlanReview
from yimen.service.residence.services.plans import Contents, SentPerson, plan_faults
from yimen.service.residence.views.asking import actor_of, department_asked, department_choices, number
from yimen.service.residence.views.tables import Button, Cell, Filter, Table, heads, show

reads = requires(*policies.PLAN_READERS)
BADGES = {
    "draft": "", "filed": "warning", "reviewed": "paused", "returned": "yellow", "accepted": "normal", "taken_back": "closed",
}  # fmt: skip
PEOPLE = 6
"""How many people a plan's page has room for; saving makes room for more."""


@reads
def plans(request: HttpRequest) -> HttpResponse:
    """All plans of the actor's departments, the newest first."""
    asked, actor = request.GET, actor_of(request)
    found = Plan.objects.filter(policies.about(actor, "department", *policies.PLAN_READERS)).select_related(
        "department", "section", "leader"
    )
    if asked.get("state", "") in Plan.State.values:
        found = found.filter(state=asked["state"])
    page = page_by_key(found, order=("-made_at", "-id"), asked=asked, size=30)
    rows = [
        [
            Cell(str(each), reverse("residence:plan", args=[each.uid])),
            Cell(each.section.name, wrap=True),
            Cell(each.leader.name),
            Cell(each.get_state_display(), status=BADGES[each.state] or "closed"),
            Cell(each.filed_at and moments.say_moment(each.filed_at)),
            Cell(each.accepted_at and moments.say_moment(each.accepted_at)),
        ]
        for each in page.rows
    ]
    table = Table(
        title="归并方案",
        lead="审批职能向一个或两个科室集中，成立行政审批服务科，整建制进驻大厅，审批与监管分开。",
        heads=heads("方案", "归并到", "负责人", "状态", "报送", "验收"),
        rows=rows,
        buttons=(Button("起草方案", reverse("residence:new_plan"), primary=True),)
        if actor.holds(policies.APPLY)
        else (),
        filters=(Filter("state", "全部状态", Plan.State.choices, asked.get("state", "")),),
        page=page,
        unit="份",
        empty=("没有归并方案", "部门起草并报送后，会列在这里。"),
    )
    return show(request, table)


@requires(policies.APPLY)
def new_plan(request: HttpRequest) -> HttpResponse:
    """Draft a plan for one's department."""
    actor = actor_of(request)
    choices = department_choices(actor, policies.APPLY)
    chosen = number(request.GET.get("department", "")) or (choices[0][0] if choices else 0)
    return _edit(request, department_asked(actor, chosen, policies.APPLY), None)


@requires(policies.APPLY)
def edit_plan(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Change a draft or a returned plan."""
    found = policies.access_plan(actor_of(request), uid)
    department_asked(actor_of(request), found.department_id, policies.APPLY)
    if found.state not in ("draft", "returned"):
        return redirect("residence:plan", uid)
    return _edit(request, found.department, found)


def _edit(request: HttpRequest, department: Any, plan: Plan | None) -> HttpResponse:
    day = moments.day_of(moments.now())
    posted = request.POST if request.method == "POST" else None
    held = list(plan.staff.select_related("account")) if plan is not None else []
    initial = {}
    if plan is not None:
        initial = {
            "section": plan.section_id, "second_section": plan.second_section_id, "leader": plan.leader_id,
            "whole_section": plan.whole_section, "reason": plan.reason, "separation": plan.separation,
            "windows": list(plan.windows.values_list("pk", flat=True)),
        }  # fmt: skip
    form = PlanForm(posted, department=department, day=day, initial=initial)
    people = [
        PersonForm(
            posted, department=department, day=day, prefix=f"p{at}",
            initial={
                "account": held[at].account_id, "duty": held[at].duty, "qualification": held[at].qualification,
                "enforcement": held[at].enforcement, "permanent": held[at].permanent,
            } if at < len(held) else {},
        )
        for at in range(max(PEOPLE, len(held) + 2))
    ]  # fmt: skip
    functions = list(
        Function.objects.filter(department=department, ended_on__isnull=True)
        .select_related("section")
        .order_by("kind", "pk")
    )
    moved = {each.function_id: each.to_section_id for each in plan.functions.all()} if plan is not None else {}
    status = 200
    if posted is not None:
        status = 422
        wrong = [each for each in people if not each.is_valid()]
        if form.is_valid() and not wrong:
            contents = _contents(request, form.cleaned_data, people, functions)
            try:
                if plan is None:
                    plan = services.draft_plan(
                        actor=actor_of(request), department=department, contents=contents, at=moments.now()
                    )
                else:
                    services.save_plan(actor=actor_of(request), plan=plan, contents=contents, at=moments.now())
            except Refusal as refusal:
                if refusal.status not in (409, 422):
                    raise
                refuse_form(form, refusal)
                status = refusal.status
            else:
                messages.success(request, "方案已保存。核对无误后再报送。")
                return redirect("residence:plan", plan.uid)
    rows = [
        (each, str(moved.get(each.pk, "")) if posted is None else posted.get(f"to-{each.pk}", "")) for each in functions
    ]
    context = {
        "form": form, "people": people, "functions": rows, "department": department, "plan": plan,
        "sections": list(organisations.sections_of(department)),
    }  # fmt: skip
    return render(request, "residence/plan_edit.html", context, status=status)


def _contents(
    request: HttpRequest, given: dict[str, Any], people: list[PersonForm], functions: list[Function]
) -> Contents:
    sections = {str(each.pk): each for each in (given["section"], given["second_section"]) if each}
    moved = {}
    for each in functions:
        to = request.POST.get(f"to-{each.pk}", "")
        if to in ("1", "2"):
            unit = given["section"] if to == "1" else given["second_section"]
            if unit is not None:
                moved[each.pk] = unit
        elif to in sections:
            moved[each.pk] = sections[to]
    staff = [
        SentPerson(
            account=said["account"], duty=said["duty"], permanent=said["permanent"], enforcement=said["enforcement"],
            qualification=said["qualification"],
        )
        for form in people
        if (said := form.cleaned_data).get("account")
    ]  # fmt: skip
    return Contents(
        section=given["section"], second_section=given["second_section"], leader=given["leader"], reason=given["reason"],
        separation=given["separation"], whole_section=given["whole_section"], functions=moved,
        windows=list(given["windows"]), staff=staff,
    )  # fmt: skip


def _bodies(request: HttpRequest, plan: Plan) -> list[str]:
    """The bodies for which the actor may speak and which have not spoken in this round."""
    if plan.state != "filed":
        return []
    heard = set(PlanReview.objects.filter(plan=plan, round=plan.round).values_list("body", flat=True))
    actor = actor_of(request)
    return [
        body
        for body, code in policies.BODIES.items()
        if body not in heard and policies.may(actor, code, plan.department)
    ]


def _context(request: HttpRequest, found: Plan) -> dict[str, Any]:
    actor = actor_of(request)
    reviews = list(found.reviews.order_by("round", "at"))
    now = {each.body: each for each in reviews if each.round == found.round}
    functions = list(found.functions.select_related("function", "from_section", "to_section"))
    editable = found.state in ("draft", "returned")
    return {
        "plan": found,
        "badge": BADGES[found.state],
        "functions": functions,
        "staff": list(found.staff.select_related("account")),
        "windows": list(found.windows.select_related("centre")),
        "reviews": reviews,
        "bodies": [(label, now.get(body)) for body, label in PlanReview.Body.choices],
        "faults": plan_faults(found) if editable or found.state == "reviewed" else [],
        "may_edit": editable and policies.may(actor, policies.APPLY, found.department),
        "may_review": _bodies(request, found) and actor.uid != found.filed_uid,
        "may_accept": found.state == "reviewed" and policies.may(actor, policies.DECIDE, found.department),
        "may_take_back": found.state in ("filed", "reviewed", "draft", "returned")
        and policies.may(actor, policies.APPLY, found.department),
        "supervision": Function.objects.filter(
            department=found.department_id, kind="supervision", ended_on__isnull=True
        ).select_related("section"),
    }


@reads
def plan(request: HttpRequest, uid: UUID) -> HttpResponse:
    """One plan with everything it says, what keeps it from being filed, and every review."""
    found = policies.access_plan(actor_of(request), uid)
    return render(request, "residence/plan.html", _context(request, found))


@reads
def plan_print(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The plan as a paper to be filed."""
    found = policies.access_plan(actor_of(request), uid)
    return render(request, "residence/plan_print.html", _context(request, found))


@requires(policies.APPLY)
def file_plan(request: HttpRequest, uid: UUID) -> HttpResponseBase:
    """File it."""
    found = policies.access_plan(actor_of(request), uid)
    return asking.ask(
        request,
        heading="报送归并方案",
        note="报送后由人社部门、编制部门和政务服务管理机构分别审核，三家都同意才组织验收。",
        verb="报送",
        act=lambda _: services.file_plan(actor=actor_of(request), plan=found, at=moments.now()),
        back=reverse("residence:plan", args=[uid]),
        said="方案已报送。",
    )


@requires(*policies.REVIEWERS)
def review_plan(request: HttpRequest, uid: UUID) -> HttpResponseBase:
    """One body's word."""
    found = policies.access_plan(actor_of(request), uid)
    bodies = _bodies(request, found)
    if not bodies:
        messages.info(request, "这一轮没有要您审核的。")
        return redirect("residence:plan", uid)
    return asking.ask(
        request,
        heading=f"审核：{found}",
        note="人社部门审人员资格，编制部门审职能和科室，政务服务管理机构审窗口和整建制进驻。",
        verb="提交审核意见",
        form=ReviewForm(request.POST if request.method == "POST" else None, bodies=bodies),
        act=lambda given: services.review_plan(
            actor=actor_of(request), plan=found, body=given["body"], passed=given["passed"] == "1",
            opinion=given["opinion"], at=moments.now(),
        ),
        back=reverse("residence:plan", args=[uid]),
        said="审核意见已提交。",
    )  # fmt: skip


@requires(policies.DECIDE)
def accept_plan(request: HttpRequest, uid: UUID) -> HttpResponseBase:
    """Accept on the spot."""
    found = policies.access_plan(actor_of(request), uid)
    return asking.ask(
        request,
        heading=f"验收：{found}",
        note=f"验收通过后：{found.section.name}挂行政审批服务科，{found.leader.name}任首席代表，归并的职能转到该科室"
        + ("并进驻方案写明的窗口。" if found.whole_section else "。"),
        verb="验收通过",
        form=ReasonForm(request.POST if request.method == "POST" else None),
        act=lambda given: services.accept_plan(actor=actor_of(request), plan=found, at=moments.now(), **given),
        back=reverse("residence:plan", args=[uid]),
        said="验收通过，已生效。",
    )


@requires(policies.DECIDE)
def return_plan(request: HttpRequest, uid: UUID) -> HttpResponseBase:
    """Not accepted."""
    found = policies.access_plan(actor_of(request), uid)
    return asking.ask(
        request,
        heading=f"验收不通过：{found}",
        verb="退回部门",
        danger=True,
        form=ReasonForm(request.POST if request.method == "POST" else None),
        act=lambda given: services.return_plan(actor=actor_of(request), plan=found, at=moments.now(), **given),
        back=reverse("residence:plan", args=[uid]),
        said="已退回部门。",
    )


@requires(policies.APPLY)
def take_back_plan(request: HttpRequest, uid: UUID) -> HttpResponseBase:
    """Take it back."""
    found = policies.access_plan(actor_of(request), uid)
    return asking.ask(
        request,
        heading=f"撤回“{found}”？",
        note="撤回后不能再报送，要另起草一份。",
        verb="撤回",
        danger=True,
        act=lambda _: services.take_back_plan(actor=actor_of(request), plan=found, at=moments.now()),
        back=reverse("residence:plan", args=[uid]),
        said="已撤回。",
    )
