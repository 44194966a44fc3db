"""Registers this module with Django."""

from __future__ import annotations

from django.apps import AppConfig


class ResidenceConfig(AppConfig):
    """进驻管理."""

    name = "yimen.service.residence"
    label = "residence"
    verbose_name = "进驻管理"
