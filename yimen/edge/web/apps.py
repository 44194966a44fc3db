"""Registers this module with Django."""

from __future__ import annotations

from django.apps import AppConfig

from yimen.ground.kit.pages import MenuItem, register_footer, register_menu

ADMINISTERS = ("admin.system", "admin.security", "admin.audit")
"""The gallery of components is for those who look after the installation; to others it says nothing."""


class WebConfig(AppConfig):
    """门户与工作台."""

    name = "yimen.edge.web"
    label = "web"
    verbose_name = "门户与工作台"

    def ready(self) -> None:
        """Put the site's own entries into the menus."""
        from yimen.edge.web import centre

        register_footer(centre.footer)
        register_menu("portal", MenuItem("首页", "web:home", order=0))
        register_menu("portal", MenuItem("我要办事", "catalogue:search", order=10))
        register_menu("portal", MenuItem("办件查询", "cases:track", order=30))
        register_menu("footer", MenuItem("无障碍说明", "web:accessibility", order=10))
        register_menu(
            "manage", MenuItem("部件一览", "web:look", "bulb", permission=ADMINISTERS, group="基础", order=95)
        )
