"""The side menus."""

from __future__ import annotations

from yimen.ground.kit.pages import MenuItem, register_menu
from yimen.service.scrutiny import policies


def register() -> None:
    """Put the entries in; called once when the app is ready."""
    register_menu(
        "desk",
        MenuItem(
            "复议诉讼", "scrutiny:challenges", "scale", (policies.VIEW, policies.CHALLENGE), group="查询", order=35
        ),
    )
