"""Registers this module with Django."""

from __future__ import annotations

from django.apps import AppConfig


class CasesConfig(AppConfig):
    """办件."""

    name = "yimen.service.cases"
    label = "cases"
    verbose_name = "办件"
