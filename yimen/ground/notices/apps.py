"""Registers this module with Django."""

from __future__ import annotations

from django.apps import AppConfig
from django.http import HttpRequest


class NoticesConfig(AppConfig):
    """通知."""

    name = "yimen.ground.notices"
    label = "notices"
    verbose_name = "通知"

    def ready(self) -> None:
        """Put the inbox into the menus, and count the unread ones for the bell."""
        from yimen.ground.kit.pages import MenuItem, register_menu, register_unread

        register_unread(unread)
        for place, (label, name) in enumerate(
            (("消息", "notices:messages"), ("短信模板", "notices:templates"), ("退订名单", "notices:opt_outs"))
        ):
            register_menu("manage", MenuItem(label, name, "send", "notices.manage", group="消息", order=66 + place))
        register_menu("own", MenuItem("我的通知", "notices:own", "bell", order=80, for_kind="citizen", count=unread))


def unread(request: HttpRequest) -> int:
    """How many messages whoever is signed in has not read."""
    from yimen.ground.notices import selectors

    actor = getattr(request, "actor", None)
    return selectors.unread(actor) if actor is not None and actor.kind != "system" else 0
