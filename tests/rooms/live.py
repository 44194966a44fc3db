"""The live process' door, the board and the cockpit."""

from __future__ import annotations

CEILINGS: dict[str, tuple[str, int]] = {
    "live_ticket": ("sun", 3),
}
EXPECTED = {
    "live_ticket": 422,  # no topic was asked for
}
