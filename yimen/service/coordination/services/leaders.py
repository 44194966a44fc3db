"""The register of leaders: who they are, what they are in charge of, who is stationed in the hall (R009)."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.db.models import F

from yimen.ground.identity import selectors as people
from yimen.ground.identity.rules import Actor
from yimen.ground.kit import audit
from yimen.ground.kit.refusals import Conflict, Invalid
from yimen.ground.organisations import selectors as organisations
from yimen.service.coordination import policies
from yimen.service.coordination.models import Charge, Leader, Shift, Stationing
from yimen.service.coordination.selectors.terms import office_of

if TYPE_CHECKING:
    from yimen.ground.organisations.models import Unit


class AlreadyRegistered(Conflict):
    """The same leader, charge or stationing is there already."""

    code = "already_registered"


class EndsTooEarly(Invalid):
    """A term would end before it began, or while shifts lie ahead."""

    code = "ends_too_early"


def may_keep(actor: Actor, department: Unit, permission: str = policies.LEADERS) -> bool:
    """Whether the actor keeps a register of this department."""
    return policies.reaches(actor, permission, department.pk, office_of(department).pk, department.division_id)


def require_keeper(actor: Actor, department: Unit, permission: str = policies.LEADERS) -> None:
    """Raise `NotAllowed` unless `may_keep`."""
    policies.require(actor, permission, department.pk, office_of(department).pk, department.division_id)


@transaction.atomic
def register_leader(
    *, actor: Actor, department: Unit, name: str, rank: str, title: str, from_on: date, at: datetime, phone: str = "",
    account_id: int | None = None,
) -> Leader:  # fmt: skip
    """Register a principal or deputy leader of a department. Raises `AlreadyRegistered`, `NotAllowed`."""
    require_keeper(actor, department)
    if department.kind != "department":
        raise Invalid("带班领导登记在部门名下。", next_step="请选择一个部门。", fields={"department": "请选择部门。"})
    if account_id is not None and not people.accounts(active=True).filter(pk=account_id).exists():
        raise Invalid("没有这个在用的账号。", fields={"account": "请重新选择账号。"})
    try:
        with transaction.atomic():
            leader = Leader.objects.create(
                department=department, name=name, rank=rank, title=title, phone=phone, from_on=from_on, account_id=account_id
            )  # fmt: skip
    except IntegrityError as twice:
        if "one_principal" in str(twice):
            said = f"{department.name}已有一位主要负责人。"
            raise AlreadyRegistered(
                said, next_step="请先登记前任离任，再登记新任。", fields={"rank": "已有主要负责人"}
            ) from None
        raise AlreadyRegistered(
            f"{name}已经登记过。", next_step="请在名单里查看。", fields={"name": "已登记"}
        ) from None
    _note("coordination.register_leader", actor, leader, {"rank": rank, "from": from_on})
    return leader


@transaction.atomic
def end_leader(*, actor: Actor, leader: Leader, to_on: date, at: datetime) -> None:
    """A leader leaves; the charges and the stationing end with the day. Raises `EndsTooEarly` where shifts lie after it."""
    leader = Leader.objects.select_for_update().get(pk=leader.pk)
    require_keeper(actor, leader.department)
    if leader.to_on is not None:
        raise AlreadyRegistered(f"{leader.name}已登记离任。")
    if to_on < leader.from_on:
        raise EndsTooEarly("离任日期早于任职日期。", fields={"to_on": "早于任职日期"})
    ahead = Shift.objects.filter(leader=leader, day__gt=to_on).count()
    if ahead:
        raise EndsTooEarly(
            f"{leader.name}在这以后还排了 {ahead} 天带班。", next_step="请先改排这些天，再登记离任。",
            fields={"to_on": f"之后还有 {ahead} 天带班"},
        )  # fmt: skip
    leader.to_on = to_on
    leader.save(update_fields=["to_on"])
    for terms in (leader.charges, leader.stationings):
        terms.filter(to_on__isnull=True, from_on__gt=to_on).update(to_on=F("from_on"))
        terms.filter(to_on__isnull=True).update(to_on=to_on)
    _note("coordination.end_leader", actor, leader, {"to": to_on})


@transaction.atomic
def add_charge(
    *, actor: Actor, leader: Leader, kind: str, area: str, from_on: date, at: datetime, basis: str = ""
) -> Charge:
    """Write down one area a leader is in charge of. Raises `AlreadyRegistered`."""
    require_keeper(actor, leader.department)
    if leader.to_on is not None:
        raise EndsTooEarly(f"{leader.name}已离任，不能再登记分管。")
    try:
        with transaction.atomic():
            charge = Charge.objects.create(leader=leader, kind=kind, area=area, basis=basis, from_on=from_on)
    except IntegrityError:
        raise AlreadyRegistered("这一项已经登记过。", fields={"area": "已登记"}) from None
    _note("coordination.add_charge", actor, leader, {"charge": charge.pk, "kind": kind})
    return charge


@transaction.atomic
def end_charge(*, actor: Actor, charge: Charge, to_on: date, at: datetime) -> None:
    """A leader is no longer in charge of an area. Raises `EndsTooEarly`, `AlreadyRegistered`."""
    charge = Charge.objects.select_for_update().get(pk=charge.pk)
    require_keeper(actor, charge.leader.department)
    if charge.to_on is not None:
        raise AlreadyRegistered("这一项已经停止分管。")
    if to_on < charge.from_on:
        raise EndsTooEarly("停止日期早于分管日期。", fields={"to_on": "早于分管日期"})
    charge.to_on = to_on
    charge.save(update_fields=["to_on"])
    _note("coordination.end_charge", actor, charge.leader, {"charge": charge.pk, "to": to_on})


@transaction.atomic
def station(*, actor: Actor, leader: Leader, from_on: date, at: datetime) -> Stationing:
    """常驻: from this day the leader is in the hall every working day. Raises `AlreadyRegistered`."""
    require_keeper(actor, leader.department)
    if leader.to_on is not None:
        raise EndsTooEarly(f"{leader.name}已离任，不能登记常驻。")
    try:
        with transaction.atomic():
            found = Stationing.objects.create(leader=leader, from_on=from_on)
    except IntegrityError:
        raise AlreadyRegistered(f"{leader.name}已登记常驻。") from None
    _note("coordination.station", actor, leader, {"from": from_on})
    return found


@transaction.atomic
def end_stationing(*, actor: Actor, leader: Leader, to_on: date, at: datetime) -> None:
    """The leader is no longer stationed. Raises `AlreadyRegistered` where none was, `EndsTooEarly`."""
    require_keeper(actor, leader.department)
    found = Stationing.objects.select_for_update().filter(leader=leader, to_on__isnull=True).first()
    if found is None:
        raise AlreadyRegistered(f"{leader.name}没有登记常驻。")
    if to_on < found.from_on:
        raise EndsTooEarly("结束日期早于常驻日期。", fields={"to_on": "早于常驻日期"})
    found.to_on = to_on
    found.save(update_fields=["to_on"])
    _note("coordination.end_stationing", actor, leader, {"to": to_on})


def leader_of(leader_id: int, actor: Actor) -> Leader:
    """A leader whose register the actor keeps; raises `NotFound` for others."""
    from yimen.ground.kit.refusals import NotFound

    found = Leader.objects.select_related("department", "account").filter(pk=leader_id).first()
    if found is None or not may_keep(actor, found.department):
        raise NotFound("没有这位领导的登记，或者不在您的管理范围内。", next_step="请从领导名单进入。")
    return found


def _note(action: str, actor: Actor, leader: Leader, facts: dict[str, object]) -> None:
    department = organisations.unit(leader.department_id).name
    audit.record(
        action, actor=actor, target_kind="leader", target=f"{department} {leader.name}", facts={"leader": leader.pk, **facts}
    )  # fmt: skip
