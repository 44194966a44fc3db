"""Registers this module with Django."""

from __future__ import annotations

from django.apps import AppConfig


class ReformConfig(AppConfig):
    """审批制度改革."""

    name = "yimen.service.reform"
    label = "reform"
    verbose_name = "审批制度改革"
