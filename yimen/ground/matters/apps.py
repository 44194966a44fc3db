"""Registers this module with Django."""

from __future__ import annotations

from django.apps import AppConfig


class MattersConfig(AppConfig):
    """事."""

    name = "yimen.ground.matters"
    label = "matters"
    verbose_name = "事"

    def ready(self) -> None:
        """Running matters move with their department; nobody decides for a colleague what they reviewed."""
        from yimen.ground.matters import conflicts, reassigning
        from yimen.ground.matters.lifecycle import register_check
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
        register_check(conflicts.POINT, conflicts.not_both_in_one_hand)
