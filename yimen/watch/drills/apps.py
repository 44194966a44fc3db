"""Registers this module with Django."""

from __future__ import annotations

from django.apps import AppConfig


class DrillsConfig(AppConfig):
    """演练."""

    name = "yimen.watch.drills"
    label = "drills"
    verbose_name = "演练"
