"""Registers this module with Django."""

from __future__ import annotations

from django.apps import AppConfig


class SupervisionConfig(AppConfig):
    """电子监察."""

    name = "yimen.watch.supervision"
    label = "supervision"
    verbose_name = "电子监察"
