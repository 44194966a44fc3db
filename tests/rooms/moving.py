"""Plans that move running cases: one that was looked at, over Li's cases. And a decision of Li's that is to be taken back."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from yimen.ground.kit.moments import day_of, now
from yimen.ground.matters.models import Matter
from yimen.service.cases import services
from yimen.service.cases.models import MovePlan, PromiseBar
from yimen.service.cases.policies import scope_to_move
from yimen.service.cases.services import Wish

if TYPE_CHECKING:
    from tests.security.world import World

CEILINGS: dict[str, tuple[str, int]] = {
    "cases:moves": ("manager", 8),
    "cases:move_new": ("manager", 8),
    "cases:move": ("manager", 9),
    "cases:move_act": ("manager", 6),
    "api:move": ("manager", 9),
    "api:move_cases": ("manager", 9),
    "cases:revocations": ("zhao", 9),
    "cases:revocation": ("zhao", 16),
    "cases:revocation_act": ("zhao", 12),
    "cases:revocation_new": ("zhao", 10),
    "cases:promise_bars": ("manager", 8),
    "cases:lift_promise_bar": ("manager", 8),
    "cases:mine_revocation": ("li", 16),
    "cases:mine_revocation_act": ("li", 12),
    "api:revocation_of": ("zhao", 10),
}
LIST = {"cases:moves"}
BODIES = {
    "api:apply_move": {"reason": "新版施行"},
    "api:undo_move": {"reason": "选错了"},
    "api:revocation_of": {"ground": "unfit", "facts": "现场不具备条件。"},
    "api:notify_revocation": {"ground": "unfit", "facts": "现场不具备条件。"},
    "api:take_revocation": {"action": "state", "text": "不是事实。"},
}


def arguments(world: World) -> dict[str, dict[str, Any]]:
    """A plan to the newest procedure (one of Li's cases follows an older one), and a notice of revocation with its bar."""
    Matter.objects.filter(code=world.cases["suspended"]).update(procedure_version=3)
    plan = services.preview_move(actor=world.cast.actor("manager"), wish=Wish(procedure_version=4), at=now())
    uid = {"uid": str(plan.uid)}
    code = world.cases["concluded"]
    made = services.notify_revocation(
        code=code, ground="unfit", facts="现场不具备条件。", actor=world.cast.actor("zhao"), at=now()
    )
    bar = PromiseBar.objects.create(
        party=world.cast.parties["li"], party_name="李明", revocation=made, since=day_of(now()),
        until=day_of(now()) + timedelta(days=700),
    )  # fmt: skip
    own, case = {"code": made.matter.code}, {"code": code}
    names = ("cases:move", "cases:move_act", "api:move", "api:move_cases", "api:apply_move", "api:undo_move")
    return {
        **dict.fromkeys(names, uid),
        "cases:revocation": own,
        "cases:revocation_act": own | {"action": "state"},
        "cases:revocation_new": case,
        "cases:lift_promise_bar": {"uid": str(bar.uid)},
        "cases:mine_revocation": case,
        "cases:mine_revocation_act": case | {"action": "state"},
        "api:revocation_of": case,
        "api:notify_revocation": case,
        "api:take_revocation": case,
    }


def more(world: World, count: int) -> None:
    """So many more plans of the manager's."""
    within, place = scope_to_move(world.cast.actor("manager"))
    MovePlan.objects.bulk_create(
        MovePlan(procedure_version=4, within=within, place=place, state="ready", created_at=now(), created_by="王主任")
        for _ in range(count)
    )
