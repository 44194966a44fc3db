"""The live process' door, the board and the cockpit."""

from __future__ import annotations

CEILINGS: dict[str, tuple[str, int]] = {
    "live_ticket": ("sun", 3),
    "supervision:board": ("sun", 9),
    "supervision:matters": ("sun", 6),
    "supervision:cockpit": ("sun", 14),
}
LIST = {"supervision:board", "supervision:matters"}
EXPECTED = {
    "live_ticket": 422,  # no topic was asked for
}
