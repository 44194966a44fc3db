"""Visits: leaders come to the window (R010), the office calls on departments (R015)."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction

from yimen.ground.calendar.selectors import work_calendar
from yimen.ground.identity.rules import Actor
from yimen.ground.kit import audit
from yimen.ground.kit.moments import day_of, say_date
from yimen.ground.kit.refusals import Conflict, Invalid
from yimen.service.coordination import policies
from yimen.service.coordination.models import Leader, ReturnVisit, SiteVisit
from yimen.service.coordination.selectors.leaders import visit_standings
from yimen.service.coordination.selectors.terms import office_of, resident_departments, terms_of
from yimen.service.coordination.services.leaders import require_keeper

if TYPE_CHECKING:
    from yimen.ground.organisations.models import Unit


class VisitOver(Conflict):
    """The visit was recorded or called off meanwhile."""

    code = "visit_over"


class VisitTwice(Conflict):
    """The leader has a visit on that day already."""

    code = "visit_twice"


class WrongDay(Invalid):
    """A plan in the past, or a visit in the future."""

    code = "wrong_day"


@transaction.atomic
def plan_visit(*, actor: Actor, leader: Leader, planned_on: date, at: datetime) -> SiteVisit:
    """Plan one visit. Raises `WrongDay`, `VisitTwice`, `NotAllowed`."""
    require_keeper(actor, leader.department)
    _to_come(planned_on, at)
    if leader.to_on is not None and planned_on > leader.to_on:
        raise WrongDay(f"{leader.name}那天已不在任。", fields={"planned_on": "已不在任"})
    try:
        with transaction.atomic():
            visit = SiteVisit.objects.create(leader=leader, department_id=leader.department_id, planned_on=planned_on)
    except IntegrityError:
        raise VisitTwice(f"{leader.name}那天已有安排。", fields={"planned_on": "那天已有安排"}) from None
    _note("coordination.plan_visit", actor, visit, {"on": planned_on})
    return visit


@transaction.atomic
def plan_visits(*, actor: Actor, centre: Unit, at: datetime) -> int:
    """Plan the next visit of every leader who has none ahead, by the centre's interval. Returns how many were planned.

    The day is the one on which it falls due, at the earliest the next working day; a day off moves to the working day after.
    """
    policies.require(actor, policies.LEADERS, centre.pk, centre.pk, centre.division_id)
    interval = terms_of(centre.pk).visit_days
    if not interval:
        raise Invalid("本中心没有设定现场办公的间隔。", next_step="请先在“时限设定”里填写间隔。")
    calendar, today = work_calendar(), day_of(at)
    departments = list(resident_departments(centre).values_list("pk", flat=True))
    fresh = []
    for standing in visit_standings(departments, today, interval):
        if standing.next is None and standing.due_on is not None:
            day = calendar.next_workday_on_or_after(max(standing.due_on, today + timedelta(days=1)))
            leader = standing.leader
            fresh.append(SiteVisit(leader=leader, department_id=leader.department_id, planned_on=day))
    made = SiteVisit.objects.bulk_create(fresh, ignore_conflicts=True)
    audit.record(
        "coordination.plan_visits", actor=actor, target_kind="unit", target=centre.name, facts={"visits": len(made)}
    )
    return len(made)


@transaction.atomic
def move_visit(*, actor: Actor, visit: SiteVisit, planned_on: date, reason: str, at: datetime) -> None:
    """Put a visit on another day, with the reason. Raises `VisitOver`, `WrongDay`, `VisitTwice`."""
    visit = _open(actor, visit)
    _to_come(planned_on, at)
    before = visit.planned_on
    visit.planned_on, visit.reason = planned_on, _reason(reason)
    try:
        with transaction.atomic():
            visit.save(update_fields=["planned_on", "reason"])
    except IntegrityError:
        raise VisitTwice("那天已有安排。", fields={"planned_on": "那天已有安排"}) from None
    _note("coordination.move_visit", actor, visit, {"from": before, "to": planned_on})


@transaction.atomic
def cancel_visit(*, actor: Actor, visit: SiteVisit, reason: str, at: datetime) -> None:
    """Call a visit off, with the reason; it is neither done nor missed. Raises `VisitOver`."""
    visit = _open(actor, visit)
    visit.state, visit.reason = SiteVisit.State.CANCELLED, _reason(reason)
    visit.save(update_fields=["state", "reason"])
    _note("coordination.cancel_visit", actor, visit, {})


@transaction.atomic
def record_visit(
    *, actor: Actor, visit: SiteVisit, done_on: date, summary: str, at: datetime, solved_on_spot: str = ""
) -> SiteVisit:
    """Write down that the leader was there, what was done and what was solved on the spot. What is left becomes an issue.

    Raises `VisitOver` where it was recorded already, `WrongDay` for a day that has not come.
    """
    visit = _open(actor, visit)
    if done_on > day_of(at):
        raise WrongDay("到场日期还没到。", next_step="请在到场以后登记。", fields={"done_on": "还没到这一天"})
    visit.state, visit.done_on, visit.summary = SiteVisit.State.DONE, done_on, summary
    visit.solved_on_spot, visit.recorded_by, visit.recorded_at = solved_on_spot, actor.name, at
    visit.save(update_fields=["state", "done_on", "summary", "solved_on_spot", "recorded_by", "recorded_at"])
    _note("coordination.record_visit", actor, visit, {"on": done_on})
    return visit


# --- Return visits


@transaction.atomic
def record_return_visit(
    *, actor: Actor, department: Unit, visited_on: date, visitors: str, received_by: str, at: datetime,
    opinions: str = "", problems: str = "",
) -> ReturnVisit:  # fmt: skip
    """Write down a return visit with the opinions and problems that were told. Raises `WrongDay`, `Invalid`, `NotAllowed`."""
    centre = office_of(department)
    policies.require(actor, policies.MANAGE, centre.pk, centre.pk, centre.division_id)
    if visited_on > day_of(at):
        raise WrongDay("回访日期还没到。", fields={"visited_on": "还没到这一天"})
    if not opinions.strip() and not problems.strip():
        raise Invalid(
            "回访要写明听到了什么。", next_step="没有意见也请写“没有意见”。", fields={"opinions": "请填写意见或问题"}
        )
    visit = ReturnVisit.objects.create(
        centre=centre, department=department, visited_on=visited_on, visitors=visitors, received_by=received_by,
        opinions=opinions, problems=problems, recorded_by=actor.name, recorded_at=at,
    )  # fmt: skip
    _note_return("coordination.record_return_visit", actor, visit, {"on": visited_on})
    return visit


@transaction.atomic
def conclude_return_visit(*, actor: Actor, visit: ReturnVisit, result: str, at: datetime) -> None:
    """Write down what came of a visit; a later result replaces the earlier one, which the audit keeps by its digest."""
    from yimen.ground.kit import crypto

    visit = _of_office(actor, visit)
    before = visit.result
    visit.result, visit.result_on = result, day_of(at)
    visit.save(update_fields=["result", "result_on"])
    _note_return(
        "coordination.conclude_return_visit", actor, visit, {"before": crypto.sm3(before.encode()).hex()[:16] if before else ""}
    )  # fmt: skip


@transaction.atomic
def withdraw_return_visit(*, actor: Actor, visit: ReturnVisit, reason: str, at: datetime) -> None:
    """Take back a record that was made by mistake; it stays on the list, struck out. Raises `VisitOver`."""
    visit = _of_office(actor, visit)
    if visit.issues.exists():
        raise VisitOver("这次回访已经提出了协调事项，不能撤销。", next_step="请先撤回那件协调事项。")
    visit.withdrawn_at, visit.withdrawn_reason = at, _reason(reason)
    visit.save(update_fields=["withdrawn_at", "withdrawn_reason"])
    _note_return("coordination.withdraw_return_visit", actor, visit, {})


def _of_office(actor: Actor, visit: ReturnVisit) -> ReturnVisit:
    found = ReturnVisit.objects.select_for_update(of=("self",)).get(pk=visit.pk)
    policies.require(actor, policies.MANAGE, found.centre_id, found.centre_id, found.centre.division_id)
    if found.withdrawn_at is not None:
        raise VisitOver("这条回访记录已经撤销。")
    return found


# --- What each of them asks


def _open(actor: Actor, visit: SiteVisit) -> SiteVisit:
    found = SiteVisit.objects.select_for_update(of=("self",)).get(pk=visit.pk)
    require_keeper(actor, found.department)
    if found.state != SiteVisit.State.PLANNED:
        raise VisitOver(f"这次现场办公{found.get_state_display()}，不能再改。", next_step="请刷新页面查看。")
    return found


def _to_come(day: date, at: datetime) -> None:
    if day < day_of(at):
        raise WrongDay("计划日期已经过去。", fields={"planned_on": "已经过去"})
    if not work_calendar().is_workday(day):
        raise WrongDay(f"{say_date(day)}不是工作日。", fields={"planned_on": "不是工作日"})


def _reason(reason: str) -> str:
    if not reason.strip():
        raise Invalid("请写明原因。", fields={"reason": "请写明原因"})
    return reason.strip()[:200]


def _note(action: str, actor: Actor, visit: SiteVisit, facts: dict[str, object]) -> None:
    audit.record(action, actor=actor, target_kind="site_visit", target=str(visit.uid), facts=facts)


def _note_return(action: str, actor: Actor, visit: ReturnVisit, facts: dict[str, object]) -> None:
    audit.record(action, actor=actor, target_kind="return_visit", target=str(visit.uid), facts=facts)
