"""The side menus."""

from __future__ import annotations

from django.http import HttpRequest

from yimen.ground.identity.rules import Actor
from yimen.ground.kit.pages import MenuItem, register_menu
from yimen.service.scrutiny import policies
from yimen.service.scrutiny.selectors.panels import waiting_seats


def register() -> None:
    """Put the entries in; called once when the app is ready."""
    going, meeting = (policies.SURVEY, policies.VIEW), (policies.CONVENE, policies.ATTEND)
    register_menu("desk", MenuItem("现场踏勘", "scrutiny:surveys", "pin", going, group="办理", order=16))
    register_menu("desk", MenuItem("中心会审", "scrutiny:panels", "users", meeting, _waiting, group="办理", order=16))
    register_menu("desk", MenuItem("全程参与", "scrutiny:observers", "star", policies.OBSERVE, group="查询", order=35))
    register_menu("manage", MenuItem("踏勘表", "scrutiny:survey_forms", "list", policies.FORMS, group="目录", order=27))
    register_menu(
        "desk",
        MenuItem(
            "复议诉讼", "scrutiny:challenges", "scale", (policies.VIEW, policies.CHALLENGE), group="查询", order=35
        ),
    )


def _waiting(request: HttpRequest) -> int | None:
    """How many invitations wait for an answer of the actor's department."""
    actor = getattr(request, "actor", None)
    return waiting_seats(actor) or None if isinstance(actor, Actor) else None
