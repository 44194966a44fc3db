"""Registers this module with Django."""

from __future__ import annotations

from django.apps import AppConfig


class ResidenceConfig(AppConfig):
    """进驻管理."""

    name = "yimen.service.residence"
    label = "residence"
    verbose_name = "进驻管理"

    def ready(self) -> None:
        """Permissions, checks, handlers, menus, and what it says on the guide."""
        from yimen.service.residence import checks, handlers, menu, parts, policies  # noqa: F401  (they register)

        checks.register()
        menu.register()
        parts.register()
