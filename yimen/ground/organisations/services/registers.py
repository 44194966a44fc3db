"""Registers beside the tree: responsibility (R011), counterparts across tiers (R002), supporting roles (R013)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from django.db import transaction
from django.db.models import Max

from yimen.ground.identity.rules import Actor
from yimen.ground.kit import audit
from yimen.ground.kit.moments import day_of
from yimen.ground.kit.particulars import tidy
from yimen.ground.kit.refusals import Conflict, Invalid
from yimen.ground.organisations.models import (
    ChainPost,
    Counterpart,
    CounterpartWindow,
    Division,
    EntryPlan,
    Post,
    SupportingRole,
    Unit,
    Window,
)
from yimen.ground.organisations.policies import OutsideScope, manages_division, may, require
from yimen.ground.organisations.services.guarding import guarded

LONGEST_PLAN = 20_000


@transaction.atomic
def set_chain(
    *, actor: Actor, unit: Unit, principal: Post | None, deputy: Post | None, team: Iterable[Post], at: datetime
) -> list[ChainPost]:
    """Who answers for a department from today on: 一把手, 分管领导, 工作班子 (R011; 000 L79). What was before stays on record.

    The posts are the department's own or of the government above it. Raises `OutsideScope`, `Invalid`.
    """
    require(actor, unit)
    wanted: dict[int, str] = {}
    for rung, posts in (
        ("principal", [principal] if principal else []), ("deputy", [deputy] if deputy else []), ("team", list(team)),
    ):  # fmt: skip
        for post in posts:
            if post.abolished_on is not None:
                raise Invalid(f"“{post.title}”岗位已经撤销。")
            if not (post.unit.path.startswith(unit.path) or unit.path.startswith(post.unit.path)):
                raise Invalid(f"“{post.title}”不是本部门或上级机构的岗位。", fields={rung: "请选择本部门的岗位。"})
            if post.pk in wanted:
                raise Invalid(f"“{post.title}”在责任链上写了两次。", fields={rung: "一个岗位只能在一层。"})
            wanted[post.pk] = rung
    today = day_of(at)
    standing = {row.post_id: row for row in ChainPost.objects.select_for_update().filter(unit=unit, until__isnull=True)}
    for post_id, row in standing.items():
        if wanted.get(post_id) != row.rung:
            row.until = today
            row.save(update_fields=["until"])
    with guarded():
        made = [
            ChainPost.objects.create(unit=unit, rung=rung, post_id=post_id, since=today, set_by=actor.uid)
            for post_id, rung in wanted.items()
            if post_id not in standing or standing[post_id].rung != rung
        ]
    _note("organisations.set_chain", actor, "unit", str(unit.uid), posts={str(k): v for k, v in wanted.items()})
    return made


@transaction.atomic
def write_entry_plan(
    *, actor: Actor, unit: Unit, text: str, made_on: date, at: datetime, document: str = ""
) -> EntryPlan:
    """Register the next edition of a department's plan for entering the hall 进驻工作方案 (R011)."""
    require(actor, unit)
    last = EntryPlan.objects.filter(unit=unit).aggregate(last=Max("number"))["last"] or 0
    with guarded():
        plan = EntryPlan.objects.create(
            unit=unit,
            number=last + 1,
            document=tidy(document, "文号", 60, field="document", needed=False),
            text=tidy(text, "方案", LONGEST_PLAN, field="text"),
            made_on=made_on,
            written_by=actor.name,
            written_at=at,
        )
    _note("organisations.write_entry_plan", actor, "unit", str(unit.uid), number=plan.number)
    return plan


@transaction.atomic
def match_units(*, actor: Actor, upper: Unit, lower: Unit, at: datetime) -> Counterpart:
    """Say that two departments of two tiers answer to each other (R002). Either side's manager may; the upper division must
    hold the lower one."""
    _either(actor, upper, lower)
    _one_above_the_other(upper.division, lower.division)
    if upper.dissolved_on or lower.dissolved_on:
        raise Conflict("机构已经撤销，不能再对口。")
    with guarded():
        made = Counterpart.objects.create(upper=upper, lower=lower, made_by=actor.uid, made_at=at)
    _note("organisations.match_units", actor, "unit", str(lower.uid), upper=str(upper.uid))
    return made


@transaction.atomic
def unmatch_units(*, actor: Actor, counterpart: Counterpart, at: datetime) -> None:
    """End it; it stays on record."""
    _either(actor, counterpart.upper, counterpart.lower)
    if not Counterpart.objects.filter(pk=counterpart.pk, ended_at__isnull=True).update(ended_at=at):
        raise Conflict("这两个部门已经不再对口。")
    _note("organisations.unmatch_units", actor, "unit", str(counterpart.lower.uid), upper=str(counterpart.upper.uid))


@transaction.atomic
def match_windows(*, actor: Actor, upper: Window, lower: Window, at: datetime) -> CounterpartWindow:
    """Say that a window above guides a window below (R002)."""
    _either(actor, upper.centre, lower.centre)
    _one_above_the_other(upper.centre.division, lower.centre.division)
    if upper.closed_on or lower.closed_on:
        raise Conflict("窗口已经停用，不能再对口。")
    with guarded():
        made = CounterpartWindow.objects.create(upper=upper, lower=lower, made_by=actor.uid, made_at=at)
    _note("organisations.match_windows", actor, "window", str(lower.uid), upper=str(upper.uid))
    return made


@transaction.atomic
def unmatch_windows(*, actor: Actor, counterpart: CounterpartWindow, at: datetime) -> None:
    """End it; it stays on record."""
    _either(actor, counterpart.upper.centre, counterpart.lower.centre)
    if not CounterpartWindow.objects.filter(pk=counterpart.pk, ended_at__isnull=True).update(ended_at=at):
        raise Conflict("这两个窗口已经不再对口。")
    _note("organisations.unmatch_windows", actor, "window", str(counterpart.lower.uid))


@transaction.atomic
def set_supporting_role(
    *, actor: Actor, division: Division, role: str, unit: Unit | None, at: datetime
) -> SupportingRole | None:
    """Which unit plays a supporting role in a division (R013); None takes it away. Raises `OutsideScope`, `Invalid`."""
    if role not in SupportingRole.Role.values:
        raise Invalid("没有这种分工。")
    if not manages_division(actor, division):
        raise OutsideScope(f"“{division.name}”不在您的管理范围内。", next_step="请由上一级管理员办理。")
    if unit is None:
        SupportingRole.objects.filter(division=division, role=role).delete()
        _note("organisations.set_supporting_role", actor, "division", division.code, role=role, unit=None)
        return None
    if not division.path.startswith(unit.division.path):
        raise Invalid("只能由本级或上级的机构承担。", fields={"unit": "请选择本级或上级的机构。"})
    row, _ = SupportingRole.objects.update_or_create(
        division=division, role=role, defaults={"unit": unit, "set_by": actor.uid, "set_at": at}
    )
    _note("organisations.set_supporting_role", actor, "division", division.code, role=role, unit=str(unit.uid))
    return row


def _either(actor: Actor, upper: Unit, lower: Unit) -> None:
    if actor.kind != "system" and not may(actor, upper) and not may(actor, lower):
        raise OutsideScope("两边都不在您的管理范围内。", next_step="请由上级或下级的管理员办理。")


def _one_above_the_other(upper: Division, lower: Division) -> None:
    if upper.pk == lower.pk or not lower.path.startswith(upper.path):
        raise Invalid(f"{upper.name}不是{lower.name}的上级，不能对口。", next_step="请选择上下级。")


def _note(action: str, actor: Actor, kind: str, target: str, **facts: object) -> None:
    audit.record(action, actor=actor, target_kind=kind, target=target, facts=facts)
