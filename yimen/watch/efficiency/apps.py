"""Registers this module with Django."""

from __future__ import annotations

from django.apps import AppConfig


class EfficiencyConfig(AppConfig):
    """效能监督."""

    name = "yimen.watch.efficiency"
    label = "efficiency"
    verbose_name = "效能监督"
