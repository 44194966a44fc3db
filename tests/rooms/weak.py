"""Reminders of cases and what else mends a weak point: one object each, of Li's case or of the market department."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.security.world import World

CEILINGS: dict[str, tuple[str, int]] = {
    "cases:desk_urge": ("he", 12),
    "cases:reminder_terms": ("manager", 8),
}


def arguments(world: World) -> dict[str, dict[str, Any]]:
    """A case that is being reviewed."""
    return {"cases:desk_urge": {"code": world.cases["reviewing"]}}
