"""Entries in the menus."""

from __future__ import annotations

from yimen.ground.kit.pages import MenuItem, register_menu
from yimen.service.certificates import policies


def register() -> None:
    """Put the entries in; called once when the app is ready."""
    register_menu(
        "desk", MenuItem("证照登记簿", "certificates:register", "card", policies.LOOKS, group="出证", order=60)
    )
    register_menu("manage", MenuItem("证照类型", "certificates:types", "card", policies.SET_UP, group="事项", order=62))
    register_menu("own", MenuItem("我的证照", "certificates:own", "card", order=8, for_kind="citizen"))
    register_menu("footer", MenuItem("核验证照", "certificates:ask", "card", order=24))
