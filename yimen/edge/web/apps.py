"""Registers this module with Django."""

from __future__ import annotations

from django.apps import AppConfig


class WebConfig(AppConfig):
    """门户与工作台."""

    name = "yimen.edge.web"
    label = "web"
    verbose_name = "门户与工作台"
