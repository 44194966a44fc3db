"""Registers this module with Django."""

from __future__ import annotations

from django.apps import AppConfig


class MattersConfig(AppConfig):
    """事."""

    name = "yimen.ground.matters"
    label = "matters"
    verbose_name = "事"

    def ready(self) -> None:
        """Running matters move with their department."""
        from yimen.ground.matters import reassigning
        from yimen.ground.organisations.lifecycle import register_participant

        register_participant(
            "matters",
            reassigning.preview,
            reassigning.apply,
            reassigning.undo,
            label="在办的事",
            built_on=reassigning.built_on,
            order=60,
        )
