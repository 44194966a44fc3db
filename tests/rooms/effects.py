"""Effects at expiry: one that came to Li's case."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from yimen.ground.kit.moments import now
from yimen.ground.matters.models import EffectTaken, Matter

if TYPE_CHECKING:
    from tests.security.world import World

CEILINGS: dict[str, tuple[str, int]] = {
    "matters:effects": ("manager", 6),
    "matters:effect": ("manager", 6),
    "matters:effects_came": ("manager", 7),
}
LIST = {"matters:effects_came"}


def arguments(world: World) -> dict[str, dict[str, Any]]:
    """The one effect there is."""
    return {"matters:effect": {"code": "deemed_accepted"}}


def more(world: World, count: int) -> None:
    """So many more effects that came to Li's case."""
    matter = Matter.objects.get(code=world.case)
    at = now()
    EffectTaken.objects.bulk_create(
        EffectTaken(
            matter=matter, effect="deemed_accepted", label="视为受理", law="《行政许可法》第三十二条",
            fell_due_at=at - timedelta(days=each + 1), taken_at=at, seq=1, department_id=matter.department_id,
        )
        for each in range(count)
    )  # fmt: skip
