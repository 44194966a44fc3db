"""The pages of 演练: who opens them, how often they ask, what stands at their addresses."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from yimen.ground.kit.moments import now
from yimen.watch.drills.models import DrillRun
from yimen.watch.drills.tests.stage import finished

if TYPE_CHECKING:
    from tests.security.world import World

CEILINGS: dict[str, tuple[str, int]] = {
    "drills:drills": ("manager", 8),
    "drills:new": ("manager", 6),
    "drills:compare": ("manager", 6),
    "drills:drill": ("manager", 8),
    "drills:part": ("manager", 7),
    "drills:cancel": ("manager", 7),
    "drills:remove": ("manager", 7),
    "api:list_drills": ("manager", 6),
    "api:one_drill": ("manager", 6),
}
LIST = {"drills:drills", "api:list_drills"}


def arguments(world: World) -> dict[str, dict[str, Any]]:
    """One finished drill, at every address."""
    made = finished()
    here = {"uid": made.uid}
    return {
        "drills:drill": here,
        "drills:part": {**here, "slug": "items"},
        "drills:cancel": here,
        "drills:remove": here,
        "api:one_drill": here,
    }


def more(world: World, count: int) -> None:
    """So many more drills that were cancelled."""
    at = now()
    DrillRun.objects.bulk_create(
        DrillRun(
            title=f"演练 {number}", state="cancelled", parameters={"days": 3}, asked_by="李",
            asked_at=at - timedelta(minutes=number + 1),
        )
        for number in range(count)
    )  # fmt: skip
