"""Who may edit, check, publish and import, and which items a member of staff works on."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from yimen.ground.identity.policies import name_actions, register_permission
from yimen.ground.identity.rules import Actor
from yimen.ground.kit.refusals import NotAllowed, NotFound
from yimen.service.catalogue.models import ServiceItem

EDIT = "catalogue.edit"
LEGAL_CHECK = "catalogue.legal_check"
PUBLISH = "catalogue.publish"
IMPORT = "catalogue.import"

register_permission(
    EDIT,
    "编制事项和办事指南",
    scopes=("department", "division", "all"),
    usual={"editor": "department", "chief": "department", "manager": "all"},
)
register_permission(LEGAL_CHECK, "对事项作合法性审查", scopes=("department", "division", "all"), usual={"legal": "all"})
register_permission(PUBLISH, "发布、停办、取消事项", scopes=("department", "division", "all"), usual={"manager": "all"})
register_permission(IMPORT, "导入事项目录", scopes=("all",), usual={"manager": "all"})

name_actions(
    {
        "catalogue.create_item": "新建事项",
        "catalogue.new_edition": "起草新版办事指南",
        "catalogue.save_edition": "编制办事指南",
        "catalogue.save_form": "编制申请表单",
        "catalogue.save_guidance": "编制情形引导",
        "catalogue.save_material_files": "换空白表和样表",
        "catalogue.discard_draft": "删除办事指南草稿",
        "catalogue.submit_for_legal_check": "送合法性审查",
        "catalogue.recall_edition": "撤回送审",
        "catalogue.legal_check_passed": "合法性审查通过",
        "catalogue.legal_check_returned": "合法性审查退回",
        "catalogue.legal_check_batch": "整批合法性审查通过",
        "catalogue.publish_edition": "发布办事指南",
        "catalogue.publish_batch": "整批发布",
        "catalogue.retire_edition": "停用办事指南",
        "catalogue.freeze_item": "暂停事项",
        "catalogue.thaw_item": "恢复事项",
        "catalogue.cancel_item": "取消事项",
        "catalogue.withdraw_cancellation": "撤回尚未生效的取消",
        "catalogue.cancel_material": "取消材料",
        "catalogue.save_standard_material": "登记标准材料",
        "catalogue.cancel_standard_material": "取消标准材料",
        "catalogue.propose_workbook": "上传工作簿比对",
        "catalogue.apply_workbook": "应用工作簿",
        "catalogue.undo_workbook": "撤回工作簿",
        "catalogue.discard_workbook": "放弃工作簿",
        "catalogue.add_code": "加事项编码",
        "catalogue.remove_code": "去掉事项编码",
        "catalogue.save_setting": "改目录设置",
        "catalogue.save_disclosure": "改公开制度",
        "catalogue.choose_disclosure": "选定公开制度",
        "catalogue.request_check": "重新质检",
        "catalogue.save_synonym": "登记同义词",
        "catalogue.map_department": "对应来源部门",
        "catalogue.reassign_items": "事项划转",
        "catalogue.check_import": "试导入事项目录",
        "catalogue.request_import": "提交导入",
        "catalogue.import": "导入事项目录",
        "catalogue.undo_import": "撤回导入",
        "catalogue.discard_import": "放弃导入",
    }
)

STAFF_CODES = (EDIT, LEGAL_CHECK, PUBLISH, IMPORT)


def scope(actor: Actor, *codes: str) -> Q:
    """The items for which the actor holds any of these permissions."""
    if actor.kind == "system":
        return Q()
    found = Q(pk__in=[])
    for code in codes or STAFF_CODES:
        for held in actor.held(code):
            if held.scope == "all":
                return Q()
            if held.scope == "department" and held.scope_id:
                found |= Q(department=held.scope_id)
            elif held.scope == "division" and held.scope_path:
                found |= Q(department__division__code__startswith=held.scope_path)
    return found


def may(actor: Actor, code: str, item: ServiceItem) -> bool:
    """Whether the actor holds this permission for this item."""
    if actor.kind == "system":
        return True
    for held in actor.held(code):
        if held.scope == "all":
            return True
        if held.scope == "department" and held.scope_id is not None and held.scope_id == item.department_id:
            return True
        if held.scope == "division" and held.scope_path and item.department is not None:
            prefix = held.scope_path
            if item.department.division_id.startswith(prefix):
                return True
    return False


def must(actor: Actor, code: str, item: ServiceItem) -> None:
    """Raise `NotAllowed` unless the actor holds this permission for this item."""
    if not may(actor, code, item):
        raise NotAllowed(
            "您的岗位不能对这个事项做这件事。", next_step="请联系实施部门的事项管理员，或联系安全管理员授权。"
        )


def access_item(actor: Actor, code: str) -> ServiceItem:
    """The item with this code for a member of staff: outside every scope `NotFound`, as if there were none."""
    item = (
        visible(actor).filter(code=code).select_related("department__division", "source_department", "current").first()
    )
    if item is None:
        raise NotFound("没有这个事项，或它不在您的管理范围内。", next_step="请核对事项编码，或从事项清单进入。")
    return item


def visible(actor: Actor) -> QuerySet[ServiceItem]:
    """The items a member of staff sees in the management pages: all in which any catalogue permission is held."""
    return ServiceItem.objects.filter(scope(actor))
