"""Registers this module with Django."""

from __future__ import annotations

from django.apps import AppConfig


class FeesConfig(AppConfig):
    """收费."""

    name = "yimen.service.fees"
    label = "fees"
    verbose_name = "收费"

    def ready(self) -> None:
        """Put the screens into the menus and the bills onto the pages of cases and items."""
        from yimen.service.fees import menu, parts

        menu.register()
        parts.register()
