"""Registers this module with Django."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class KitConfig(AppConfig):
    """工具."""

    name = "yimen.ground.kit"
    label = "kit"
    verbose_name = "工具"

    def ready(self) -> None:
        """Load each app's `handlers.py`, so that every process knows who hears which event."""
        autodiscover_modules("handlers")
