"""Registers this module with Django."""

from __future__ import annotations

from django.apps import AppConfig


class CasesConfig(AppConfig):
    """办件."""

    name = "yimen.service.cases"
    label = "cases"
    verbose_name = "办件"

    def ready(self) -> None:
        """Make the procedure of cases known to the thread."""
        from yimen.ground.matters.lifecycle import register_procedure
        from yimen.service.cases.lifecycle import LICENCE

        register_procedure(LICENCE)
