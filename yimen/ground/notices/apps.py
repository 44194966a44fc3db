"""Registers this module with Django."""

from __future__ import annotations

from django.apps import AppConfig


class NoticesConfig(AppConfig):
    """通知."""

    name = "yimen.ground.notices"
    label = "notices"
    verbose_name = "通知"
