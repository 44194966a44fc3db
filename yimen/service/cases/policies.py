"""The permissions of the main job and who usually holds them. The guard itself stands in `matters.policies`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yimen.ground.identity.policies import name_actions, register_permission
from yimen.ground.identity.rules import Actor
from yimen.ground.kit.refusals import NotAllowed
from yimen.ground.matters.policies import may

if TYPE_CHECKING:
    from yimen.ground.matters.models import Matter

register_permission(
    "cases.intake", "窗口代录申请、收补正材料", scopes=("window", "department", "centre"),
    usual={"clerk": "window", "chief": "department", "agent": "window"},
)  # fmt: skip
register_permission(
    "cases.accept", "受理、不予受理、告知补正", scopes=("window", "department"),
    usual={"clerk": "window", "chief": "department"},
)  # fmt: skip
register_permission(
    "cases.review", "审查、踏勘、特别程序", scopes=("department",),
    usual={"reviewer": "department", "chief": "department"},
)  # fmt: skip
register_permission(
    "cases.decide", "作出决定", scopes=("window", "department"), usual={"approver": "department", "chief": "department"}
)
register_permission(
    "cases.hand_across", "向上下级对口单位移送办件", scopes=("department",), usual={"chief": "department"}
)
register_permission("cases.extend", "延长办理期限", scopes=("department",), usual={"head": "department"})
register_permission("cases.extend_joint", "批准联合办理延长期限", scopes=("division",), usual={"leader": "division"})
register_permission(
    "cases.ask_opinion", "向其他部门征求意见", scopes=("department",),
    usual={"reviewer": "department", "chief": "department", "head": "department"},
)  # fmt: skip
register_permission(
    "cases.give_opinion", "答复征求意见", scopes=("department",),
    usual={"reviewer": "department", "approver": "department", "chief": "department", "head": "department"},
)  # fmt: skip
register_permission(
    "cases.hold_hearing", "组织听证", scopes=("department",), usual={"reviewer": "department", "chief": "department"}
)
register_permission(
    "cases.figures", "查看办件统计", scopes=("department", "centre", "division", "all"),
    usual={"head": "department", "chief": "department", "manager": "centre", "supervisor": "all", "leader": "division"},
)  # fmt: skip
register_permission("cases.set_up", "设置办件类型和服务承诺", scopes=("centre", "all"), usual={"manager": "centre"})
register_permission(
    "cases.urge", "催办办件", scopes=("department", "centre", "division", "all"),
    usual={"head": "department", "chief": "department", "manager": "centre", "supervisor": "all", "leader": "division"},
)  # fmt: skip
register_permission(
    "cases.undo_effect", "撤销法定后果", scopes=("department", "centre", "division", "all"),
    usual={"head": "department", "manager": "centre"},
)  # fmt: skip
register_permission(
    "cases.deliver", "送达、归档", scopes=("window", "department", "centre"),
    usual={"issuer": "centre", "clerk": "window", "chief": "department"},
)  # fmt: skip

register_permission(
    "cases.expedite", "决定特办件和绿色通道", scopes=("department", "centre", "division", "all"),
    usual={"head": "department", "manager": "centre", "leader": "division"},
)  # fmt: skip

register_permission(
    "cases.propose_revocation", "提出撤销决定、听取陈述申辩", scopes=("department",),
    usual={"reviewer": "department", "chief": "department"},
)  # fmt: skip
LIFT_BAR = "cases.lift_promise_bar"
register_permission(
    LIFT_BAR, "解除不再适用告知承诺", scopes=("department", "centre", "division", "all"),
    usual={"head": "department", "manager": "centre"},
)  # fmt: skip
MOVE = "cases.move"
register_permission(
    MOVE, "把在办件移到新版本", scopes=("department", "centre", "division", "all"),
    usual={"head": "department", "manager": "centre"},
)  # fmt: skip

name_actions(
    {
        "cases.lift_promise_bar": "解除不再适用告知承诺",
        "cases.preview_move": "预览移动在办件",
        "cases.apply_move": "移动在办件",
        "cases.undo_move": "移回在办件",
        "cases.discard_move": "放弃移动方案",
        "cases.check_material": "核对材料",
        "cases.reuse_file": "用以前交过的材料",
        "cases.use_credential": "用证照代替材料",
        "cases.discard_draft": "删除没提交的申请",
        "cases.urge": "催办办件",
        "cases.set_reminders": "设置办件催办",
        "cases.set_kinds": "设置办件类型",
        "cases.set_opinion_terms": "设置征求意见的期限",
        "cases.set_extension": "登记延长规定",
        "cases.drop_extension": "撤下延长规定",
        "cases.make_promise": "登记服务承诺",
        "cases.withdraw_promise": "收回服务承诺",
        "cases.reveal": "查看办件中的完整信息",
        "cases.register_project": "登记重点项目",
        "cases.end_project": "停用重点项目",
        "cases.register_prohibited": "登记控制事项",
        "cases.end_prohibited": "停用控制事项",
        "cases.set_path_terms": "设置办件路径的天数",
        "cases.set_item_terms": "设置容缺和告知承诺",
        "cases.set_external_system": "设置外部系统",
        "cases.try_external_again": "再次推送到外部系统",
    }
)

JUDGED_BY = {"received": "cases.accept", "reviewing": "cases.review"}
"""Who judges materials: the window until acceptance, the reviewers during review, nobody before or after."""


def may_judge(actor: Actor, matter: Matter) -> bool:
    """Whether this actor judges the materials of this case in its present state."""
    permission = JUDGED_BY.get(matter.state)
    return permission is not None and may(actor, permission, matter)


def may_set_up(actor: Actor, centre_id: int) -> bool:
    """Whether the actor sets the kinds and promises of this centre."""
    if actor.kind == "system":
        return True
    return any(
        held.scope == "all" or (held.scope == "centre" and (held.scope_id or actor.centre_id) == centre_id)
        for held in actor.held("cases.set_up")
    )


def scope_to_move(actor: Actor) -> tuple[str, str]:
    """The widest scope in which the actor moves running cases, as (kind, place); raises `NotAllowed`."""
    if actor.kind == "system":
        return "all", ""
    for kind in ("all", "division", "centre", "department"):
        for held in actor.held(MOVE):
            if held.scope != kind:
                continue
            own = {"centre": actor.centre_id, "department": actor.department_id}.get(kind)
            place = held.scope_path if kind == "division" else str(held.scope_id or own or "")
            if kind == "all" or place:
                return kind, "" if kind == "all" else place
    raise NotAllowed("您没有移动在办件的权限。", next_step="请由中心或部门负责人办理，或请安全管理员授权。")
