"""Who orders corrections, who puts right, who handles complaints, who rules on faults, and who must stay away.

A complaint is never shown to the people of the accused unit, whatever their posts say: `recused` is part of every way to it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TypeVar

from django.db.models import Model, Q, QuerySet

from yimen.ground.identity.policies import name_actions, register_permission
from yimen.ground.identity.rules import Actor, Permission
from yimen.ground.kit.refusals import NotAllowed, NotFound
from yimen.ground.matters import policies as matters
from yimen.ground.organisations import selectors as organisations
from yimen.watch.efficiency.lifecycle import COMPLAINTS, DECIDE, INTAKE, MANAGE, OWN, RECTIFY
from yimen.watch.efficiency.models import Complaint, Correction, EntryCheck, Fault, Ladder, Recusal
from yimen.watch.supervision import selectors as supervision

Row = TypeVar("Row", bound=Model)

VIEW = "efficiency.view"
REVEAL = "efficiency.reveal"
REWARD = "efficiency.reward"

register_permission(
    VIEW, "查看效能监督", scopes=("department", "centre", "division", "all"),
    usual={"head": "department", "chief": "department", "manager": "centre", "supervisor": "all", "leader": "division"},
)  # fmt: skip
register_permission(
    MANAGE, "下达和核验整改通知，登记监督检查", scopes=("centre", "division", "all"),
    usual={"supervisor": "all", "manager": "centre"},
)  # fmt: skip
PAPERS = "efficiency.papers"
register_permission(PAPERS, "公布电子监察制度", scopes=("division", "all"), usual={"supervisor": "all"})
register_permission(
    RECTIFY, "办理整改、自查", scopes=("department",),
    usual={"head": "department", "chief": "department", "manager": "department"},
)  # fmt: skip
register_permission(
    INTAKE, "登记效能投诉", scopes=("centre", "division", "all"), usual={"supervisor": "all", "manager": "centre"}
)
register_permission(
    COMPLAINTS, "受理、调查、答复效能投诉", scopes=("department", "division", "all"), usual={"supervisor": "all"}
)
register_permission(
    REVEAL, "查看投诉人身份（须写理由）", scopes=("department", "division", "all"), usual={"supervisor": "all"}
)
register_permission(
    REWARD, "核定举报奖励", scopes=("division", "all"), usual={"supervisor": "all", "leader": "division"}
)
register_permission(
    DECIDE, "认定过错、复核申诉、启动追责", scopes=("division", "all"),
    usual={"supervisor": "all", "leader": "division"},
)  # fmt: skip
register_permission(OWN, "对涉及本人的过错陈述、申诉", scopes=("own", "all"))

name_actions(
    {
        "efficiency.publish_paper": "公布电子监察制度",
        "efficiency.set_setting": "设定效能监督的期限",
        "efficiency.reveal": "查看投诉人身份",
        "efficiency.recuse": "投诉回避",
        "efficiency.propose_reward": "提出举报奖励",
        "efficiency.approve_reward": "核定举报奖励",
        "efficiency.deny_reward": "不予举报奖励",
        "efficiency.pay_reward": "发放举报奖励",
        "efficiency.record_entry": "登记监督检查",
        "efficiency.note_entry": "续记监督检查",
        "efficiency.close_entry": "了结监督登记",
        "efficiency.withdraw_entry": "撤销监督登记",
        "efficiency.issue_notice": "发监察通知",
        "efficiency.look_up": "凭查询码查询投诉",
    }
)


def placed(actor: Actor, permission: str, department: str = "matter__department") -> Q:
    """The rows whose matter lies in the scope of a permission; `department` is the column that says whose they are."""
    found = Q(pk__in=[])
    for held in actor.held(permission):
        match held.scope:
            case "all":
                return Q()
            case "department":
                found |= Q(**{department: held.scope_id or actor.department_id or 0})
            case "centre":
                found |= Q(matter__centre=held.scope_id or actor.centre_id or 0)
            case "division":
                found |= Q(matter__division__code__startswith=held.scope_path)
            case _:
                pass
    return found


def reaches_unit(actor: Actor, permission: str, unit_id: int, division: str) -> bool:
    """Whether a permission reaches a unit: any at all, one of the centre's hall, one of the division, the own one."""
    if actor.kind == "system":
        return True
    for held in actor.held(permission):
        match held.scope:
            case "all" | "centre":
                return True  # a centre orders the departments that sit in its hall, and those send people of their own
            case "division":
                if held.reaches_division(division):
                    return True
            case "department":
                if unit_id == (held.scope_id or actor.department_id):
                    return True
            case _:
                pass
    return False


def placed_units(actor: Actor, permission: str) -> Q:
    """The units that a permission of the division, of the department or of all reaches."""
    found = Q(pk__in=[])
    for held in actor.held(permission):
        match held.scope:
            case "all":
                return Q()
            case "division":
                found |= Q(division__code__startswith=held.scope_path)
            case "department":
                found |= Q(pk=held.scope_id or actor.department_id or 0)
            case _:
                pass
    return found


def require(actor: Actor, permission: str, unit_id: int, division: str) -> None:
    """Raise `NotAllowed` unless `reaches_unit`."""
    if not reaches_unit(actor, permission, unit_id, division):
        raise NotAllowed("这个单位不在您的监督范围内。", next_step="请由有权限的监督机构办理。")


# --- Corrections and inspections


def access_correction(actor: Actor, code: str) -> Correction:
    """The order with this number; to a stranger there is none (`NotFound`)."""
    rows = Correction.objects.select_related("matter__department", "issuer", "matter__centre")
    return _one(rows.filter(seen(actor), matter__code=str(code)[:60]), "整改通知")


def access_check(actor: Actor, code: str) -> EntryCheck:
    """The inspection with this number; to a stranger there is none."""
    rows = EntryCheck.objects.select_related("matter__department", "issuer", "matter__centre")
    return _one(rows.filter(seen(actor), matter__code=str(code)[:60]), "检查")


def seen(actor: Actor) -> Q:
    """Orders and inspections an actor may see, by any of the permissions about them."""
    return _any(actor, VIEW, MANAGE, RECTIFY)


def _any(actor: Actor, *codes: str, department: str = "matter__department") -> Q:
    if any(held.scope == "all" for code in codes for held in actor.held(code)):
        return Q()  # an empty condition, which another one joined by "or" would narrow
    found = Q(pk__in=[])
    for code in codes:
        found |= placed(actor, code, department)
    return found


# --- Complaints


def own_units(actor: Actor) -> set[int]:
    """Every unit the actor (and whomever one stands in for) belongs to, with all above it: whose complaints are not theirs."""
    accounts = [each for each in (actor.account_id, actor.stands_for) if each is not None]
    paths = set(organisations.units().filter(posts__account__in=accounts).values_list("path", flat=True))
    found = {int(part) for path in paths for part in path.strip("/").split("/") if part}
    return found | ({actor.department_id} if actor.department_id else set()) | set(actor.predecessors)


def not_recused(actor: Actor) -> Q:
    """The complaints that are not about the actor or the actor's unit, and from which the actor has not stepped back."""
    accounts = [each for each in (actor.account_id, actor.stands_for) if each is not None]
    away = Recusal.objects.filter(account__in=accounts).values("complaint")
    mine = Q(accused__in=own_units(actor)) | Q(pk__in=away)
    if accounts:
        mine |= Q(accused_person__in=accounts)
    return ~mine


def complaints(actor: Actor) -> Q:
    """The complaints an actor may see: those of the scope, never those about the own unit or oneself."""
    if not actor.holds(COMPLAINTS) and not actor.holds(REWARD):
        return Q(pk__in=[])
    return _any(actor, COMPLAINTS, REWARD) & not_recused(actor)


def access_complaint(actor: Actor, code: str) -> Complaint:
    """The complaint with this number; to whoever must not see it there is none, so that not even its being is told."""
    rows = Complaint.objects.select_related(
        "matter__department", "matter__centre", "accused", "reward", "alert__matter"
    )
    return _one(rows.filter(complaints(actor), matter__code=str(code)[:60]), "投诉")


def shown_source(actor: Actor | None, code: str) -> str:
    """The number of the matter something comes from, where this actor may know it: of a complaint only its own people do."""
    if not code:
        return ""
    of_complaint = Complaint.objects.filter(matter__code=code)
    if not of_complaint.exists():
        return code
    return code if actor is not None and of_complaint.filter(complaints(actor)).exists() else ""


# --- Faults and ladders


def faults(actor: Actor) -> Q:
    """The faults an actor may see: those of the units in the scope, and one's own."""
    found = _any(actor, VIEW, DECIDE, department="unit")
    if not found.children:
        return found
    return found | Q(person=actor.account_id) if actor.account_id is not None else found


def access_fault(actor: Actor, code: str) -> Fault:
    """The fault with this number."""
    rows = Fault.objects.select_related("matter__department", "unit", "matter__centre")
    return _one(rows.filter(faults(actor), matter__code=str(code)[:60]), "过错记录")


def access_ladder(actor: Actor, code: str) -> Ladder:
    """The ladder with this number: those of the units in the scope."""
    rows = Ladder.objects.select_related("matter__department", "unit", "matter__centre")
    return _one(rows.filter(ladders(actor), matter__code=str(code)[:60]), "追责")


def ladders(actor: Actor) -> Q:
    """The ladders an actor may see."""
    return _any(actor, VIEW, DECIDE, department="unit")


def as_person(actor: Actor, fault: Fault) -> Actor:
    """The actor, who may also speak for themselves; for a unit without a named person whoever answers for the unit."""
    mine = fault.person_id is not None and fault.person_id == actor.account_id
    ours = fault.person_id is None and any(
        (held.scope_id or actor.department_id) == fault.unit_id for held in actor.held(RECTIFY)
    )
    if not (mine or ours):
        return actor
    return replace(actor, permissions=actor.permissions | {Permission(OWN, "all")})


def sees_alert(actor: Actor, code: str) -> bool:
    """Whether this is the number of an alert of supervision that the actor may open."""
    return bool(code) and supervision.alerts(actor).filter(matter__code=code).exists()


def may(actor: Actor, permission: str, matter: matters.Placed) -> bool:
    """Whether the actor holds a permission for this matter."""
    return matters.may(actor, permission, matter)


def _one(rows: QuerySet[Row], what: str) -> Row:
    found = rows.first()
    if found is None:
        raise NotFound(f"没有这件{what}，或者不在您的权限范围内。", next_step="请核对编号，或从清单进入。")
    return found


__all__ = [
    "COMPLAINTS",
    "DECIDE",
    "INTAKE",
    "MANAGE",
    "OWN",
    "PAPERS",
    "RECTIFY",
    "REVEAL",
    "REWARD",
    "VIEW",
    "access_check",
    "access_complaint",
    "access_correction",
    "access_fault",
    "access_ladder",
    "as_person",
    "complaints",
    "faults",
    "ladders",
    "may",
    "not_recused",
    "own_units",
    "placed",
    "placed_units",
    "reaches_unit",
    "require",
    "seen",
    "sees_alert",
    "shown_source",
]
