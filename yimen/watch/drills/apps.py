"""Registers this module with Django."""

from __future__ import annotations

from django.apps import AppConfig


class DrillsConfig(AppConfig):
    """演练."""

    name = "yimen.watch.drills"
    label = "drills"
    verbose_name = "演练"

    def ready(self) -> None:
        """Make the permissions known and put the page into the menu."""
        from yimen.ground.kit.pages import MenuItem, register_menu
        from yimen.watch.drills import policies

        register_menu(
            "manage", MenuItem("演练", "drills:drills", "chart", (policies.VIEW, policies.HOLD), group="监察", order=90)
        )
