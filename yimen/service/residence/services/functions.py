"""Keeping the list of what departments do (R004, R021)."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction

from yimen.ground.identity.rules import Actor
from yimen.ground.kit import audit
from yimen.ground.kit.moments import day_of
from yimen.ground.kit.particulars import tidy
from yimen.ground.kit.refusals import Conflict, Invalid
from yimen.service.residence import policies
from yimen.service.residence.models import Entry, Function
from yimen.service.residence.rules import WideClass

if TYPE_CHECKING:
    from yimen.ground.organisations.models import Unit


@transaction.atomic
def record_function(
    *,
    actor: Actor,
    department: Unit,
    name: str,
    kind: str,
    at: datetime,
    section: Unit | None = None,
    wide_class: str = "",
    basis: str = "",
) -> Function:
    """Write down a function of a department; raises `Conflict` for a second one of that name."""
    if not policies.may(actor, policies.APPLY, department):
        policies.must(actor, policies.DECIDE, department)
    if kind not in Function.Kind.values:
        raise Invalid("请选择职能的性质。", fields={"kind": "请选择审批、服务或监管。"})
    if wide_class and wide_class not in WideClass.labels():
        raise Invalid("没有这个类别。", fields={"wide_class": "请从列表里选。"})
    if section is not None and not section.path.startswith(department.path):
        raise Invalid("这个科室不是本部门的。", fields={"section": "请选择本部门的科室。"})
    try:
        with transaction.atomic():
            made = Function.objects.create(
                department=department,
                section=section,
                name=tidy(name, "职能", 200, field="name"),
                kind=kind,
                wide_class=wide_class,
                basis=tidy(basis, "依据", 300, field="basis", needed=False),
                recorded_by=actor.name[:120],
                recorded_at=at,
            )
    except IntegrityError:
        raise Conflict(
            "这个部门已经登记过同名的职能。",
            next_step="请换一个名称，或先停用原来的。",
            fields={"name": "同名的职能已经登记。"},
        ) from None
    audit.record("residence.record_function", actor=actor, target_kind="function", target=str(made.pk))
    return made


@transaction.atomic
def end_function(*, actor: Actor, function: Function, at: datetime) -> None:
    """Take a function off the list; refused while it is in the hall (R023)."""
    function = Function.objects.select_for_update(of=("self",)).get(pk=function.pk)
    if not policies.may(actor, policies.APPLY, function.department):
        policies.must(actor, policies.DECIDE, function.department)
    if function.ended_on is not None:
        raise Conflict("这项职能已经停用。")
    if Entry.objects.filter(function=function, to_on__isnull=True).exists():
        raise Conflict("这项职能在大厅办理，不能直接停用。", next_step="请先办理进驻调整（调出）。")
    function.ended_on = day_of(at)
    function.save(update_fields=["ended_on"])
    audit.record("residence.end_function", actor=actor, target_kind="function", target=str(function.pk))
