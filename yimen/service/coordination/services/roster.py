"""带班: set a day, take it off, swap two, stand in for one, copy last month (R009)."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

from django.db import transaction

from yimen.ground.calendar.selectors import work_calendar
from yimen.ground.identity.rules import Actor
from yimen.ground.kit import audit
from yimen.ground.kit.moments import day_of, say_date
from yimen.ground.kit.outbox import publish
from yimen.ground.kit.refusals import Conflict, Invalid
from yimen.service.coordination import rules
from yimen.service.coordination.events import ShiftSwapped
from yimen.service.coordination.models import Leader, Shift, ShiftChange
from yimen.service.coordination.selectors import leaders as asked
from yimen.service.coordination.services.leaders import require_keeper

if TYPE_CHECKING:
    from yimen.ground.organisations.models import Unit


class NotOnThatDay(Invalid):
    """The day is no working day, or the leader is not in office then."""

    code = "not_on_that_day"


class ShiftMoved(Conflict):
    """Somebody has changed this shift meanwhile."""

    code = "shift_moved"


class ShiftIsPast(Invalid):
    """What is past is not planned again."""

    code = "shift_is_past"


@transaction.atomic
def set_shift(*, actor: Actor, department: Unit, day: date, leader: Leader, at: datetime) -> Shift:
    """Let a leader lead the shift of a day that nobody leads yet; a day that is taken is swapped or taken over.

    Raises `NotOnThatDay`, `ShiftIsPast`, `ShiftMoved`.
    """
    require_keeper(actor, department)
    _fits(leader, department, day, at)
    shift, new = Shift.objects.get_or_create(department=department, day=day, defaults={"leader": leader})
    if not new:
        if shift.leader_id == leader.pk:
            return shift
        raise ShiftMoved(
            f"{say_date(day)}已排了{shift.leader.name}。", next_step="要换人，请用“顶班”或“调班”，并写明原因。"
        )
    _note("coordination.set_shift", actor, department, day, {"leader": leader.pk})
    return shift


@transaction.atomic
def clear_shift(*, actor: Actor, shift: Shift, reason: str, at: datetime) -> None:
    """Take a coming day off the roster, with the reason; the day then shows as a gap. Raises `ShiftIsPast`, `ShiftMoved`."""
    shift = _held(shift)
    require_keeper(actor, shift.department)
    _not_past(shift.day, at)
    _change(actor, shift, "", reason, at)
    department, day = shift.department, shift.day
    shift.delete()
    _note("coordination.clear_shift", actor, department, day, {})


@transaction.atomic
def take_over_shift(
    *, actor: Actor, shift: Shift, leader: Leader, reason: str, at: datetime, seen: int | None = None
) -> None:
    """顶班: another leader leads the shift of that day. `seen` is the leader whom the page showed.

    Raises `ShiftMoved`, `NotOnThatDay`, `ShiftIsPast`, `Invalid` without a reason.
    """
    shift = _held(shift, seen)
    require_keeper(actor, shift.department)
    _fits(leader, shift.department, shift.day, at)
    if leader.pk == shift.leader_id:
        raise Invalid(f"当天本来就由{leader.name}带班。", fields={"leader": "请另选一位"})
    _change(actor, shift, leader.name, reason, at)
    shift.leader = leader
    shift.save(update_fields=["leader"])
    _note("coordination.take_over_shift", actor, shift.department, shift.day, {"leader": leader.pk})


@transaction.atomic
def swap_shifts(
    *, actor: Actor, shift: Shift, other: Shift, reason: str, at: datetime, seen: int | None = None
) -> None:
    """调班: two leaders of a department change days with each other; both changes are written down.

    The rows are locked in the order of their ids. Raises as `take_over_shift`.
    """
    pair = {
        each.pk: each
        for each in Shift.objects.select_for_update(of=("self",)).filter(pk__in=(shift.pk, other.pk)).order_by("pk")
    }
    if len(pair) != 2 or (seen is not None and pair[shift.pk].leader_id != seen):
        raise ShiftMoved("这两天的带班刚被别人改过。", next_step="请刷新排班表，看过新情况后再调。")
    mine, theirs = pair[shift.pk], pair[other.pk]
    require_keeper(actor, mine.department)
    if mine.department_id != theirs.department_id:
        raise Invalid("只能在同一个部门里调班。", fields={"other": "请选本部门的另一天"})
    if mine.leader_id == theirs.leader_id:
        raise Invalid(f"这两天都由{mine.leader.name}带班，不用调。", fields={"other": "请选别人带班的一天"})
    for leader, day in ((mine.leader, theirs.day), (theirs.leader, mine.day)):
        _fits(leader, mine.department, day, at)
    first, second = mine.leader, theirs.leader
    _change(actor, mine, second.name, reason, at)
    _change(actor, theirs, first.name, reason, at)
    mine.leader, theirs.leader = second, first
    mine.save(update_fields=["leader"])
    theirs.save(update_fields=["leader"])
    _note("coordination.swap_shifts", actor, mine.department, mine.day, {"with": theirs.day})


@transaction.atomic
def copy_roster(*, actor: Actor, department: Unit, first: date, at: datetime) -> int:
    """Fill the empty days of a month as last month was: the n-th working day by who led the n-th. Returns how many days.

    Leaders who have left, and days that are past, are passed over. Raises `Invalid` where last month stood empty.
    """
    require_keeper(actor, department)
    start, end = rules.month_of(first)
    before, before_end = rules.month_of(rules.month_before(start))
    held = dict(
        Shift.objects.filter(department=department, day__range=(before, before_end)).values_list("day", "leader_id")
    )
    if not held:
        raise Invalid("上个月没有排班，没有可以沿用的。", next_step="请逐日排班，或登记常驻领导。")
    today = day_of(at)
    days = asked.workdays(start, end)
    plan = rules.copied(asked.workdays(before, before_end), held, days)
    taken = set(Shift.objects.filter(department=department, day__range=(start, end)).values_list("day", flat=True))
    leaders = Leader.objects.in_bulk(set(plan.values()))
    fresh = [
        Shift(department=department, day=day, leader_id=leader)
        for day, leader in plan.items()
        if day >= today and day not in taken and rules.Term(leaders[leader].from_on, leaders[leader].to_on).holds(day)
    ]
    made = Shift.objects.bulk_create(fresh, ignore_conflicts=True)
    _note("coordination.copy_roster", actor, department, start, {"days": len(made)})
    return len(made)


# --- What each of them asks


def _held(shift: Shift, seen: int | None = None) -> Shift:
    """The shift, locked; raises `ShiftMoved` where it is gone or somebody else leads it than the page showed."""
    found = Shift.objects.select_for_update(of=("self",)).filter(pk=shift.pk).first()
    if found is None or (seen is not None and found.leader_id != seen):
        raise ShiftMoved("这一天的带班刚被别人改过。", next_step="请刷新排班表，看过新情况后再改。")
    return found


def _fits(leader: Leader, department: Unit, day: date, at: datetime) -> None:
    _not_past(day, at)
    if not work_calendar().is_workday(day):
        raise NotOnThatDay(f"{say_date(day)}不是工作日，不用排带班。", fields={"day": "不是工作日"})
    if leader.department_id != department.pk:
        raise NotOnThatDay(f"{leader.name}不是{department.name}的领导。", fields={"leader": "请选本部门的领导"})
    if not rules.Term(leader.from_on, leader.to_on).holds(day):
        raise NotOnThatDay(f"{leader.name}当天不在任。", fields={"leader": "当天不在任"})


def _not_past(day: date, at: datetime) -> None:
    if day < day_of(at):
        raise ShiftIsPast(f"{say_date(day)}已经过去，不能再排。", next_step="带班以当时的安排为准。")


def _change(actor: Actor, shift: Shift, after: str, reason: str, at: datetime) -> None:
    if not reason.strip():
        raise Invalid("换人要写明原因。", fields={"reason": "请写明原因"})
    change = ShiftChange.objects.create(
        department=shift.department, day=shift.day, before=shift.leader.name, after=after, reason=reason.strip()[:200],
        changed_at=at, changed_by=actor.name,
    )  # fmt: skip
    publish(ShiftSwapped(change.pk, at))


def _note(action: str, actor: Actor, department: Unit, day: date, facts: dict[str, object]) -> None:
    audit.record(action, actor=actor, target_kind="unit", target=department.name, facts={"day": day, **facts})
