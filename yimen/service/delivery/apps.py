"""Registers this module with Django."""

from __future__ import annotations

from django.apps import AppConfig


class DeliveryConfig(AppConfig):
    """出件和邮寄."""

    name = "yimen.service.delivery"
    label = "delivery"
    verbose_name = "出件和邮寄"

    def ready(self) -> None:
        """Put the screens into the menus and the results onto the pages of cases."""
        from yimen.service.delivery import menu, parts

        menu.register()
        parts.register()
