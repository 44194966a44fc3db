"""Visits of leaders to the window (R010), and the office's return visits to departments (R015)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse

from yimen.ground.identity.policies import actor_of, requires
from yimen.ground.identity.rules import Actor
from yimen.ground.kit import asking, exports, moments
from yimen.ground.kit.paging import page_by_key
from yimen.ground.kit.questions import file_url, number_asked, text_asked, wants_file, workbook
from yimen.ground.kit.refusals import NotFound
from yimen.service.coordination import forms as asked
from yimen.service.coordination import policies, selectors, services
from yimen.service.coordination.models import ReturnVisit, SiteVisit
from yimen.service.coordination.selectors.terms import centre_of, departments_seen
from yimen.service.coordination.views.asking import today

PAGE = 30
LOOKERS = (policies.WATCH, policies.LEADERS)


def seen(actor: Actor) -> list[Any]:
    """The departments whose leaders' visits the actor sees."""
    return departments_seen(actor, policies.WATCH if actor.holds(policies.WATCH) else policies.LEADERS)


def access_site_visit(actor: Actor, uid: UUID) -> SiteVisit:
    """A visit of a department the actor sees; to others there is none (`NotFound`)."""
    visits = selectors.site_visits(unit.pk for unit in seen(actor))
    found = visits.filter(uid=uid).first()
    if found is None:
        raise NotFound("没有这次现场办公，或者不在您的管理范围内。", next_step="请从现场办公清单进入。")
    return found


def access_return_visit(actor: Actor, uid: UUID) -> ReturnVisit:
    """A return visit of the actor's office, or to the actor's department; to others there is none (`NotFound`)."""
    found = return_visits_seen(actor).filter(uid=uid).first()
    if found is None:
        raise NotFound("没有这次回访，或者不在您的管理范围内。", next_step="请从部门回访清单进入。")
    return found


def return_visits_seen(actor: Actor) -> QuerySet[ReturnVisit]:
    """Return visits an actor may read."""
    found = Q(pk__in=[])
    for held in actor.held(policies.WATCH):
        match held.scope:
            case "all":
                found = Q()
                break
            case "department":
                found |= Q(department=held.scope_id or actor.department_id or 0)
            case "centre":
                found |= Q(centre=held.scope_id or actor.centre_id or 0)
            case "division":
                found |= Q(centre__division__code__startswith=held.scope_path)
            case _:
                pass
    return ReturnVisit.objects.filter(found).select_related("department", "centre").order_by("-visited_on", "-id")


# --- Visits on site


def standing_word(visit: SiteVisit) -> str:
    """How a visit stands today: planned and past is missed."""
    if visit.state == "planned" and visit.planned_on < today():
        return "未到场"
    return visit.get_state_display()


VISIT_COLUMNS: Sequence[exports.Column[SiteVisit]] = (
    exports.Column("部门", lambda row: row.department.name, width=28),
    exports.Column("领导", lambda row: row.leader.name),
    exports.Column("职务", lambda row: row.leader.title),
    exports.Column("计划日期", lambda row: row.planned_on),
    exports.Column("情况", standing_word),
    exports.Column("到场日期", lambda row: row.done_on),
    exports.Column("现场办公情况", lambda row: row.summary, width=50),
    exports.Column("当场解决的问题", lambda row: row.solved_on_spot, width=40),
    exports.Column("改期、取消原因", lambda row: row.reason, width=30),
)


@requires(*LOOKERS)
def site_visits(request: HttpRequest) -> HttpResponseBase:
    """Who came, who is to come, who did not, and who should have been planned."""
    actor, at = actor_of(request), moments.now()
    departments = seen(actor)
    ids = [unit.pk for unit in departments]
    found, state = selectors.site_visits(ids), request.GET.get("state", "")
    if state in ("done", "cancelled"):
        found = found.filter(state=state)
    elif state == "missed":
        found = found.filter(state="planned", planned_on__lt=today())
    elif state == "planned":
        found = found.filter(state="planned", planned_on__gte=today())
    department = number_asked(request, "department")
    if department is not None:
        found = found.filter(department=department)
    if text := text_asked(request):
        found = found.filter(leader__name__icontains=text)
    if wants_file(request):
        return workbook("领导现场办公", VISIT_COLUMNS, found, at)
    interval = selectors.terms_of(centre_of(actor).pk).visit_days
    standings = selectors.visit_standings(ids, today(), interval)
    context = {
        "page": page_by_key(found, order=("-planned_on", "-id"), asked=request.GET, size=PAGE),
        "today": today(),
        "asked": request.GET,
        "departments": departments,
        "interval": interval,
        "unplanned": [each for each in standings if each.next is None and each.late(today())],
        "people": len(standings),
        "export_url": file_url(request),
        "may_plan": policies.is_office(actor, policies.LEADERS),
        "may_keep": actor.holds(policies.LEADERS),
    }
    return render(request, "coordination/site_visits.html", context)


@requires(policies.LEADERS)
def plan_visits(request: HttpRequest) -> HttpResponseBase:
    """Plan everybody's next visit by the interval."""
    actor = actor_of(request)
    centre = centre_of(actor)
    interval = selectors.terms_of(centre.pk).visit_days
    return asking.ask(
        request,
        heading="按间隔安排现场办公",
        note=f"还没有下一次安排的领导，按每 {interval} 日一次排到到期那天（最早下一个工作日）。已有安排的不动。",
        verb="安排",
        act=lambda _: services.plan_visits(actor=actor, centre=centre, at=moments.now()),
        back=reverse("coordination:site_visits"),
        said="已安排，可逐个改期。",
    )


@requires(*LOOKERS)
def site_visit(request: HttpRequest, uid: UUID) -> HttpResponseBase:
    """One visit, with what was raised on it."""
    actor = actor_of(request)
    visit = access_site_visit(actor, uid)
    context = {
        "visit": visit,
        "word": standing_word(visit),
        "issues": visit.issues.filter(policies.scope(actor)).select_related("matter").order_by("pk"),
        "may_keep": services.may_keep(actor, visit.department),
        "may_raise": actor.holds(policies.RAISE) and visit.state == "done",
    }
    return render(request, "coordination/site_visit.html", context)


@requires(policies.LEADERS)
def record_visit(request: HttpRequest, uid: UUID) -> HttpResponseBase:
    """Write down what was done."""
    actor = actor_of(request)
    visit = access_site_visit(actor, uid)
    initial = {"done_on": min(today(), visit.planned_on) if visit.planned_on <= today() else today()}
    return asking.ask(
        request,
        heading=f"登记{visit.leader.name}现场办公",
        note="没有当场解决的问题，登记以后可以转成协调事项，由管理办公室交办。",
        verb="登记",
        form=asked.RecordForm(request.POST if request.method == "POST" else None, initial=initial),
        act=lambda given: services.record_visit(actor=actor, visit=visit, at=moments.now(), **given),
        back=reverse("coordination:site_visit", args=[uid]),
        said="已登记。",
    )


@requires(policies.LEADERS)
def move_visit(request: HttpRequest, uid: UUID) -> HttpResponseBase:
    """Another day."""
    actor = actor_of(request)
    visit = access_site_visit(actor, uid)
    return asking.ask(
        request,
        heading=f"{visit.leader.name}现场办公改期",
        verb="改期",
        form=asked.MoveForm(
            request.POST if request.method == "POST" else None, initial={"planned_on": visit.planned_on}
        ),
        act=lambda given: services.move_visit(actor=actor, visit=visit, at=moments.now(), **given),
        back=reverse("coordination:site_visit", args=[uid]),
        said="已改期。",
    )


@requires(policies.LEADERS)
def cancel_visit(request: HttpRequest, uid: UUID) -> HttpResponseBase:
    """Called off."""
    actor = actor_of(request)
    visit = access_site_visit(actor, uid)
    return asking.ask(
        request,
        heading=f"取消{visit.leader.name}的现场办公？",
        warning="取消以后不算到场，也不算未到场；下一次仍按间隔安排。",
        verb="取消安排",
        danger=True,
        form=asked.WhyForm(request.POST if request.method == "POST" else None),
        act=lambda given: services.cancel_visit(actor=actor, visit=visit, at=moments.now(), **given),
        back=reverse("coordination:site_visit", args=[uid]),
        said="已取消。",
    )


# --- Return visits

RETURN_COLUMNS: Sequence[exports.Column[ReturnVisit]] = (
    exports.Column("部门", lambda row: row.department.name, width=28),
    exports.Column("回访日期", lambda row: row.visited_on),
    exports.Column("回访人员", lambda row: row.visitors, width=24),
    exports.Column("接待人员", lambda row: row.received_by, width=24),
    exports.Column("意见建议", lambda row: row.opinions, width=50),
    exports.Column("反映的问题", lambda row: row.problems, width=50),
    exports.Column("处理结果", lambda row: row.result, width=50),
    exports.Column("结果日期", lambda row: row.result_on),
    exports.Column("登记人", lambda row: row.recorded_by),
    exports.Column("撤销原因", lambda row: row.withdrawn_reason),
)


@requires(policies.WATCH)
def return_visits(request: HttpRequest) -> HttpResponseBase:
    """Return visits, newest first, and the departments that nobody has called on within the interval."""
    actor, at = actor_of(request), moments.now()
    found = return_visits_seen(actor)
    if department := number_asked(request, "department"):
        found = found.filter(department=department)
    state = request.GET.get("state", "")
    if state == "open":
        found = found.filter(result="", withdrawn_at__isnull=True)
    elif state == "done":
        found = found.exclude(result="")
    if text := text_asked(request):
        found = found.filter(Q(opinions__icontains=text) | Q(problems__icontains=text) | Q(result__icontains=text))
    if wants_file(request):
        return workbook("部门回访", RETURN_COLUMNS, found, at)
    found = found.annotate(issue_count=Count("issues"))
    centre = centre_of(actor)
    departments = departments_seen(actor, policies.WATCH)
    days = selectors.terms_of(centre.pk).return_visit_days
    context = {
        "page": page_by_key(found, order=("-visited_on", "-id"), asked=request.GET, size=PAGE),
        "asked": request.GET,
        "departments": departments,
        "unvisited": _unvisited(departments, days) if days else [],
        "days": days,
        "export_url": file_url(request),
        "may_record": actor.holds(policies.MANAGE),
    }
    return render(request, "coordination/return_visits.html", context)


def _unvisited(departments: Sequence[Any], days: int) -> list[Any]:
    """Departments without a visit within so many days."""
    since = today() - timedelta(days=days)
    called = ReturnVisit.objects.filter(visited_on__gt=since, withdrawn_at__isnull=True).values_list(
        "department_id", flat=True
    )
    recent = set(called)
    return [unit for unit in departments if unit.pk not in recent]


@requires(policies.MANAGE)
def new_return_visit(request: HttpRequest) -> HttpResponseBase:
    """Write down a visit."""
    actor = actor_of(request)
    centre = centre_of(actor)
    units = {unit.pk: unit for unit in selectors.resident_departments(centre)}
    form = asked.ReturnVisitForm(
        request.POST if request.method == "POST" else None,
        departments=asked.unit_choices(units.values()),
        initial={"visited_on": today(), "visitors": actor.name, "department": number_asked(request, "department")},
    )

    def act(given: dict[str, Any]) -> None:
        department = units[given.pop("department")]
        services.record_return_visit(actor=actor, department=department, at=moments.now(), **given)

    return asking.ask(
        request,
        heading="登记部门回访",
        note="没有意见也请写“没有意见”。反映的问题登记以后可以转成协调事项。",
        verb="登记",
        form=form,
        act=act,
        back=reverse("coordination:return_visits"),
        said="回访已登记。",
    )


@requires(policies.WATCH)
def return_visit(request: HttpRequest, uid: UUID) -> HttpResponseBase:
    """One return visit, with what was raised from it."""
    actor = actor_of(request)
    visit = access_return_visit(actor, uid)
    context = {
        "visit": visit,
        "issues": visit.issues.filter(policies.scope(actor)).select_related("matter").order_by("pk"),
        "may_manage": actor.holds(policies.MANAGE) and visit.withdrawn_at is None,
    }
    return render(request, "coordination/return_visit.html", context)


@requires(policies.MANAGE)
def conclude_return_visit(request: HttpRequest, uid: UUID) -> HttpResponseBase:
    """What came of it."""
    actor = actor_of(request)
    visit = access_return_visit(actor, uid)
    return asking.ask(
        request,
        heading=f"回访{visit.department.name}的处理结果",
        verb="保存",
        form=asked.ResultForm(request.POST if request.method == "POST" else None, initial={"result": visit.result}),
        act=lambda given: services.conclude_return_visit(actor=actor, visit=visit, at=moments.now(), **given),
        back=reverse("coordination:return_visit", args=[uid]),
        said="结果已登记。",
    )


@requires(policies.MANAGE)
def withdraw_return_visit(request: HttpRequest, uid: UUID) -> HttpResponseBase:
    """A record made by mistake."""
    actor = actor_of(request)
    visit = access_return_visit(actor, uid)
    return asking.ask(
        request,
        heading="撤销这条回访记录？",
        warning="撤销的记录留在清单里，标明原因，不再计入统计。",
        verb="撤销",
        danger=True,
        form=asked.WhyForm(request.POST if request.method == "POST" else None),
        act=lambda given: services.withdraw_return_visit(actor=actor, visit=visit, at=moments.now(), **given),
        back=reverse("coordination:return_visit", args=[uid]),
        said="已撤销。",
    )
