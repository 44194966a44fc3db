"""Registers this module with Django."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class IdentityConfig(AppConfig):
    """主体与账号."""

    name = "yimen.ground.identity"
    label = "identity"
    verbose_name = "主体与账号"

    def ready(self) -> None:
        """Load each app's `policies.py`, so that every process knows every permission."""
        autodiscover_modules("policies")
