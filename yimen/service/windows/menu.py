"""Entries in the menus. None counts what waits: a count is asked on every page, and whoever has to act is told by a notice."""

from __future__ import annotations

from yimen.ground.kit.pages import MenuItem, register_menu
from yimen.service.windows import policies

LOOKS = (policies.ASK, policies.ANSWER, policies.VIEW)
PAPERS = (policies.DRAFT, policies.APPROVE, policies.START, policies.VIEW)


def register() -> None:
    """Put the entries in; called once when the app is ready."""
    register_menu("footer", MenuItem("窗口怎么找", "windows:find", "pin", order=21))
    register_menu("footer", MenuItem("查询首问", "windows:track", "search", order=22))
    for item in (
        MenuItem("股室协办", "windows:pulls", "link", LOOKS, group="窗口", order=40),
        MenuItem("首问登记", "windows:first_asks", "chat", (policies.FIRST, policies.VIEW), group="窗口",
                 order=41),
        MenuItem("流程和预案", "windows:papers", "file", PAPERS, group="窗口", order=42),
    ):  # fmt: skip
        register_menu("desk", item)
    for item in (
        MenuItem("窗口服务类型", "windows:kinds", "pin", policies.KINDS, group="窗口", order=50),
        MenuItem("流程和预案", "windows:paper_gaps", "file", (policies.APPROVE, policies.VIEW), group="窗口", order=51),
        MenuItem("协办和首问统计", "windows:figures", "chart", policies.VIEW, group="窗口", order=52),
    ):
        register_menu("manage", item)
