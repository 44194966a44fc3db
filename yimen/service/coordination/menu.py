"""The side menus."""

from __future__ import annotations

from django.http import HttpRequest

from yimen.ground.identity.rules import Actor
from yimen.ground.kit.pages import MenuItem, register_menu
from yimen.service.coordination import policies, selectors


def register() -> None:
    """Put the entries in; called once when the app is ready."""
    for item in (
        MenuItem(
            "协调事项",
            "coordination:inbox",
            "link",
            (policies.VIEW, policies.RAISE),
            _waiting,
            group="协调",
            order=50,
            hot=True,
        ),
        MenuItem(
            "上下传递",
            "coordination:channel",
            "send",
            (policies.CHANNEL, policies.RAISE),
            _papers,
            group="协调",
            order=51,
        ),
    ):
        register_menu("desk", item)
    keeps = (policies.WATCH, policies.LEADERS)
    for item in (
        MenuItem("四项职责", "coordination:overview", "scale", policies.WATCH, group="协调督促", order=60),
        MenuItem("协调日志", "coordination:log", "list", policies.VIEW, group="协调督促", order=61),
        MenuItem("报政府", "coordination:reports", "file", policies.MANAGE, group="协调督促", order=62),
        MenuItem("情况通报", "coordination:numbers", "chart", policies.WATCH, group="协调督促", order=63),
        MenuItem("部门回访", "coordination:return_visits", "chat", policies.WATCH, group="协调督促", order=64),
        MenuItem("带班表", "coordination:roster", "calendar", keeps, group="带班与现场办公", order=65),
        MenuItem("部门领导", "coordination:leaders", "users", keeps, group="带班与现场办公", order=66),
        MenuItem("现场办公", "coordination:site_visits", "pin", keeps, group="带班与现场办公", order=67),
        MenuItem("挂名领导核查", "coordination:nominal", "warn", keeps, group="带班与现场办公", order=68),
        MenuItem(
            "联络协办员",
            "coordination:liaisons",
            "phone",
            (policies.WATCH, policies.LIAISONS),
            group="协调督促",
            order=70,
        ),
        MenuItem(
            "领导小组", "coordination:groups", "star", (policies.WATCH, policies.GROUPS), group="协调督促", order=71
        ),
    ):
        register_menu("manage", item)


def _waiting(request: HttpRequest) -> int | None:
    """How many issues wait for this actor: to answer, to assign or to confirm."""
    actor = getattr(request, "actor", None)
    if not isinstance(actor, Actor) or not (actor.holds(policies.ANSWER) or actor.holds(policies.MANAGE)):
        return None
    return sum(selectors.open_counts(actor).values()) or None


def _papers(request: HttpRequest) -> int | None:
    """How many papers the actor's units have still to sign for or to answer."""
    actor = getattr(request, "actor", None)
    return selectors.waiting(policies.receives(actor)) or None if isinstance(actor, Actor) else None
