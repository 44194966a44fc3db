"""Registers this module with Django."""

from __future__ import annotations

from django.apps import AppConfig


class ResidenceConfig(AppConfig):
    """进驻管理."""

    name = "yimen.service.residence"
    label = "residence"
    verbose_name = "进驻管理"

    def ready(self) -> None:
        """Permissions, checks, handlers, menus, and what it says on the guide."""
        from yimen.ground.organisations.lifecycle import register_participant
        from yimen.service.residence import checks, handlers, menu, parts, policies  # noqa: F401  (they register)
        from yimen.service.residence.services import reorganising

        register_participant(
            "residence", reorganising.preview, reorganising.apply, reorganising.undo, label="应进驻目录", order=40
        )
        checks.register()
        menu.register()
        parts.register()
