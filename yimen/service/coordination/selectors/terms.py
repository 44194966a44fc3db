"""Limits of a centre, who coordinates for whom, which departments sit in the hall."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import QuerySet

from yimen.ground.identity.rules import Actor
from yimen.ground.kit.refusals import Invalid, NotFound
from yimen.ground.organisations import selectors as organisations
from yimen.service.coordination.models import Terms

if TYPE_CHECKING:
    from yimen.ground.organisations.models import Unit


class NoCentre(Invalid):
    """No centre coordinates for this unit: none is there, or no window serves the department."""

    code = "no_centre"


def terms_of(centre_id: int) -> Terms:
    """The limits of a centre; the defaults where it has set none."""
    return Terms.objects.filter(pk=centre_id).first() or Terms(centre_id=centre_id)


def office_of(unit: Unit) -> Unit:
    """The centre whose management office coordinates for a unit: the one it is in, the one that serves it, else the main one.

    Raises `NoCentre`.
    """
    if unit.kind == "centre":
        return unit
    for each in reversed(organisations.ancestors(unit)):
        if each.kind == "centre":
            return each
    centre_id = organisations.hall_of_department(unit.pk).centre_id if unit.kind == "department" else None
    if centre_id is not None:
        served = organisations.unit(centre_id)
        return served if served.kind == "centre" else office_of(served)
    main = organisations.main_centre()
    if main is None:
        raise NoCentre("还没有登记政务服务中心，没有管理办公室可以协调。", next_step="请先在机构树里登记中心。")
    return main


def own_unit(actor: Actor) -> Unit:
    """The unit in whose name the actor works; raises `NoCentre` for somebody without a post."""
    if actor.department_id is None:
        raise NoCentre("您现在没有岗位，不能代表单位办理。", next_step="请切换到有岗位的身份。")
    return organisations.unit(actor.department_id)


def resident_departments(centre: Unit | None) -> QuerySet[Unit]:
    """入驻部门: departments that an open window of the centre (or of its subcentres) serves, in their order."""
    found = organisations.departments()
    if centre is None:
        return found.none()
    served = found.filter(served_at__centre__path__startswith=centre.path, served_at__closed_on__isnull=True)
    return found.filter(pk__in=served.values("pk")).order_by("order", "id")


def centre_of(actor: Actor) -> Unit:
    """The centre whose registers an actor looks at: the own one, else the main one. Raises `NoCentre`."""
    if actor.department_id is not None:
        return office_of(organisations.unit(actor.department_id))
    main = organisations.main_centre()
    if main is None:
        raise NoCentre("还没有登记政务服务中心。", next_step="请先在机构树里登记中心。")
    return main


def departments_seen(actor: Actor, permission: str, centre: Unit | None = None) -> list[Unit]:
    """The resident departments an actor sees with a permission: the own ones, or all of the centre (`centre_of`)."""
    own: set[int] = set()
    for held in actor.held(permission):
        if held.scope == "department":
            own.add(held.scope_id or actor.department_id or 0)
        else:
            return list(resident_departments(centre or centre_of(actor)))
    return list(organisations.departments().filter(pk__in=own).order_by("order", "id"))


def department_seen(actor: Actor, permission: str, department_id: int) -> Unit:
    """One of them; to others there is none (`NotFound`)."""
    for each in departments_seen(actor, permission):
        if each.pk == department_id:
            return each
    raise NotFound("没有这个入驻部门，或者不在您的管理范围内。", next_step="请从清单进入。")
