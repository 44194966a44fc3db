"""Who may ask a section and who of the section answers; who was asked first and who has it now; who keeps windows' papers.

The guard of the steps stands in `matters.policies`; here stands what a step does not say: whose section it is, who is the
asker, who the holder.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING
from uuid import UUID

from django.db.models import Q

from yimen.ground.identity.policies import name_actions, register_permission
from yimen.ground.identity.rules import Actor, Permission
from yimen.ground.kit.refusals import NotAllowed, NotFound
from yimen.ground.organisations import selectors as organisations
from yimen.ground.organisations.policies import reaches_window
from yimen.service.windows.lifecycle import ANSWER, ASK, FIRST
from yimen.service.windows.models import FirstAsk, HandOver, Paper, Pull

if TYPE_CHECKING:
    from yimen.ground.organisations.models import Unit, Window

VIEW = "windows.view"
KINDS = "windows.set_kinds"
DRAFT = "windows.draft_papers"
APPROVE = "windows.approve_papers"
START = "windows.start_contingency"

register_permission(
    ASK, "要求股室协办", scopes=("window", "department", "centre"),
    usual={"clerk": "window", "approver": "department", "chief": "department", "manager": "centre"},
)  # fmt: skip
register_permission(
    ANSWER, "答复窗口的协办要求", scopes=("department",),
    usual={"reviewer": "department", "approver": "department", "chief": "department", "head": "department"},
)  # fmt: skip
register_permission(
    FIRST, "登记和办理首问", scopes=("window", "department", "centre"),
    usual={"clerk": "window", "issuer": "window", "reviewer": "department", "approver": "department",
           "chief": "department", "head": "department", "agent": "department", "manager": "centre"},
)  # fmt: skip
register_permission(
    VIEW, "查看股室协办和首问", scopes=("department", "centre", "division", "all"),
    usual={"head": "department", "chief": "department", "manager": "centre", "supervisor": "all", "leader": "division"},
)  # fmt: skip
register_permission(
    KINDS, "设定窗口服务类型和窗口工作期限", scopes=("centre", "division", "all"), usual={"manager": "centre"}
)
register_permission(
    DRAFT, "起草窗口工作流程和预案", scopes=("window", "department", "centre"),
    usual={"clerk": "window", "chief": "department", "head": "department", "manager": "centre"},
)  # fmt: skip
register_permission(
    APPROVE, "批准窗口工作流程和预案", scopes=("centre", "division", "all"), usual={"manager": "centre"}
)
register_permission(
    START, "启动和结束窗口预案", scopes=("window", "department", "centre"),
    usual={"clerk": "window", "chief": "department", "manager": "centre"},
)  # fmt: skip

name_actions(
    {
        "windows.set_setting": "设定窗口工作的期限和开关",
        "windows.set_kind": "设定窗口服务类型",
        "windows.end_kind": "取消窗口服务类型",
        "windows.link_case": "首问关联办件",
        "windows.look_up": "凭查询码查询首问",
        "windows.draft_paper": "起草窗口工作流程或预案",
        "windows.change_paper": "修改窗口工作流程或预案",
        "windows.submit_paper": "送批窗口工作流程或预案",
        "windows.send_back_paper": "退回窗口工作流程或预案",
        "windows.approve_paper": "批准窗口工作流程或预案",
        "windows.discard_paper": "作废窗口工作流程或预案",
        "windows.read_paper": "阅知窗口工作流程或预案",
        "windows.start_contingency": "启动窗口预案",
        "windows.end_contingency": "结束窗口预案",
    }
)


# --- Places


def reaches_unit(actor: Actor, permission: str, unit: Unit, centre_id: int | None) -> bool:
    """Whether a permission reaches a department, or the centre itself."""
    if actor.kind == "system":
        return True
    for held in actor.held(permission):
        match held.scope:
            case "all":
                return True
            case "department":
                if unit.pk == (held.scope_id or actor.department_id):
                    return True
            case "centre":
                if (held.scope_id or actor.centre_id) in (centre_id, unit.pk):
                    return True
            case "division":
                if held.reaches_division(unit.division_id):
                    return True
            case _:
                pass
    return False


def windows_reached(actor: Actor, permission: str) -> list[Window]:
    """The open windows a permission reaches, in their order."""
    found = organisations.open_windows().select_related("centre").prefetch_related("departments")
    return [each for each in found if reaches_window(actor, permission, each)]


def own_section(actor: Actor) -> Unit | None:
    """The unit in which the actor's post stands: a section, or the department itself; None for somebody without a post."""
    if actor.post_id is None:
        return None
    return organisations.units().filter(posts__pk=actor.post_id).first()


# --- Pulls


def is_asker(actor: Actor, pull: Pull) -> bool:
    """Whether the actor speaks for whoever asked: the person, somebody at the same window, the centre's manager."""
    if actor.kind == "system":
        return True
    if pull.asker_id is not None and pull.asker_id in (actor.account_id, actor.stands_for):
        return True
    for held in actor.held(ASK):
        if held.scope == "window" and pull.window_id and pull.window_id == (held.scope_id or actor.window_id):
            return True
        if held.scope == "centre" and pull.matter.centre_id == (held.scope_id or actor.centre_id):
            return True
    return False


def is_of_section(actor: Actor, pull: Pull, own: Unit | None = None) -> bool:
    """Whether the actor answers for the section: works in it or above it in the department. A pull to the whole department is
    anybody's there who may answer."""
    if actor.kind == "system":
        return True
    if actor.department_id != pull.matter.department_id or not actor.holds(ANSWER):
        return False
    if pull.section.kind != "section":
        return True
    unit = own or own_section(actor)
    return unit is not None and pull.section.path.startswith(unit.path)


def as_asker(actor: Actor, pull: Pull) -> Actor:
    """The actor, who keeps what they asked even where the matter lies in a department that is not theirs."""
    if actor.kind == "system" or pull.asker_id is None or pull.asker_id not in (actor.account_id, actor.stands_for):
        return actor
    return replace(actor, permissions=actor.permissions | {Permission(ASK, "all")})


def pulls(actor: Actor) -> Q:
    """The pulls an actor may see: those of the own window, of the own department, of the scope of viewing, and one's own."""
    found = Q(pk__in=[])
    for held in actor.held(VIEW):
        match held.scope:
            case "all":
                return Q()
            case "department":
                own = held.scope_id or actor.department_id or 0
                found |= Q(matter__department=own) | Q(asker_unit=own)
            case "centre":
                found |= Q(matter__centre=held.scope_id or actor.centre_id or 0)
            case "division":
                found |= Q(matter__division__code__startswith=held.scope_path)
            case _:
                pass
    for held in actor.held(ANSWER):
        found |= Q(matter__department=held.scope_id or actor.department_id or 0)
    for held in actor.held(ASK):
        if held.scope == "window":
            found |= Q(window=held.scope_id or actor.window_id or 0)
        elif held.scope == "centre":
            found |= Q(matter__centre=held.scope_id or actor.centre_id or 0)
    return found | Q(asker=actor.account_id) if actor.account_id is not None else found


def of_section(actor: Actor) -> Q:
    """The pulls that wait for an answer of the actor's own section (`is_of_section` as a filter)."""
    unit = own_section(actor)
    if unit is None or not actor.holds(ANSWER):
        return Q(pk__in=[])
    whole = Q(matter__department=actor.department_id) & ~Q(section__kind="section")
    return whole | Q(section__path__startswith=unit.path, matter__department=actor.department_id)


def access_pull(actor: Actor, code: str) -> Pull:
    """The pull with this number; to a stranger there is none (`NotFound`)."""
    rows = Pull.objects.select_related(
        "matter__department", "matter__centre", "section", "asker_unit", "window", "case__matter", "first_ask__matter"
    )
    found = rows.filter(pulls(actor), matter__code=str(code)[:60]).first()
    if found is None:
        raise NotFound("没有这件协办，或者不在您的权限范围内。", next_step="请核对编号，或从清单进入。")
    return found


# --- First contacts


def offered_to(actor: Actor) -> Q:
    """The hand-overs that wait for this actor: to the own window, or to the own unit."""
    found = Q(pk__in=[])
    if not actor.holds(FIRST):
        return found
    if actor.window_id is not None:
        found |= Q(to_window=actor.window_id)
    if actor.department_id is not None:
        found |= Q(to_unit=actor.department_id)
    return found & Q(outcome=HandOver.Outcome.PENDING)


def accounts_of(actor: Actor) -> list[int]:
    """The actor's account, and whom the actor stands in for."""
    return [each for each in (actor.account_id, actor.stands_for) if each is not None]


def first_asks(actor: Actor) -> Q:
    """The contacts an actor may see: those asked of oneself, held, offered, once handled, and those of the scope of viewing."""
    found = Q(pk__in=[])
    for held in actor.held(VIEW):
        match held.scope:
            case "all":
                return Q()
            case "department":
                own = held.scope_id or actor.department_id or 0
                found |= Q(first_unit=own) | Q(matter__department=own)
            case "centre":
                found |= Q(matter__centre=held.scope_id or actor.centre_id or 0)
            case "division":
                found |= Q(matter__division__code__startswith=held.scope_path)
            case _:
                pass
    mine = accounts_of(actor)
    if mine:
        found |= Q(first__in=mine) | Q(holder__in=mine)
        trail = HandOver.objects.filter(Q(by__in=mine) | Q(settled_by__in=mine) | offered_to(actor))
        found |= Q(pk__in=trail.values("first_ask"))
    return found


def access_first_ask(actor: Actor, code: str) -> FirstAsk:
    """The contact with this number; to a stranger there is none (`NotFound`)."""
    rows = FirstAsk.objects.select_related(
        "matter__department", "matter__centre", "first_unit", "first_window", "item", "case__matter"
    )
    found = rows.filter(first_asks(actor), matter__code=str(code)[:60]).first()
    if found is None:
        raise NotFound("没有这件首问，或者不在您的权限范围内。", next_step="请核对编号，或从清单进入。")
    return found


def is_holder(actor: Actor, asked: FirstAsk) -> bool:
    """Whether the actor has it now."""
    return actor.kind == "system" or asked.holder_id in accounts_of(actor)


def is_first(actor: Actor, asked: FirstAsk) -> bool:
    """Whether the actor was asked first."""
    return actor.kind == "system" or asked.first_id in accounts_of(actor)


def waits_for(actor: Actor, asked: FirstAsk) -> HandOver | None:
    """The pending hand-over, where the actor may take or refuse it."""
    return asked.hand_overs.filter(offered_to(actor)).select_related("to_unit", "to_window").first()


def is_manager(actor: Actor, asked: FirstAsk) -> bool:
    """Whether the actor runs the centre and may give on what lies with somebody who is away."""
    return any(
        held.scope == "centre" and asked.matter.centre_id == (held.scope_id or actor.centre_id)
        for held in actor.held(FIRST)
    )


def as_party(actor: Actor, asked: FirstAsk) -> Actor:
    """The actor, whom the contact is theirs to act upon as first-asked, holder or receiver, wherever its matter lies."""
    if actor.kind == "system" or not actor.holds(FIRST):
        return actor
    if (
        is_holder(actor, asked) or is_first(actor, asked) or is_manager(actor, asked)
        or waits_for(actor, asked) is not None
    ):  # fmt: skip
        return replace(actor, permissions=actor.permissions | {Permission(FIRST, "all")})
    return replace(actor, permissions=frozenset(held for held in actor.permissions if held.code != FIRST))


# --- Papers


def papers(actor: Actor) -> Q:
    """The papers an actor may read: those of the own window, department and centre; drafts only for who drafts or approves."""
    found = Q(pk__in=[])
    if actor.window_id is not None:
        found |= Q(window=actor.window_id) | Q(department__served_at=actor.window_id)
    if actor.department_id is not None:
        found |= Q(department=actor.department_id) | Q(window__departments=actor.department_id)
    for code in (VIEW, APPROVE, DRAFT):
        for held in actor.held(code):
            match held.scope:
                case "all":
                    return Q()
                case "centre":
                    found |= Q(centre=held.scope_id or actor.centre_id or 0)
                case "division":
                    found |= Q(centre__division__code__startswith=held.scope_path)
                case _:
                    pass
    return found


def access_paper(actor: Actor, uid: UUID) -> Paper:
    """The version with this uid; to a stranger there is none (`NotFound`)."""
    rows = Paper.objects.select_related("window__centre", "department", "centre", "file")
    allowed = Paper.objects.filter(papers(actor)).values("pk")
    found = rows.filter(uid=uid, pk__in=allowed).first()
    hidden = found is not None and found.state != Paper.State.APPROVED
    if found is None or (hidden and not may_write(actor, DRAFT, found) and not may_write(actor, APPROVE, found)):
        raise NotFound("没有这份工作流程或预案，或者不由您的窗口使用。", next_step="请从清单进入。")
    return found


def may_write(actor: Actor, permission: str, paper: Paper) -> bool:
    """Whether a permission reaches the window or department of a paper."""
    if paper.window is not None:
        return reaches_window(actor, permission, paper.window)
    return paper.department is not None and reaches_unit(actor, permission, paper.department, paper.centre_id)


def demand(allowed: bool, words: str, next_step: str) -> None:
    """Raise `NotAllowed` where it is not."""
    if not allowed:
        raise NotAllowed(words, next_step=next_step)


__all__ = [
    "ANSWER",
    "APPROVE",
    "ASK",
    "DRAFT",
    "FIRST",
    "KINDS",
    "START",
    "VIEW",
    "access_first_ask",
    "access_paper",
    "access_pull",
    "as_asker",
    "as_party",
    "demand",
    "first_asks",
    "is_asker",
    "is_first",
    "is_holder",
    "is_manager",
    "is_of_section",
    "may_write",
    "of_section",
    "offered_to",
    "own_section",
    "papers",
    "pulls",
    "reaches_unit",
    "reaches_window",
    "waits_for",
    "windows_reached",
]
