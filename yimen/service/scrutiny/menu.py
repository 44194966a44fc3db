"""The side menus."""

from __future__ import annotations

from yimen.ground.kit.pages import MenuItem, register_menu
from yimen.service.scrutiny import policies


def register() -> None:
    """Put the entries in; called once when the app is ready."""
    going, meeting = (policies.SURVEY, policies.VIEW), (policies.CONVENE, policies.ATTEND)
    register_menu("desk", MenuItem("现场踏勘", "scrutiny:surveys", "pin", going, group="办理", order=16))
    register_menu("desk", MenuItem("中心会审", "scrutiny:panels", "users", meeting, group="办理", order=16))
    register_menu("desk", MenuItem("全程参与", "scrutiny:observers", "star", policies.OBSERVE, group="查询", order=35))
    register_menu("manage", MenuItem("踏勘表", "scrutiny:survey_forms", "list", policies.FORMS, group="目录", order=27))
    register_menu(
        "desk",
        MenuItem(
            "复议诉讼", "scrutiny:challenges", "scale", (policies.VIEW, policies.CHALLENGE), group="查询", order=35
        ),
    )
