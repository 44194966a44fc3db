"""Who may manage which part of the organisation: level by level, each only its own subtree (R013)."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from yimen.ground.identity.policies import name_actions, register_permission
from yimen.ground.identity.rules import Actor
from yimen.ground.kit.refusals import NotAllowed, NotFound
from yimen.ground.organisations.capacities import BREAK_GLASS
from yimen.ground.organisations.models import (
    AuthorisationLetter,
    Division,
    Reorganisation,
    ReorganisationPart,
    Unit,
    Window,
)

MANAGE = "organisations.manage"
DRAFT_LETTER = "organisations.draft_letter"
SIGN_LETTER = "organisations.sign_letter"
KEEP_SEALS = "organisations.keep_seals"
WATCH_EMERGENCIES = "organisations.watch_emergencies"
REVIEW_RIGHTS = "organisations.review_rights"
REORGANISE = "organisations.reorganise"
APPROVE_REORGANISATION = "organisations.approve_reorganisation"
DELEGATE = "organisations.delegate"

register_permission(
    MANAGE,
    "管理机构、窗口和岗位",
    scopes=("department", "centre", "division", "all"),
    usual={"manager": "centre", "head": "department"},
)
register_permission(
    DRAFT_LETTER, "起草授权委托书", scopes=("department",), usual={"head": "department", "chief": "department"}
)
register_permission(SIGN_LETTER, "签署和收回授权委托书", scopes=("department",), usual={"head": "department"})
register_permission(
    KEEP_SEALS, "登记和停用印章", scopes=("department", "centre"), usual={"manager": "centre", "head": "department"}
)
register_permission(REORGANISE, "拟定和实施机构改革", scopes=("division", "all"), usual={"manager": "division"})
register_permission(APPROVE_REORGANISATION, "批准机构改革", scopes=("division", "all"), usual={"leader": "division"})
register_permission(DELEGATE, "在管理范围内转授权限", scopes=("department", "centre", "division", "all"))

register_permission(
    BREAK_GLASS,
    "启用应急授权",
    scopes=("department", "centre", "division"),
    usual={"head": "department", "manager": "centre"},
)
register_permission(WATCH_EMERGENCIES, "查看全部应急授权", scopes=("all",), usual={"supervisor": "all"})
register_permission(
    REVIEW_RIGHTS,
    "复核本部门人员的权限",
    scopes=("department", "centre"),
    usual={"head": "department", "manager": "centre"},
)

name_actions(
    {
        "organisations.offer_delegation": "委托请假代办",
        "organisations.accept_delegation": "接受代办",
        "organisations.decline_delegation": "谢绝代办",
        "organisations.revoke_delegation": "提前结束代办",
        "organisations.open_emergency": "启用应急授权",
        "organisations.end_emergency": "提前结束应急授权",
        "organisations.review_emergency": "复核应急授权",
        "organisations.reopen_account": "重新启用停用的账号",
        "organisations.open_access_review": "发起权限复核",
        "organisations.confirm_rights": "权限复核：保留",
        "organisations.take_rights": "权限复核：收回",
        "organisations.restore_right": "恢复收回的权限",
        "organisations.set_staff_rules": "修改人员与授权规则",
        "organisations.add_division": "登记区划",
        "organisations.create_unit": "新建机构",
        "organisations.rename_unit": "修改机构",
        "organisations.mark_approval_section": "挂行政审批服务科",
        "organisations.move_unit": "移动机构",
        "organisations.dissolve_unit": "撤销机构",
        "organisations.open_window": "新设窗口",
        "organisations.set_window": "修改窗口",
        "organisations.close_window": "停用窗口",
        "organisations.create_post": "设岗",
        "organisations.appoint": "任命",
        "organisations.end_post": "免去任职",
        "organisations.abolish_post": "撤销岗位",
        "organisations.give_grant": "授权",
        "organisations.end_grant": "收回授权",
        "organisations.give_admin_role": "指定管理员",
        "organisations.end_admin_role": "免去管理员",
        "organisations.draft_letter": "起草委托书",
        "organisations.discard_letter": "删除委托书草稿",
        "organisations.sign_letter": "签署委托书",
        "organisations.revoke_letter": "收回委托书",
        "organisations.register_seal": "登记印章",
        "organisations.end_seal": "停用印章",
        "organisations.hand_over_seal": "移交印章",
        "organisations.lose_seal": "登记印章遗失",
        "organisations.destroy_seal": "登记印章销毁",
        "organisations.draft_reorganisation": "拟定机构改革方案",
        "organisations.preview_reorganisation": "预览机构改革方案",
        "organisations.approve_reorganisation": "批准机构改革方案",
        "organisations.drop_reorganisation": "作废机构改革方案",
        "organisations.apply_reorganisation": "实施机构改革方案",
        "organisations.finish_reorganisation": "完成机构改革",
        "organisations.undo_reorganisation": "撤回机构改革",
        "organisations.draft_successor_letters": "起草新机构的委托书",
        "organisations.set_chain": "确定责任链",
        "organisations.write_entry_plan": "登记进驻工作方案",
        "organisations.match_units": "确定对口部门",
        "organisations.unmatch_units": "解除对口部门",
        "organisations.match_windows": "确定对口窗口",
        "organisations.unmatch_windows": "解除对口窗口",
        "organisations.set_supporting_role": "确定支撑部门分工",
    }
)


class OutsideScope(NotAllowed):
    """The unit is not in the part of the organisation that this actor manages."""

    code = "outside_scope"


def subtree(actor: Actor, code: str = MANAGE) -> Q:
    """The units in which the actor holds `code`, as a filter on `Unit`; system administrators manage all of them."""
    if actor.kind == "system" or (actor.admin_role == "system" and code == MANAGE):
        return Q()
    found = Q(pk__in=[])
    for held in actor.held(code):
        match held.scope:
            case "all":
                return Q()
            case "division":
                found |= Q(division__code__startswith=held.scope_path)
            case "department" | "centre":
                root = Unit.objects.filter(pk=held.scope_id or 0).values_list("path", flat=True).first()
                if root:
                    found |= Q(path__startswith=root)
    return found


def may(actor: Actor, unit: Unit, code: str = MANAGE) -> bool:
    """Whether the actor holds `code` for this unit or one above it."""
    return Unit.objects.filter(subtree(actor, code), pk=unit.pk).exists()


def sees_staff(actor: Actor) -> bool:
    """Whether the pages of colleagues' accounts are open to the actor."""
    return bool(actor.admin_role) or actor.holds(MANAGE)


def reaches_window(actor: Actor, permission: str, window: Window) -> bool:
    """Whether a permission reaches a window: the own one, one that serves the own department alone, one of the centre or division."""
    for held in actor.held(permission):
        match held.scope:
            case "window":
                if window.pk == (held.scope_id or actor.window_id):
                    return True
            case "department":
                own = held.scope_id or actor.department_id or 0
                if list(window.departments.values_list("pk", flat=True)) == [own]:
                    return True
            case _:
                pass
    return _reaches_place(actor, permission, window.centre_id, lambda: window.centre.division_id)


def reaches_centre(actor: Actor, permission: str, centre_id: int, division: str) -> bool:
    """Whether a permission reaches a centre; what is held at a window reaches what all windows of its centre share (the hall)."""
    if actor.centre_id == centre_id and any(held.scope == "window" for held in actor.held(permission)):
        return True
    return _reaches_place(actor, permission, centre_id, lambda: division)


def _reaches_place(actor: Actor, permission: str, centre_id: int, division: Callable[[], str]) -> bool:
    """By a wide scope: everywhere, the centre, the division (asked only then)."""
    if actor.kind == "system":
        return True
    for held in actor.held(permission):
        match held.scope:
            case "all":
                return True
            case "centre":
                if centre_id == (held.scope_id or actor.centre_id):
                    return True
            case "division":
                if held.reaches_division(division()):
                    return True
            case _:
                pass
    return False


def at_windows(actor: Actor, *permissions: str, window: str = "window") -> Q:
    """The rows an actor may see by any of these permissions; `window` names the way to the row's window."""
    if actor.kind == "system":
        return Q()
    found = Q(pk__in=[])
    for code in permissions:
        for held in actor.held(code):
            match held.scope:
                case "all":
                    return Q()
                case "window":
                    found |= Q(**{window: held.scope_id or actor.window_id or 0})
                case "centre":
                    found |= Q(**{f"{window}__centre": held.scope_id or actor.centre_id or 0})
                case "division":
                    found |= Q(**{f"{window}__centre__division__code__startswith": held.scope_path})
                case _:
                    pass
    return found


def require(actor: Actor, unit: Unit, code: str = MANAGE) -> None:
    """Raise `OutsideScope` unless `may`."""
    if not may(actor, unit, code):
        raise OutsideScope(
            f"“{unit.name}”不在您的管理范围内。", next_step="请由上一级管理员办理，或联系系统管理员调整管理范围。"
        )


def may_read_all(actor: Actor) -> bool:
    """Whether the actor sees the whole organisation in the administration screens: the three administrators."""
    return actor.kind == "system" or bool(actor.admin_role)


def seen(actor: Actor) -> Q:
    """The units whose administration screens are open to the actor."""
    return Q() if may_read_all(actor) else subtree(actor) | subtree(actor, DRAFT_LETTER) | subtree(actor, KEEP_SEALS)


def access_unit(actor: Actor, unit_id: int) -> Unit:
    """A unit for the administration screens: outside the actor's subtree it does not exist (`NotFound`)."""
    found = Unit.objects.select_related("division", "parent").filter(seen(actor), pk=unit_id).first()
    if found is None:
        raise NotFound("没有这个机构，或者它不在您的管理范围内。", next_step="请从机构树中重新选择。")
    return found


def access_letter(actor: Actor, letter_id: int) -> AuthorisationLetter:
    """A letter of a department that the actor may see; raises `NotFound`."""
    found = (
        AuthorisationLetter.objects.select_related("department__division", "post__unit", "post__account", "seal")
        .select_related("post__window")
        .filter(pk=letter_id)
        .first()
    )
    if found is None:
        raise NotFound("没有这份委托书。")
    if found.post_id != actor.post_id:
        access_unit(actor, found.department_id)
    return found


def access_window(actor: Actor, window_id: int) -> Window:
    """A window of a centre that the actor may see; raises `NotFound`."""
    found = Window.objects.select_related("centre").filter(pk=window_id).first()
    if found is None:
        raise NotFound("没有这个窗口。")
    access_unit(actor, found.centre_id)
    return found


def access_plan(actor: Actor, uid: UUID) -> Reorganisation:
    """A reorganisation of which the actor may see a unit; raises `NotFound`."""
    found = Reorganisation.objects.filter(uid=uid).first()
    if found is None or not plans_seen(actor).filter(pk=found.pk).exists():
        raise NotFound("没有这个机构改革方案，或者它不在您的管理范围内。")
    return found


def plans_seen(actor: Actor) -> QuerySet[Reorganisation]:
    """The reorganisations that touch a unit of the actor's; the three administrators see all of them."""
    if may_read_all(actor):
        return Reorganisation.objects.all()
    units = Unit.objects.filter(subtree(actor, REORGANISE) | subtree(actor, APPROVE_REORGANISATION))
    return Reorganisation.objects.filter(
        Exists(ReorganisationPart.objects.filter(Q(source__in=units) | Q(target__in=units), plan=OuterRef("pk")))
    )


def manages_division(actor: Actor, division: Division) -> bool:
    """Whether the actor manages a division as a whole: its government, its management office, its centre or its town,
    not just one department in it."""
    return division.pk in divisions_managed(actor)


def divisions_managed(actor: Actor) -> set[str]:
    """The codes of the divisions for which `manages_division` says yes."""
    whole = (Unit.Kind.GOVERNMENT, Unit.Kind.OFFICE, Unit.Kind.CENTRE, Unit.Kind.TOWN, Unit.Kind.VILLAGE)
    found = Unit.objects.filter(subtree(actor, MANAGE), kind__in=whole)
    return set(found.values_list("division_id", flat=True).distinct())
