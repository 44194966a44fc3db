"""带班: the month of all departments, the month of one, and its changes (R009)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse

from yimen.ground.identity.policies import actor_of, requires
from yimen.ground.identity.rules import Actor
from yimen.ground.kit import asking, exports, moments
from yimen.ground.kit.questions import file_url, wants_file, workbook
from yimen.ground.kit.refusals import NotFound
from yimen.service.coordination import forms as asked
from yimen.service.coordination import policies, rules, selectors, services
from yimen.service.coordination.models import Shift
from yimen.service.coordination.selectors.leaders import RosterRow
from yimen.service.coordination.views.asking import today
from yimen.service.coordination.views.visits import LOOKERS, seen


@dataclass(frozen=True, slots=True)
class Cell:
    """A day of a department: who leads, and how it is drawn."""

    day: date
    name: str
    kind: str
    said: str
    url: str = ""


def _cells(row: RosterRow, days: Sequence[date]) -> list[Cell]:
    found = []
    for day in days:
        leader = row.leader_on(day)
        if leader is None:
            kind, said = ("gap", "空缺") if day >= today() else ("missed", "空缺")
        elif row.is_stationed(day):
            kind, said = "stationed", "常驻"
        else:
            kind, said = ("changed", "调过班") if day in row.changed else ("", "")
        found.append(Cell(day, leader.name if leader else "", kind, said))
    return found


@requires(*LOOKERS)
def month(request: HttpRequest) -> HttpResponseBase:
    """Every department by every working day of a month; gaps stand out."""
    actor, at = actor_of(request), moments.now()
    departments = seen(actor)
    first = rules.read_month(request.GET.get("month", ""), today())
    table = selectors.roster(departments, first)
    only_gaps = request.GET.get("gaps") == "1"
    rows = [row for row in table.rows if row.gaps] if only_gaps else table.rows
    if wants_file(request):
        columns: list[exports.Column[RosterRow]] = [
            exports.Column("部门", lambda row: row.department.name, width=28),
            *(
                exports.Column(f"{day.month}月{day.day}日", lambda row, day=day: row.leader_on(day) or "空缺", width=9)  # type: ignore[misc]  # one column a day
                for day in table.days
            ),
            exports.Column("空缺天数", lambda row: len(row.gaps)),
        ]
        return workbook(f"带班表 {first.year}年{first.month}月", columns, rows, at)
    context = {
        "table": table,
        "lines": [(row, _cells(row, table.days)) for row in rows],
        "first": first,
        "before": rules.month_before(first),
        "after": rules.next_month(first),
        "only_gaps": only_gaps,
        "today": today(),
        "with_gaps": sum(1 for row in table.rows if row.gaps),
        "today_gaps": [row.department for row in table.rows if today() in row.gaps],
        "export_url": file_url(request),
        "may_keep": actor.holds(policies.LEADERS),
    }
    return render(request, "coordination/roster.html", context)


def _department(actor: Actor, department_id: int) -> Any:
    for unit in seen(actor):
        if unit.pk == department_id:
            return unit
    raise NotFound("没有这个入驻部门，或者不在您的管理范围内。", next_step="请从带班表进入。")


@requires(*LOOKERS)
def department(request: HttpRequest, department_id: int) -> HttpResponseBase:
    """The month of one department, day by day, with what may be done to each."""
    actor = actor_of(request)
    unit = _department(actor, department_id)
    first = rules.read_month(request.GET.get("month", ""), today())
    table = selectors.roster([unit], first)
    row = table.rows[0]
    days = [
        {
            "day": day,
            "shift": row.shifts.get(day),
            "leader": row.leader_on(day),
            "stationed": row.is_stationed(day),
            "gap": day in row.gaps,
            "past": day < today(),
            "changed": day in row.changed,
        }
        for day in table.days
    ]
    context = {
        "unit": unit,
        "days": days,
        "gaps": len(row.gaps),
        "stationed": row.stationed,
        "first": first,
        "before": rules.month_before(first),
        "after": rules.next_month(first),
        "changes": selectors.changes_of(unit.pk, first),
        "leaders": selectors.deputies(unit.pk, today()),
        "may_keep": services.may_keep(actor, unit),
        "today": today(),
    }
    return render(request, "coordination/roster_department.html", context)


def _back(shift_or_unit: int, day: date) -> str:
    return f"{reverse('coordination:roster_department', args=[shift_or_unit])}?month={day:%Y-%m}"


@requires(policies.LEADERS)
def set_day(request: HttpRequest, department_id: int, day: str) -> HttpResponseBase:
    """Who leads the shift of a day."""
    actor = actor_of(request)
    unit = _department(actor, department_id)
    try:
        on = date.fromisoformat(day)
    except ValueError:
        raise NotFound("没有这一天。", next_step="请从带班表选择。") from None
    if not 2000 <= on.year <= 2199:
        raise NotFound("没有这一天。", next_step="请从带班表选择。")
    people = {leader.pk: leader for leader in selectors.deputies(unit.pk, on)}
    form = asked.ShiftForm(
        request.POST if request.method == "POST" else None,
        leaders=[(pk, f"{leader.name}（{leader.title}）") for pk, leader in people.items()],
    )
    note = "" if people else "这个部门还没有登记领导，请先登记。"
    return asking.ask(
        request,
        heading=f"{unit.short_name or unit.name} {moments.say_date(on)}谁带班",
        note=note,
        verb="排班",
        form=form,
        act=lambda given: services.set_shift(
            actor=actor, department=unit, day=on, leader=people[given["leader"]], at=moments.now()
        ),
        back=_back(unit.pk, on),
        said="已排。",
    )


def _shift(actor: Actor, shift_id: int) -> Shift:
    found = Shift.objects.select_related("leader", "department").filter(pk=shift_id).first()
    if found is None or not services.may_keep(actor, found.department):
        raise NotFound("没有这天的带班，或者不在您的管理范围内。", next_step="请从带班表进入。")
    return found


@requires(policies.LEADERS)
def take_over(request: HttpRequest, shift_id: int) -> HttpResponseBase:
    """顶班."""
    actor = actor_of(request)
    shift = _shift(actor, shift_id)
    people = {
        each.pk: each for each in selectors.deputies(shift.department_id, shift.day) if each.pk != shift.leader_id
    }
    form = asked.TakeOverForm(
        request.POST if request.method == "POST" else None,
        leaders=[(pk, f"{each.name}（{each.title}）") for pk, each in people.items()],
    )
    return asking.ask(
        request,
        heading=f"{moments.say_date(shift.day)}由谁顶{shift.leader.name}的班",
        note="两位领导都会收到通知，原因写进调班记录。",
        verb="顶班",
        form=form,
        act=lambda given: services.take_over_shift(
            actor=actor, shift=shift, leader=people[given["leader"]], reason=given["reason"], at=moments.now(),
            seen=shift.leader_id,
        ),
        back=_back(shift.department_id, shift.day),
        said="已改。",
    )  # fmt: skip


@requires(policies.LEADERS)
def swap(request: HttpRequest, shift_id: int) -> HttpResponseBase:
    """调班: two days change places."""
    actor = actor_of(request)
    shift = _shift(actor, shift_id)
    others = {
        each.pk: each
        for each in Shift.objects.filter(department=shift.department_id, day__gte=today())
        .exclude(leader=shift.leader_id)
        .select_related("leader")
        .order_by("day")[:60]
    }
    form = asked.SwapForm(
        request.POST if request.method == "POST" else None,
        others=[(pk, f"{moments.say_date(each.day)} {each.leader.name}") for pk, each in others.items()],
    )
    return asking.ask(
        request,
        heading=f"{shift.leader.name} {moments.say_date(shift.day)}的班和谁对调",
        note="对调以后两天各换一人，都写进调班记录。",
        verb="对调",
        form=form,
        act=lambda given: services.swap_shifts(
            actor=actor, shift=shift, other=others[given["other"]], reason=given["reason"], at=moments.now(),
            seen=shift.leader_id,
        ),
        back=_back(shift.department_id, shift.day),
        said="已对调。",
    )  # fmt: skip


@requires(policies.LEADERS)
def clear(request: HttpRequest, shift_id: int) -> HttpResponseBase:
    """Off the roster."""
    actor = actor_of(request)
    shift = _shift(actor, shift_id)
    return asking.ask(
        request,
        heading=f"撤下{shift.leader.name} {moments.say_date(shift.day)}的带班？",
        warning="撤下以后这一天没有人带班，会显示为空缺。",
        verb="撤下",
        danger=True,
        form=asked.WhyForm(request.POST if request.method == "POST" else None),
        act=lambda given: services.clear_shift(actor=actor, shift=shift, at=moments.now(), **given),
        back=_back(shift.department_id, shift.day),
        said="已撤下。",
    )


@requires(policies.LEADERS)
def copy(request: HttpRequest, department_id: int) -> HttpResponseBase:
    """Last month's roster again."""
    actor = actor_of(request)
    unit = _department(actor, department_id)
    first = rules.read_month(request.GET.get("month", ""), today())
    before = rules.month_before(first)
    return asking.ask(
        request,
        heading=f"{first.year}年{first.month}月沿用上月的排班",
        note=f"第几个工作日由谁带班，照{before.month}月的次序；已经排好的日子和过去的日子不动。",
        verb="沿用",
        act=lambda _: services.copy_roster(actor=actor, department=unit, first=first, at=moments.now()),
        back=_back(unit.pk, first),
        said="已沿用。",
    )
