"""Registers this module with Django."""

from __future__ import annotations

from django.apps import AppConfig


class OfflineConfig(AppConfig):
    """断网办件."""

    name = "yimen.service.offline"
    label = "offline"
    verbose_name = "断网办件"

    def ready(self) -> None:
        """Put the screens into the menus and the receipt onto the page of its case."""
        from yimen.service.offline import menu, parts

        menu.register()
        parts.register()
