"""Registers this module with Django."""

from __future__ import annotations

from django.apps import AppConfig


class KitConfig(AppConfig):
    """工具."""

    name = "yimen.ground.kit"
    label = "kit"
    verbose_name = "工具"
