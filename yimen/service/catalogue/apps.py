"""Registers this module with Django."""

from __future__ import annotations

from django.apps import AppConfig


class CatalogueConfig(AppConfig):
    """事项目录."""

    name = "yimen.service.catalogue"
    label = "catalogue"
    verbose_name = "事项目录"

    def ready(self) -> None:
        """Make the permissions known and put the pages into the menus."""
        from yimen.service.catalogue import menu, policies  # noqa: F401  (registers the permissions)

        menu.register()
