"""The register of leaders, what they are in charge of, and the check for leaders in name only (R009)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import Q
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse

from yimen.ground.identity import selectors as people
from yimen.ground.identity.policies import actor_of, requires
from yimen.ground.identity.rules import Actor
from yimen.ground.kit import asking, exports, moments
from yimen.ground.kit.questions import file_url, number_asked, text_asked, wants_file, workbook
from yimen.ground.kit.refusals import NotFound
from yimen.service.coordination import forms as asked
from yimen.service.coordination import policies, selectors, services
from yimen.service.coordination.models import Charge, Leader
from yimen.service.coordination.selectors.leaders import ShiftLeader
from yimen.service.coordination.selectors.terms import departments_seen
from yimen.service.coordination.views.asking import today
from yimen.service.coordination.views.visits import LOOKERS, seen


def _charges(leader: Any) -> str:
    return "；".join(f"{each.get_kind_display()}：{each.area}" for each in leader.now)


LEADER_COLUMNS: Sequence[exports.Column[Leader]] = (
    exports.Column("部门", lambda row: row.department.name, width=28),
    exports.Column("姓名", lambda row: row.name),
    exports.Column("职级", lambda row: row.get_rank_display()),
    exports.Column("职务", lambda row: row.title),
    exports.Column("常驻", lambda row: bool(row.stationed)),  # type: ignore[attr-defined]  # prefetched
    exports.Column("分管", _charges, width=60),
    exports.Column("电话", lambda row: row.phone),
    exports.Column("任职自", lambda row: row.from_on),
)


@requires(*LOOKERS)
def listing(request: HttpRequest) -> HttpResponseBase:
    """Leaders of the resident departments, principal first."""
    actor, at = actor_of(request), moments.now()
    departments = seen(actor)
    found = selectors.leaders_of([unit.pk for unit in departments], today())
    if department := number_asked(request, "department"):
        found = found.filter(department=department)
    if text := text_asked(request):
        found = found.filter(Q(name__icontains=text) | Q(title__icontains=text))
    if wants_file(request):
        return workbook("部门领导", LEADER_COLUMNS, found, at)
    registered = {leader.department_id for leader in found}
    context = {
        "leaders": list(found),
        "asked": request.GET,
        "departments": departments,
        "without": [unit for unit in departments if unit.pk not in registered] if not request.GET else [],
        "export_url": file_url(request),
        "may_keep": actor.holds(policies.LEADERS),
    }
    return render(request, "coordination/leaders.html", context)


NOMINAL_COLUMNS: Sequence[exports.Column[ShiftLeader]] = (
    exports.Column("部门", lambda row: row.leader.department.name, width=28),
    exports.Column("带班领导", lambda row: row.leader.name),
    exports.Column("职务", lambda row: row.leader.title),
    exports.Column("常驻", lambda row: row.stationed),
    exports.Column("本月带班天数", lambda row: row.shifts),
    exports.Column("分管", lambda row: "；".join(charge.area for charge in row.charges), width=60),
    exports.Column("是否挂名", lambda row: "挂名领导" if row.nominal else "否"),
)


@requires(*LOOKERS)
def nominal(request: HttpRequest) -> HttpResponseBase:
    """挂名领导 check: whoever leads shifts this month, and is in charge of no business."""
    actor, at = actor_of(request), moments.now()
    departments = seen(actor)
    rows = selectors.shift_leaders([unit.pk for unit in departments], today())
    only = request.GET.get("which", "nominal")
    shown = [row for row in rows if row.nominal] if only == "nominal" else rows
    if wants_file(request):
        return workbook("挂名领导核查", NOMINAL_COLUMNS, shown, at)
    context = {
        "rows": shown,
        "which": only,
        "total": len(rows),
        "nominal": sum(row.nominal for row in rows),
        "departments": len({row.leader.department_id for row in rows if row.nominal}),
        "export_url": file_url(request),
        "may_keep": actor.holds(policies.LEADERS),
        "month": today(),
    }
    return render(request, "coordination/nominal.html", context)


def access_leader(actor: Actor, leader_id: int) -> Leader:
    """A leader of a department the actor sees; to others there is none (`NotFound`)."""
    found = Leader.objects.select_related("department", "account").filter(pk=leader_id).first()
    if found is None or found.department_id not in {unit.pk for unit in seen(actor)}:
        raise NotFound("没有这位领导的登记，或者不在您的管理范围内。", next_step="请从部门领导清单进入。")
    return found


@requires(*LOOKERS)
def leader(request: HttpRequest, leader_id: int) -> HttpResponseBase:
    """One leader: what they are in charge of, the stationing, the coming shifts, the visits."""
    actor = actor_of(request)
    found = access_leader(actor, leader_id)
    charges = list(found.charges.order_by("to_on", "from_on", "id"))
    now = [each for each in charges if each.to_on is None or each.to_on >= today()]
    context = {
        "leader": found,
        "charges": now,
        "past": [each for each in charges if each not in now],
        "stationing": found.stationings.filter(to_on__isnull=True).first(),
        "nominal": not any(each.kind == "business" for each in now),
        "shifts": found.shifts.filter(day__gte=today()).order_by("day")[:20],
        "visits": found.visits.order_by("-planned_on")[:10],
        "today": today(),
        "may_keep": services.may_keep(actor, found.department) and found.to_on is None,
    }
    return render(request, "coordination/leader.html", context)


@requires(policies.LEADERS)
def register(request: HttpRequest) -> HttpResponseBase:
    """A leader is written down."""
    actor = actor_of(request)
    units = {unit.pk: unit for unit in departments_seen(actor, policies.LEADERS)}
    asked_for = number_asked(request, "department")
    accounts = accounts_of([units[asked_for]] if asked_for in units else list(units.values()))
    form = asked.LeaderForm(
        request.POST if request.method == "POST" else None,
        departments=asked.unit_choices(units.values()),
        accounts=accounts,
        initial={"department": asked_for or (next(iter(units)) if len(units) == 1 else None), "from_on": today()},
    )

    def act(given: dict[str, Any]) -> None:
        department = units[given.pop("department")]
        account = given.pop("account")
        services.register_leader(actor=actor, department=department, account_id=account, at=moments.now(), **given)

    return asking.ask(
        request,
        heading="登记部门领导",
        note="登记以后再写明分管什么；只分管窗口、不分管业务的带班领导，会列入挂名领导核查。",
        verb="登记",
        form=form,
        act=act,
        back=reverse("coordination:leaders"),
        said="已登记。请接着写明分管业务。",
    )


def accounts_of(units: Sequence[Any]) -> list[tuple[int, str]]:
    """Accounts with a post in these units or below them, by name."""
    below = Q(pk__in=[])
    for unit in units:
        below |= Q(posts__unit__path__startswith=unit.path)
    found = people.accounts(active=True).filter(below).distinct().order_by("name", "id")
    return [(account.pk, f"{account.name}（{account.sign_in_name}）") for account in found[:500]]


@requires(policies.LEADERS)
def add_charge(request: HttpRequest, leader_id: int) -> HttpResponseBase:
    """One more area."""
    actor = actor_of(request)
    found = services.leader_of(leader_id, actor)
    return asking.ask(
        request,
        heading=f"{found.name}分管什么",
        verb="登记",
        form=asked.ChargeForm(request.POST if request.method == "POST" else None, initial={"from_on": today()}),
        act=lambda given: services.add_charge(actor=actor, leader=found, at=moments.now(), **given),
        back=reverse("coordination:leader", args=[leader_id]),
        said="已登记。",
    )


@requires(policies.LEADERS)
def end_charge(request: HttpRequest, charge_id: int) -> HttpResponseBase:
    """No longer in charge."""
    actor = actor_of(request)
    charge = Charge.objects.select_related("leader").filter(pk=charge_id).first()
    if charge is None:
        raise NotFound("没有这项分管。", next_step="请从领导的页面进入。")
    found = services.leader_of(charge.leader_id, actor)
    form = asked.DayForm(
        request.POST if request.method == "POST" else None, label="分管到哪一天", initial={"to_on": today()}
    )
    return asking.ask(
        request,
        heading=f"{found.name}不再分管“{charge.area}”",
        verb="停止分管",
        form=form,
        act=lambda given: services.end_charge(actor=actor, charge=charge, at=moments.now(), **given),
        back=reverse("coordination:leader", args=[found.pk]),
        said="已登记。",
    )


@requires(policies.LEADERS)
def station(request: HttpRequest, leader_id: int) -> HttpResponseBase:
    """常驻."""
    actor = actor_of(request)
    found = services.leader_of(leader_id, actor)
    form = asked.DayForm(
        request.POST if request.method == "POST" else None, label="从哪一天起", initial={"to_on": today()}
    )
    return asking.ask(
        request,
        heading=f"{found.name}常驻大厅",
        note="常驻期间，本部门没有排班的工作日都由这位领导带班。",
        verb="登记常驻",
        form=form,
        act=lambda given: services.station(actor=actor, leader=found, from_on=given["to_on"], at=moments.now()),
        back=reverse("coordination:leader", args=[leader_id]),
        said="已登记常驻。",
    )


@requires(policies.LEADERS)
def end_stationing(request: HttpRequest, leader_id: int) -> HttpResponseBase:
    """No longer stationed."""
    actor = actor_of(request)
    found = services.leader_of(leader_id, actor)
    form = asked.DayForm(
        request.POST if request.method == "POST" else None, label="常驻到哪一天", initial={"to_on": today()}
    )
    return asking.ask(
        request,
        heading=f"{found.name}不再常驻",
        verb="结束常驻",
        form=form,
        act=lambda given: services.end_stationing(actor=actor, leader=found, at=moments.now(), **given),
        back=reverse("coordination:leader", args=[leader_id]),
        said="已登记。以后的工作日要另排带班。",
    )


@requires(policies.LEADERS)
def end_leader(request: HttpRequest, leader_id: int) -> HttpResponseBase:
    """A leader leaves."""
    actor = actor_of(request)
    found = services.leader_of(leader_id, actor)
    form = asked.DayForm(
        request.POST if request.method == "POST" else None, label="离任日期", initial={"to_on": today()}
    )
    return asking.ask(
        request,
        heading=f"{found.name}离任",
        warning="分管和常驻同日结束；这以后还排着的带班要先改排。过去的记录都保留。",
        verb="登记离任",
        danger=True,
        form=form,
        act=lambda given: services.end_leader(actor=actor, leader=found, at=moments.now(), **given),
        back=reverse("coordination:leader", args=[leader_id]),
        then=reverse("coordination:leaders"),
        said="已登记离任。",
    )


@requires(policies.LEADERS)
def plan_visit(request: HttpRequest, leader_id: int) -> HttpResponseBase:
    """One visit of one leader."""
    actor = actor_of(request)
    found = services.leader_of(leader_id, actor)
    return asking.ask(
        request,
        heading=f"安排{found.name}现场办公",
        verb="安排",
        form=asked.VisitForm(request.POST if request.method == "POST" else None),
        act=lambda given: services.plan_visit(actor=actor, leader=found, at=moments.now(), **given),
        back=reverse("coordination:leader", args=[leader_id]),
        said="已安排。",
    )
