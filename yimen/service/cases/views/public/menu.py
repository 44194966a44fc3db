"""The applicant's entries in the portal's menus."""

from __future__ import annotations

from yimen.ground.kit.pages import MenuItem, register_menu


def register() -> None:
    """Put them in; called once when the app is ready."""
    register_menu("portal", MenuItem("办件查询", "cases:track", "track", order=30))
    register_menu("own", MenuItem("我的办件", "cases:mine", "list", order=5, for_kind="citizen"))
    register_menu("own", MenuItem("委托代办", "cases:mandates", "users", order=12, for_kind="citizen"))
