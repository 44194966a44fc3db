"""Entries in the menus."""

from __future__ import annotations

from yimen.ground.kit.pages import MenuItem, register_menu
from yimen.service.hall import policies


def register() -> None:
    """Put the entries in; called once when the app is ready."""
    register_menu("quick", MenuItem("取号排队", "hall:halls", "clock", order=45))
    register_menu("desk", MenuItem("叫号", "hall:caller", "bell", policies.CALL, group="窗口", order=36))
    register_menu(
        "desk",
        MenuItem(
            "排队号", "hall:tickets", "list", (policies.CALL, policies.RECEIVE, policies.VIEW), group="窗口", order=37
        ),
    )
    register_menu(
        "desk",
        MenuItem(
            "预约",
            "hall:bookings",
            "calendar",
            (policies.CALL, policies.RECEIVE, policies.VIEW),
            group="窗口",
            order=38,
        ),
    )
    register_menu("own", MenuItem("我的预约", "hall:my_bookings", "calendar", order=44, for_kind="citizen"))
    register_menu("manage", MenuItem("暂停预约", "hall:bans", "users", policies.SET_UP, group="大厅", order=47))
    register_menu("manage", MenuItem("大厅和叫号", "hall:set_up", "pin", policies.SET_UP, group="大厅", order=45))
    register_menu("manage", MenuItem("排队统计", "hall:figures", "chart", policies.VIEW, group="大厅", order=46))
