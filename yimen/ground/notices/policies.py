"""Who keeps the messages of the centre."""

from __future__ import annotations

from yimen.ground.identity.policies import name_actions, register_permission
from yimen.ground.identity.rules import Actor
from yimen.ground.kit.refusals import NotAllowed

MANAGE = "notices.manage"
register_permission(MANAGE, "管理短信和推送", scopes=("centre", "division", "all"), usual={"manager": "centre"})

name_actions(
    {
        "notices.choose": "设置通知方式",
        "notices.set_quiet": "设置免打扰时间",
        "notices.add_device": "登记推送设备",
        "notices.remove_device": "移除推送设备",
        "notices.opt_out": "登记退订",
        "notices.opt_in": "取消退订",
        "notices.register_template": "登记短信模板报备",
        "notices.send_again": "再发消息",
    }
)


def demand_keeper(actor: Actor) -> None:
    """Raise `NotAllowed` unless the actor keeps the messages."""
    if actor.kind != "system" and not actor.holds(MANAGE):
        raise NotAllowed("您没有管理短信和推送的权限。", next_step="请由中心主任办理，或请安全管理员授权。")
