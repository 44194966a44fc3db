"""Who applies, decides, reviews and looks on; what each act is called in the audit."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from django.db.models import Q

from yimen.ground.identity.policies import name_actions, register_permission
from yimen.ground.identity.rules import Actor, ScopeKind
from yimen.ground.kit.refusals import NotAllowed, NotFound
from yimen.service.residence.models import Adjustment, Plan

if TYPE_CHECKING:
    from yimen.ground.organisations.models import Unit

VIEW = "residence.view"
APPLY = "residence.apply"
DECIDE = "residence.decide"
PUBLISH = "residence.publish"
WATCH = "residence.watch"
PERSONNEL = "residence.review_personnel"
ESTABLISHMENT = "residence.review_establishment"

BODIES = {"personnel": PERSONNEL, "establishment": ESTABLISHMENT, "hall": DECIDE}
"""Which permission speaks for which reviewing body of a consolidation plan (R005)."""

_PLACES: tuple[ScopeKind, ...] = ("department", "division", "all")
register_permission(
    VIEW,
    "查看进驻情况和三集中报告",
    scopes=_PLACES,
    usual={
        "manager": "all", "supervisor": "all", "leader": "all", "legal": "all", "head": "department", "chief": "department",
        "editor": "department", "approver": "department",
    },
)  # fmt: skip
register_permission(
    APPLY, "申请进驻和调整、报送归并方案", scopes=("department",), usual={"head": "department", "chief": "department"}
)
register_permission(
    DECIDE, "审定进驻和调出、验收归并方案、答复需求", scopes=("division", "all"), usual={"manager": "all"}
)
register_permission(PUBLISH, "编制和公布目录、清单", scopes=("division", "all"), usual={"manager": "all"})
register_permission(WATCH, "接收并处理擅自回撤的记录", scopes=_PLACES, usual={"supervisor": "all"})
register_permission(PERSONNEL, "审核归并方案（人社部门）", scopes=("division", "all"))
register_permission(ESTABLISHMENT, "审核归并方案（编制部门）", scopes=("division", "all"))

STAFF = (VIEW, APPLY, DECIDE, PUBLISH, WATCH)
REVIEWERS = (PERSONNEL, ESTABLISHMENT, DECIDE)
PLAN_READERS = (VIEW, APPLY, DECIDE, PERSONNEL, ESTABLISHMENT)

name_actions(
    {
        "residence.set": "修改进驻管理参数",
        "residence.take_over": "接收进驻现状",
        "residence.reassign_lines": "目录行随机构改革改动",
        "residence.propose": "提出进驻调整",
        "residence.take_back": "撤回进驻调整",
        "residence.give_opinion": "对进驻调整表态",
        "residence.decide": "审定进驻调整",
        "residence.decline": "不同意进驻调整",
        "residence.handle_attempt": "处理回撤记录",
        "residence.record_function": "登记部门职能",
        "residence.end_function": "停用部门职能",
        "residence.new_directory": "起草应进驻目录",
        "residence.put_line": "编写目录行",
        "residence.remove_line": "删除目录行",
        "residence.check_upload": "读入目录文件",
        "residence.apply_upload": "写入目录文件",
        "residence.publish_directory": "公布应进驻目录",
        "residence.discard_directory": "删除目录草稿",
        "residence.ask": "提出进驻需求",
        "residence.answer": "答复进驻需求",
        "residence.draft_plan": "起草归并方案",
        "residence.save_plan": "修改归并方案",
        "residence.file_plan": "报送归并方案",
        "residence.review_plan": "审核归并方案",
        "residence.accept_plan": "验收归并方案",
        "residence.return_plan": "退回归并方案",
        "residence.take_back_plan": "撤回归并方案",
        "residence.mark_readiness": "检查三到位",
        "residence.put_point": "设置三到位要点",
        "residence.end_point": "停用三到位要点",
        "residence.new_batch": "筹备清单批次",
        "residence.list_items": "列入清单",
        "residence.unlist_item": "移出清单",
        "residence.publish_batch": "公布清单批次",
        "residence.put_in_force": "推行清单批次",
        "residence.drop_batch": "作废清单批次",
        "residence.designate": "指定全省通办",
        "residence.end_designation": "撤销全省通办",
        "residence.put_field": "设置通办领域",
    }
)


def departments(actor: Actor, *codes: str) -> Q | None:
    """The departments (by id and division) for which the actor holds any of the codes, as a filter on `Unit`; None: all."""
    if actor.kind == "system":
        return None
    found = Q(pk__in=[])
    for code in codes:
        for held in actor.held(code):
            if held.scope == "all":
                return None
            if held.scope == "department" and held.scope_id:
                found |= Q(pk=held.scope_id)
            elif held.scope == "division" and held.scope_path:
                found |= Q(division__code__startswith=held.scope_path)
    return found


def about(actor: Actor, path: str, *codes: str) -> Q:
    """The same as a filter on rows that have their department at `path`."""
    if actor.kind == "system":
        return Q()
    found = Q(pk__in=[])
    for code in codes:
        for held in actor.held(code):
            if held.scope == "all":
                return Q()
            if held.scope == "department" and held.scope_id:
                found |= Q(**{path: held.scope_id})
            elif held.scope == "division" and held.scope_path:
                found |= Q(**{f"{path}__division__code__startswith": held.scope_path})
    return found


def may(actor: Actor, code: str, department: Unit | None) -> bool:
    """Whether the actor holds the permission for this department (None: for something that is no department's)."""
    if actor.kind == "system":
        return True
    for held in actor.held(code):
        if held.scope == "all":
            return True
        if department is None:
            if held.scope != "department":
                return True
        elif (held.scope == "department" and held.scope_id == department.pk) or held.reaches_division(
            department.division_id
        ):
            return True
    return False


def must(actor: Actor, code: str, department: Unit | None) -> None:
    """Raise `NotAllowed` unless `may`."""
    if not may(actor, code, department):
        raise NotAllowed("您的岗位不能为这个部门办理这件事。", next_step="请由本部门或政务服务管理机构的同事办理。")


def access_adjustment(actor: Actor, uid: UUID | str) -> Adjustment:
    """One adjustment; outside the actor's departments `NotFound`. What was taken over is read by everybody who sees entries."""
    found = Adjustment.objects.select_related("department__division").filter(uid=uid).first()
    # What stood when the centre began is nobody's own: entries of every department rest on it.
    common = found is not None and found.kind == "takeover" and any(actor.holds(code) for code in STAFF)
    if found is None or not (common or any(may(actor, code, found.department) for code in STAFF)):
        raise NotFound("没有这项调整，或它不在您的管理范围内。", next_step="请从进驻调整清单进入。")
    return found


def access_plan(actor: Actor, uid: UUID | str) -> Plan:
    """One consolidation plan; outside the actor's departments `NotFound`."""
    found = (
        Plan.objects.select_related("department__division", "section", "second_section", "leader")
        .filter(about(actor, "department", *PLAN_READERS), uid=uid)
        .first()
    )
    if found is None:
        raise NotFound("没有这份归并方案，或它不在您的管理范围内。", next_step="请从归并方案清单进入。")
    return found
