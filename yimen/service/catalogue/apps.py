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

        from yimen.ground.organisations.lifecycle import register_participant
        from yimen.service.catalogue.services import reorganising

        register_participant(
            "catalogue",
            reorganising.preview,
            reorganising.apply,
            reorganising.undo,
            label="事项",
            built_on=reorganising.built_on,
            order=20,
        )
