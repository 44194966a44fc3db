"""Registers this module with Django."""

from __future__ import annotations

from django.apps import AppConfig


class IdentityConfig(AppConfig):
    """主体与账号."""

    name = "yimen.ground.identity"
    label = "identity"
    verbose_name = "主体与账号"
