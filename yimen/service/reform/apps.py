"""Registers this module with Django."""

from __future__ import annotations

from django.apps import AppConfig


class ReformConfig(AppConfig):
    """审批制度改革."""

    name = "yimen.service.reform"
    label = "reform"
    verbose_name = "审批制度改革"

    def ready(self) -> None:
        """Make the permissions known and put the pages into the menus."""
        from yimen.service.reform import menu, policies  # noqa: F401  (registers the permissions)

        menu.register()
