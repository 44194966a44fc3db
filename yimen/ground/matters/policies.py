"""Who may act on a matter, which matters may one act on. Both answers come from one rule (architecture §5)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Protocol

from django.db.models import Q

from yimen.ground.identity.policies import name_actions, register_permission
from yimen.ground.identity.rules import Actor, LetterPower, Permission, ScopeKind
from yimen.ground.kit.refusals import NotAllowed
from yimen.ground.matters.lifecycle import StepRule
from yimen.ground.matters.models import Behalf


class Placed(Protocol):
    """What of a matter decides on access: its places and people. A `Matter` fits, and so does a read row."""

    @property
    def id(self) -> int: ...
    @property
    def applicant_id(self) -> int | None: ...
    @property
    def department_id(self) -> int: ...
    @property
    def window_id(self) -> int | None: ...
    @property
    def centre_id(self) -> int | None: ...
    @property
    def division_id(self) -> str: ...
    @property
    def person_id(self) -> int | None: ...
    @property
    def subject(self) -> str: ...


class NoPermission(NotAllowed):
    """The actor's posts do not carry this permission for this matter."""

    code = "no_permission"


class NoLetter(NotAllowed):
    """No valid authorisation letter covers this act for this item (R006)."""

    code = "no_authorisation_letter"


def _within(held: Permission, actor: Actor, matter: Placed) -> bool:
    match held.scope:
        case "all":
            return True
        case "own":
            return matter.person_id is not None and matter.person_id in (actor.account_id, actor.stands_for)
        case "window":
            return matter.window_id is not None and matter.window_id == (held.scope_id or actor.window_id)
        case "department":
            return matter.department_id == (held.scope_id or actor.department_id)
        case "centre":
            return matter.centre_id is not None and matter.centre_id == (held.scope_id or actor.centre_id)
        case "division":
            return held.reaches_division(matter.division_id)


def may(actor: Actor, permission: str, matter: Placed) -> bool:
    """Whether the actor holds the permission in a scope that this matter lies in."""
    return any(_within(held, actor, matter) for held in actor.held(permission))


def is_applicant(actor: Actor, matter: Placed) -> bool:
    """Whether the actor acts as the person who applied: as that person, or for it in matters the standing reaches."""
    if actor.party_id is None or actor.party_id != matter.applicant_id:
        return False
    standing = actor.standing
    if standing is None:
        return True
    return standing.reaches(matter.subject) and (standing.whole or _handles(actor, matter))


def _handles(actor: Actor, matter: Placed) -> bool:
    return Behalf.objects.filter(matter=matter.id, account=actor.account_id).exists()


def own(actor: Actor) -> Q:
    """The matters for which `is_applicant` says yes, as a filter."""
    if actor.party_id is None:
        return Q(pk__in=[])
    mine, standing = Q(applicant=actor.party_id), actor.standing
    if standing is not None:
        if standing.items is not None:
            mine &= Q(subject__in=sorted(standing.items))
        if not standing.whole:
            mine &= Q(behalf__account=actor.account_id)
    return mine


def scope(actor: Actor, permission: str) -> Q:
    """The matters for which `may` says yes, as a filter; nothing where the permission is not held."""
    found = Q(pk__in=[])
    for held in actor.held(permission):
        match held.scope:
            case "all":
                return Q()
            case "own":
                found |= _at("person", actor.account_id) | _at("person", actor.stands_for)
            case "window":
                found |= _at("window", held.scope_id or actor.window_id)
            case "department":
                found |= _at("department", held.scope_id or actor.department_id)
            case "centre":
                found |= _at("centre", held.scope_id or actor.centre_id)
            case "division":
                found |= Q(division__code__startswith=held.scope_path)
    return found


def departments_of(actor: Actor) -> Q:
    """The matters of the actor's department, and what is still with those that it took over."""
    if not actor.predecessors:
        return Q(department=actor.department_id)
    return Q(department__in=[actor.department_id, *actor.predecessors])


def _at(column: str, place: int | None) -> Q:
    """The matters at a place; a scope without a place holds nothing, above all not the matters that have none."""
    return Q(**{column: place}) if place is not None else Q(pk__in=[])


def letter_for(letters: Iterable[LetterPower], power: str, matter: Placed, on: date) -> LetterPower | None:
    """The valid letter of the matter's department that covers `power` for its item on that day, if there is one."""
    for letter in letters:
        if letter.department_id == matter.department_id and letter.covers(power, matter.subject, on):
            return letter
    return None


def demand(actor: Actor, rule: StepRule, matter: Placed, on: date) -> LetterPower | None:
    """Let the step pass, or raise `NoPermission`, `NoLetter` or `PowerMissing`; returns the letter acted under, if one is needed."""
    if rule.by in ("applicant", "either") and is_applicant(actor, matter):
        actor.demand_power(rule.mandate, matter.subject)
        return None
    if rule.by == "system":
        if actor.kind == "system":
            return None
        raise NoPermission(f"“{rule.label}”由系统按规定自动进行。", next_step="不需要人工操作。")
    if rule.by == "applicant" or actor.kind != "staff" or not may(actor, rule.permission, matter):
        raise NoPermission(
            f"您没有对这件事“{rule.label}”的权限。", next_step="请由有权限的岗位办理，或请安全管理员核对授权。"
        )
    if not rule.power:
        return None
    letter = letter_for(actor.letters, rule.power, matter, on)
    if letter is None:
        raise NoLetter(
            f"没有有效的授权委托书允许您对这件事“{rule.label}”。",
            next_step="请部门负责人签署或续签授权委托书后再办理。",
        )
    return letter


def open_to(actor: Actor, rule: StepRule, matter: Placed, on: date) -> str:
    """Why the step is not the actor's to take, in Chinese; empty where it is. Buttons and guard ask the same rule."""
    try:
        demand(actor, rule, matter, on)
    except NotAllowed as refusal:
        return refusal.message
    return ""


_EVERY_DUTY: dict[str, ScopeKind] = {
    "clerk": "window",
    "issuer": "centre",
    "reviewer": "department",
    "approver": "department",
    "chief": "department",
    "head": "department",
    "manager": "centre",
    "supervisor": "all",
    "leader": "division",
    "agent": "window",
}
_SCOPES: tuple[ScopeKind, ...] = ("own", "window", "department", "centre", "division", "all")

register_permission("matters.view", "查看办理中的事", scopes=_SCOPES, usual=_EVERY_DUTY)
register_permission(
    "matters.claim",
    "认领",
    scopes=("window", "department", "centre"),
    usual={
        "clerk": "window",
        "reviewer": "department",
        "approver": "department",
        "chief": "department",
        "issuer": "centre",
    },
)
register_permission(
    "matters.hand_over",
    "转交",
    scopes=("own", "window", "department", "centre"),
    usual={"clerk": "window", "reviewer": "department", "approver": "department", "chief": "department"},
)
register_permission("matters.hold", "设置和解除挂起条件", scopes=("department", "centre", "all"))

CALENDAR = "matters.calendar"
register_permission(
    CALENDAR, "管理工作日历和办公时间", scopes=("centre", "division", "all"), usual={"manager": "division"}
)

EFFECTS = "matters.effects"
register_permission(EFFECTS, "设置法定后果", scopes=("centre", "division", "all"), usual={"manager": "division"})

name_actions(
    {
        "matters.set_effect": "设置法定后果",
        "matters.draft_calendar": "登记日历变更",
        "matters.correct_calendar": "更正日历变更",
        "matters.discard_calendar": "放弃日历变更",
        "matters.preview_calendar": "预览日历变更",
        "matters.apply_calendar": "实行日历变更",
        "matters.undo_calendar": "撤销日历变更",
        "matters.set_hours": "设置办公时间",
        "matters.set_exception": "登记办公时间例外",
        "matters.end_exception": "撤销办公时间例外",
    }
)


class OutsidePlace(NotAllowed):
    """The place does not lie in the part of the country for which the actor keeps the calendar."""

    code = "outside_place"


def demand_calendar(actor: Actor, division: str = "", centre_id: int | None = None) -> None:
    """May they change the calendar (of this place, where one is named)? Raises `NoPermission`, `OutsidePlace`.

    A State Council notice holds everywhere, so that whoever keeps a calendar may bring it in. A closure is decided by
    a place's own government: the actor's scope must reach it.
    """
    if actor.kind == "system":
        return
    held = list(actor.held(CALENDAR))
    if not held:
        raise NoPermission("您没有管理工作日历的权限。", next_step="请由中心主任办理，或请安全管理员授权。")
    if not division:
        return
    for each in held:
        if each.scope == "all" or (each.scope == "division" and division.startswith(each.scope_path)):
            return
        if each.scope == "centre" and centre_id is not None and centre_id == (each.scope_id or actor.centre_id):
            return
    raise OutsidePlace("这个地方不在您管理日历的范围内。", next_step="请选择本中心，或由管理这个区划的人员登记。")
