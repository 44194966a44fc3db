"""Registers this module with Django."""

from __future__ import annotations

from django.apps import AppConfig


class MattersConfig(AppConfig):
    """事."""

    name = "yimen.ground.matters"
    label = "matters"
    verbose_name = "事"
