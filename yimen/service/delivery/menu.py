"""Entries in the menus. None counts what waits: whoever has to act is told by a notice."""

from __future__ import annotations

from yimen.ground.kit.pages import MenuItem, register_menu
from yimen.service.delivery import policies


def register() -> None:
    """Put the entries in; called once when the app is ready."""
    for item in (
        MenuItem("统一出件", "delivery:results", "inbox", policies.LOOKS, group="出证", order=61),
        MenuItem("邮件", "delivery:parcels", "send", policies.LOOKS, group="出证", order=62),
        MenuItem("邮寄率和邮费", "delivery:report", "chart", policies.LOOKS, group="出证", order=63),
    ):
        register_menu("desk", item)
    register_menu(
        "manage", MenuItem("自助取件柜", "delivery:cabinets", "store", policies.SET_UP, group="大厅", order=66)
    )
