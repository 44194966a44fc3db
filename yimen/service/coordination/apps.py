"""Registers this module with Django."""

from __future__ import annotations

from django.apps import AppConfig


class CoordinationConfig(AppConfig):
    """协调督促."""

    name = "yimen.service.coordination"
    label = "coordination"
    verbose_name = "协调督促"
