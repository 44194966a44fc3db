"""Who may hold a drill, and who may see what it found."""

from __future__ import annotations

from uuid import UUID

from yimen.ground.identity.policies import name_actions, register_permission
from yimen.ground.identity.rules import Actor
from yimen.ground.kit.refusals import NotAllowed, NotFound
from yimen.watch.drills.models import DrillRun

VIEW = "drills.view"
HOLD = "drills.hold"

register_permission(VIEW, "查看演练", scopes=("all",), usual={"manager": "all", "supervisor": "all", "leader": "all"})
register_permission(HOLD, "发起和取消演练", scopes=("all",), usual={"manager": "all"})

name_actions(
    {
        "drills.ask": "发起演练",
        "drills.cancel": "取消演练",
        "drills.finish": "演练完成",
        "drills.fail": "演练没有完成",
        "drills.remove": "删除演练记录",
    }
)


def demand_hold(actor: Actor) -> None:
    """Raise `NotAllowed` unless this actor may hold drills."""
    if actor.kind != "system" and not any(actor.held(HOLD)):
        raise NotAllowed("您没有发起演练的权限。", next_step="请由中心管理人员发起。")


def access_drill(actor: Actor, uid: UUID) -> DrillRun:
    """One drill; `NotFound` for whoever may not see drills."""
    found = DrillRun.objects.filter(uid=uid).first()
    if found is None or (actor.kind != "system" and not actor.holds(VIEW) and not actor.holds(HOLD)):
        raise NotFound("没有这次演练。", next_step="请从演练的列表进入。")
    return found
