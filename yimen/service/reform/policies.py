"""Who may propose, review, decide and record, and what of it each member of staff sees."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Q, QuerySet

from yimen.ground.identity.policies import name_actions, register_permission
from yimen.ground.identity.rules import Actor, ScopeKind
from yimen.ground.kit.refusals import NotAllowed, NotFound
from yimen.service.reform.models import ChangeBatch, CleanUp, Comparison

if TYPE_CHECKING:
    from uuid import UUID

VIEW = "reform.view"
PROPOSE = "reform.propose"
REVIEW = "reform.review"
DECIDE = "reform.decide"
RECORD = "reform.record"
STANDARDS = "reform.standards"

WIDE: tuple[ScopeKind, ...] = ("department", "all")
register_permission(
    VIEW, "查看权责清单调整和改革报表", scopes=WIDE,
    usual={
        "editor": "department", "chief": "department", "head": "department", "manager": "all", "legal": "all",
        "leader": "all", "supervisor": "all",
    },
)  # fmt: skip
register_permission(
    PROPOSE, "提出清单调整、报送清理意见", scopes=WIDE, usual={"editor": "department", "chief": "department", "manager": "all"}
)  # fmt: skip
register_permission(REVIEW, "审查清单调整、组织定期清理", scopes=("all",), usual={"legal": "all"})
register_permission(DECIDE, "决定并实施清单调整", scopes=("all",), usual={"manager": "all"})
register_permission(
    RECORD, "登记流程再造、四办和简化举措", scopes=WIDE, usual={"editor": "department", "manager": "all"}
)  # fmt: skip
register_permission(STANDARDS, "管理标准化建设", scopes=("all",), usual={"manager": "all"})

name_actions(
    {
        "reform.propose": "拟定清单调整",
        "reform.add_change": "加入调整事项",
        "reform.remove_change": "移出调整事项",
        "reform.submit": "清单调整送审",
        "reform.recall": "撤回清单调整",
        "reform.pass": "清单调整审查通过",
        "reform.return": "清单调整审查退回",
        "reform.decide": "决定清单调整",
        "reform.apply": "实施清单调整",
        "reform.undo": "撤回已实施的清单调整",
        "reform.drop": "放弃清单调整",
        "reform.save_duty": "登记责任事项",
        "reform.open_cleanup": "组织定期清理",
        "reform.check_item": "填写自查意见",
        "reform.hand_in_cleanup": "报送清理自查",
        "reform.prompt_cleanup": "催报清理自查",
        "reform.decide_cleanup": "审定清理意见",
        "reform.close_cleanup": "结束定期清理",
        "reform.compare_list": "比对上级清单",
        "reform.settle_row": "处理比对结果",
        "reform.batch_of_comparison": "比对结果转为清单调整",
        "reform.discard_comparison": "删除清单比对",
        "reform.save_class": "登记提速类别",
        "reform.class_items": "列入或移出提速事项",
        "reform.rebuild": "登记流程再造",
        "reform.withdraw_rebuilding": "撤销流程再造登记",
        "reform.tag": "认定四办",
        "reform.simplify": "登记简化举措",
        "reform.end_simplification": "结束简化举措",
        "reform.save_proof": "登记证明事项",
        "reform.cancel_proof": "取消证明事项",
        "reform.stop_demand": "停止索要已取消的材料",
        "reform.save_standard": "登记标准",
        "reform.issue_standard": "发布标准",
        "reform.check_standard": "登记标准检查",
        "reform.mend_standard": "登记标准整改",
        "reform.save_wording": "修改改革用语",
    }
)


def departments(actor: Actor, *codes: str) -> list[int] | None:
    """The departments in which the actor holds any of these permissions; None means all of them."""
    if actor.kind == "system":
        return None
    found: set[int] = set()
    for code in codes or (VIEW,):
        for held in actor.held(code):
            if held.scope == "all":
                return None
            if held.scope == "department" and held.scope_id:
                found.add(held.scope_id)
    return sorted(found)


def may(actor: Actor, code: str, department_id: int | None) -> bool:
    """Whether the actor holds this permission for this department."""
    reach = departments(actor, code)
    return reach is None or (department_id is not None and department_id in reach)


def must(actor: Actor, code: str, department_id: int | None) -> None:
    """Raise `NotAllowed` unless the actor holds this permission for this department."""
    if not may(actor, code, department_id):
        raise NotAllowed(
            "您的岗位不能对这个部门的事项做这件事。", next_step="请联系该部门的事项管理员，或联系安全管理员授权。"
        )


def batches(actor: Actor) -> QuerySet[ChangeBatch]:
    """The batches an actor sees: all, or those of their own making and those that touch their departments."""
    reach = departments(actor, VIEW, PROPOSE, REVIEW, DECIDE)
    if reach is None:
        return ChangeBatch.objects.all()
    touched = Q(pk__in=ChangeBatch.objects.filter(changes__department__in=reach).values("pk"))
    return ChangeBatch.objects.filter(Q(author_uid=actor.uid) | touched)


def access_batch(actor: Actor, uid: UUID) -> ChangeBatch:
    """One batch; outside what the actor sees `NotFound`."""
    found = batches(actor).filter(uid=uid).first()
    if found is None:
        raise NotFound("没有这个调整批次，或它不在您的管理范围内。", next_step="请从清单调整的列表进入。")
    return found


def cleanups(actor: Actor) -> QuerySet[CleanUp]:
    """The rounds of cleaning an actor sees: all, or those that ask their departments."""
    reach = departments(actor, VIEW, PROPOSE, REVIEW)
    if reach is None:
        return CleanUp.objects.all()
    return CleanUp.objects.filter(pk__in=CleanUp.objects.filter(departments__department__in=reach).values("pk"))


def access_cleanup(actor: Actor, uid: UUID) -> CleanUp:
    """One round; outside what the actor sees `NotFound`."""
    found = cleanups(actor).select_related("batch").filter(uid=uid).first()
    if found is None:
        raise NotFound("没有这次清理，或它没有布置给您的部门。", next_step="请从定期清理的列表进入。")
    return found


def comparisons(actor: Actor) -> QuerySet[Comparison]:
    """The comparisons an actor sees: all, or those of their own departments."""
    reach = departments(actor, VIEW, PROPOSE)
    return Comparison.objects.all() if reach is None else Comparison.objects.filter(department__in=reach)


def access_comparison(actor: Actor, uid: UUID) -> Comparison:
    """One comparison; outside what the actor sees `NotFound`."""
    found = comparisons(actor).select_related("department", "batch").filter(uid=uid).first()
    if found is None:
        raise NotFound("没有这次比对，或它不在您的管理范围内。", next_step="请从清单比对的列表进入。")
    return found
