"""Registers this module with Django."""

from __future__ import annotations

from django.apps import AppConfig


class HallConfig(AppConfig):
    """大厅现场."""

    name = "yimen.service.hall"
    label = "hall"
    verbose_name = "大厅现场"

    def ready(self) -> None:
        """Make the topic and the parts known, and put the screens into the menus."""
        from yimen.service.hall import menu, parts
        from yimen.service.hall import policies as policies

        menu.register()
        parts.register()
