"""Registers this module with Django."""

from __future__ import annotations

from django.apps import AppConfig


class SupervisionConfig(AppConfig):
    """电子监察."""

    name = "yimen.watch.supervision"
    label = "supervision"
    verbose_name = "电子监察"

    def ready(self) -> None:
        """Watch over every clock, last of all watchers."""
        from yimen.ground.matters.services import register_watcher
        from yimen.watch.supervision.services.lights import ORDER, look

        register_watcher("supervision", look, order=ORDER)
