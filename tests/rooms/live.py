"""The live process' door, the board and the cockpit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from yimen.ground.kit.moments import now
from yimen.watch.supervision.services import add_wall

if TYPE_CHECKING:
    from tests.security.world import World

CEILINGS: dict[str, tuple[str, int]] = {
    "live_ticket": ("sun", 3),
    "supervision:board": ("sun", 9),
    "supervision:matters": ("sun", 7),
    "supervision:cockpit": ("sun", 14),
    "supervision:walls": ("sun", 5),
    "supervision:end_wall": ("sun", 4),
    "supervision:wall": ("", 1),
    "supervision:wall_ticket": ("", 1),
}
LIST = {"supervision:board", "supervision:matters"}
EXPECTED = {
    "live_ticket": 422,  # no topic was asked for
    "supervision:wall_ticket": 401,  # for a screen that holds a key
}
OTHER_KEYS = {"supervision:wall_ticket"}


def arguments(world: World) -> dict[str, dict[str, Any]]:
    """A screen of Sun's that waits for its code."""
    added = add_wall(actor=world.cast.actor("sun"), name="三楼会议室", days=30, at=now())
    return {"supervision:end_wall": {"uid": added.screen.uid}}
