"""Plans that move running cases: one that was looked at, over Li's cases."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from yimen.ground.kit.moments import now
from yimen.ground.matters.models import Matter
from yimen.service.cases import services
from yimen.service.cases.models import MovePlan
from yimen.service.cases.services import Wish

if TYPE_CHECKING:
    from tests.security.world import World

CEILINGS: dict[str, tuple[str, int]] = {
    "cases:moves": ("manager", 8),
    "cases:move_new": ("manager", 8),
    "cases:move": ("manager", 9),
    "api:move": ("manager", 9),
    "api:move_cases": ("manager", 9),
}
LIST = {"cases:moves"}


def arguments(world: World) -> dict[str, dict[str, Any]]:
    """A plan to the newest procedure: one of Li's cases follows an older one."""
    Matter.objects.filter(code=world.cases["suspended"]).update(procedure_version=3)
    plan = services.preview_move(actor=world.cast.actor("manager"), wish=Wish(procedure_version=4), at=now())
    uid = {"uid": str(plan.uid)}
    names = ("cases:move", "cases:move_act", "api:move", "api:move_cases", "api:apply_move", "api:undo_move")
    return dict.fromkeys(names, uid)


def more(world: World, count: int) -> None:
    """So many more plans."""
    held = MovePlan.objects.order_by("pk").first()
    if held is None:
        arguments(world)
        held = MovePlan.objects.order_by("pk")[0]
    MovePlan.objects.bulk_create(
        MovePlan(
            procedure_version=4,
            within=held.within,
            place=held.place,
            state="ready",
            created_at=now(),
            created_by="王主任",
        )
        for _ in range(count)
    )
