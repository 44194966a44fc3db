"""Entries in the menus. None counts what waits: whoever has to act is told by a notice."""

from __future__ import annotations

from yimen.ground.kit.pages import MenuItem, register_menu
from yimen.service.offline import policies


def register() -> None:
    """Put the entries in; called once when the app is ready."""
    register_menu("footer", MenuItem("核对离线凭证", "offline:verify", "search", order=23))
    looks = (policies.MANAGE, policies.VIEW)
    register_menu("desk", MenuItem("断网收件", "offline:shell", "inbox", policies.RECEIVE, group="窗口", order=43))
    register_menu("desk", MenuItem("离线收件清单", "offline:receipts", "file", policies.SEERS, group="窗口", order=44))
    register_menu("manage", MenuItem("离线设备", "offline:devices", "pin", looks, group="窗口", order=53))
    register_menu("manage", MenuItem("断网和离线收件", "offline:outages", "chart", looks, group="窗口", order=54))
