"""Who raises, assigns and answers issues, who keeps the registers of leaders, liaisons and groups, who sends papers.

The guard of the steps stands in `matters.policies`; here stands what a step does not say: that whoever raised an issue
sees it and may take it back, and which units an actor speaks for.
"""

from __future__ import annotations

from dataclasses import replace

from django.db.models import Q

from yimen.ground.identity.policies import name_actions, register_permission
from yimen.ground.identity.rules import Actor, Permission
from yimen.ground.kit.refusals import NotAllowed, NotFound
from yimen.ground.matters import policies as matters
from yimen.service.coordination.lifecycle import ANSWER, MANAGE, RAISE
from yimen.service.coordination.models import Issue, Liaison

VIEW = "coordination.view"
WATCH = "coordination.watch"
LEADERS = "coordination.leaders"
LIAISONS = "coordination.liaisons"
GROUPS = "coordination.groups"
CHANNEL = "coordination.channel"

register_permission(
    VIEW, "查看协调事项", scopes=("window", "department", "centre", "division", "all"),
    usual={"clerk": "window", "agent": "department", "head": "department", "chief": "department", "manager": "centre",
           "supervisor": "all", "leader": "division"},
)  # fmt: skip
register_permission(
    WATCH, "查看带班、现场办公、领导小组和通报", scopes=("department", "centre", "division", "all"),
    usual={"head": "department", "chief": "department", "manager": "centre", "supervisor": "all", "leader": "division"},
)  # fmt: skip
register_permission(
    RAISE, "提出协调事项", scopes=("window", "department", "centre"),
    usual={"clerk": "window", "agent": "department", "head": "department", "chief": "department", "manager": "centre"},
)  # fmt: skip
register_permission(
    MANAGE, "交办、确认、上报协调事项，回访和通报", scopes=("centre", "division", "all"), usual={"manager": "centre"}
)
register_permission(
    ANSWER,
    "答复交办的协调事项",
    scopes=("department",),
    usual={"head": "department", "chief": "department", "agent": "department"},
)
register_permission(
    LEADERS, "编排带班、登记分管和现场办公", scopes=("department", "centre", "division", "all"),
    usual={"head": "department", "chief": "department", "manager": "centre"},
)  # fmt: skip
register_permission(
    LIAISONS, "登记联络协办员", scopes=("department", "centre", "division", "all"),
    usual={"head": "department", "manager": "centre"},
)  # fmt: skip
register_permission(GROUPS, "登记领导小组", scopes=("centre", "division", "all"), usual={"manager": "centre"})
register_permission(
    CHANNEL, "与上下级对应单位传递通知、请示", scopes=("department", "centre"),
    usual={"head": "department", "chief": "department", "manager": "centre", "agent": "department"},
)  # fmt: skip

name_actions(
    {
        "coordination.report_issues": "协调事项报政府",
        "coordination.set_terms": "设定协调督促的时限",
        "coordination.register_leader": "登记部门领导",
        "coordination.end_leader": "部门领导离任",
        "coordination.add_charge": "登记分管业务",
        "coordination.end_charge": "停止分管",
        "coordination.station": "登记常驻",
        "coordination.end_stationing": "结束常驻",
        "coordination.set_shift": "排带班",
        "coordination.clear_shift": "撤下带班",
        "coordination.swap_shifts": "调班",
        "coordination.take_over_shift": "顶班",
        "coordination.copy_roster": "沿用上月排班",
        "coordination.plan_visit": "安排现场办公",
        "coordination.plan_visits": "按间隔安排现场办公",
        "coordination.move_visit": "改期现场办公",
        "coordination.cancel_visit": "取消现场办公",
        "coordination.record_visit": "登记现场办公",
        "coordination.record_return_visit": "登记部门回访",
        "coordination.conclude_return_visit": "登记回访结果",
        "coordination.withdraw_return_visit": "撤销回访记录",
        "coordination.send_dispatch": "发出通知、请示",
        "coordination.send_briefing": "发出通报",
        "coordination.withdraw_dispatch": "撤回已发文",
        "coordination.sign_receipt": "签收",
        "coordination.answer_dispatch": "回复来文",
        "coordination.urge_receipt": "催办来文",
        "coordination.appoint_liaison": "指定联络协办员",
        "coordination.end_liaison": "免去联络协办员",
        "coordination.found_group": "登记领导小组",
        "coordination.change_group": "修改领导小组",
        "coordination.add_member": "增补领导小组成员",
        "coordination.end_member": "调整领导小组成员",
        "coordination.set_reporting": "设定报告间隔",
        "coordination.hand_in_report": "登记领导小组报告",
        "coordination.dissolve_group": "撤销领导小组",
    }
)


# --- Issues


def scope(actor: Actor, permission: str = VIEW) -> Q:
    """The issues an actor may see: those of the scope, those the own unit or window raised, and those raised by oneself."""
    found = scope_of_matters(actor, permission)
    if any(held.scope == "all" for held in actor.held(permission)):
        return found  # an empty condition, which another one joined by "or" would narrow
    for held in actor.held(permission):
        if held.scope == "department":
            found |= Q(raised_by=held.scope_id or actor.department_id or 0)
        elif held.scope == "window":
            found |= Q(raised_window=held.scope_id or actor.window_id or 0)
    if actor.account_id is not None:
        found |= Q(raiser=actor.account_id)
    return found


def scope_of_matters(actor: Actor, permission: str) -> Q:
    """The issues whose matter lies in the scope: `matters.policies.scope` from where an issue stands."""
    found = Q(pk__in=[])
    for held in actor.held(permission):
        match held.scope:
            case "all":
                return Q()
            case "window":
                found |= Q(matter__window=held.scope_id or actor.window_id or 0)
            case "department":
                found |= Q(matter__department=held.scope_id or actor.department_id or 0)
            case "centre":
                found |= Q(matter__centre=held.scope_id or actor.centre_id or 0)
            case "division":
                found |= Q(matter__division__code__startswith=held.scope_path)
    return found


def access_issue(actor: Actor, code: str) -> Issue:
    """The issue with this number, if the actor may see it; to a stranger there is none (`NotFound`)."""
    found = (
        Issue.objects.select_related("matter__department", "matter__centre", "raised_by", "raised_window")
        .filter(scope(actor), matter__code=str(code)[:60])
        .first()
    )
    if found is None:
        raise NotFound("没有这件协调事项，或者它不由您的单位承办。", next_step="请核对编号，或从协调事项清单进入。")
    return found


def as_raiser(actor: Actor, issue: Issue) -> Actor:
    """The actor, who may also take back what they raised themselves, whatever their posts say by now."""
    if issue.raiser_id is None or issue.raiser_id != actor.account_id or issue.matter.centre_id is None:
        return actor
    own = Permission(RAISE, "centre", issue.matter.centre_id)
    return replace(actor, permissions=actor.permissions | {own})


def may(actor: Actor, permission: str, issue: Issue) -> bool:
    """Whether the actor holds a permission for this issue."""
    return matters.may(actor, permission, issue.matter)


# --- Units and centres


def units(actor: Actor, permission: str) -> set[int] | None:
    """The ids of the units for which the actor holds a permission of scope department or centre; None for all units."""
    found: set[int] = set()
    for held in actor.held(permission):
        if held.scope in ("all", "division"):
            return None
        if held.scope == "department":
            found.add(held.scope_id or actor.department_id or 0)
        elif held.scope == "centre":
            found.add(held.scope_id or actor.centre_id or 0)
    return found - {0}


def speaks_for(actor: Actor) -> set[int]:
    """The units in whose name the actor sends, signs for and answers papers: by the permission, or as their liaison."""
    found = units(actor, CHANNEL) or set()
    if actor.account_id is not None:
        mine = Liaison.objects.filter(Q(account=actor.account_id) | Q(substitute=actor.account_id), ended_reason="")
        found |= set(mine.values_list("unit_id", flat=True))
    return found


def receives(actor: Actor) -> Q:
    """The receipts an actor signs and answers: those of the units spoken for, and those of the window one sits at (R002)."""
    found = Q(unit__in=speaks_for(actor))
    return found | Q(window=actor.window_id) if actor.window_id is not None else found


def reaches(actor: Actor, permission: str, department_id: int, centre_id: int | None, division: str = "") -> bool:
    """Whether the permission reaches a department: its own, one served in the actor's centre, one of the division."""
    for held in actor.held(permission):
        match held.scope:
            case "all":
                return True
            case "department":
                if department_id == (held.scope_id or actor.department_id):
                    return True
            case "centre":
                if centre_id is not None and centre_id == (held.scope_id or actor.centre_id):
                    return True
            case "division":
                if held.reaches_division(division):
                    return True
            case _:
                pass
    return False


def require(actor: Actor, permission: str, department_id: int, centre_id: int | None, division: str = "") -> None:
    """Raise `NotAllowed` unless `reaches`."""
    if actor.kind != "system" and not reaches(actor, permission, department_id, centre_id, division):
        raise NotAllowed("这个单位不在您的管理范围内。", next_step="请由该单位或政务服务中心办理。")


def is_office(actor: Actor, permission: str = MANAGE) -> bool:
    """Whether the actor acts for the management office: holds a permission for a centre and not only a department."""
    return any(held.scope in ("centre", "division", "all") for held in actor.held(permission))


__all__ = [
    "ANSWER",
    "CHANNEL",
    "GROUPS",
    "LEADERS",
    "LIAISONS",
    "MANAGE",
    "RAISE",
    "VIEW",
    "WATCH",
    "access_issue",
    "as_raiser",
    "is_office",
    "may",
    "reaches",
    "receives",
    "require",
    "scope",
    "scope_of_matters",
    "speaks_for",
    "units",
]
