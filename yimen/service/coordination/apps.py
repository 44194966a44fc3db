"""Registers this module with Django."""

from __future__ import annotations

from django.apps import AppConfig


class CoordinationConfig(AppConfig):
    """协调督促."""

    name = "yimen.service.coordination"
    label = "coordination"
    verbose_name = "协调督促"

    def ready(self) -> None:
        """Make the procedure and its clocks known to the thread, and put the screens into the menus."""
        from yimen.ground.identity.policies import name_actions
        from yimen.ground.matters.lifecycle import COMMON_STEPS, register_procedure
        from yimen.ground.matters.selectors import name_clocks
        from yimen.service.coordination import menu
        from yimen.service.coordination.lifecycle import CLOCKS, COORDINATION

        register_procedure(COORDINATION)
        name_clocks(CLOCKS)
        name_actions(
            {f"{COORDINATION.name}.{rule.action}": rule.label for rule in (*COORDINATION.steps, *COMMON_STEPS)}
        )
        menu.register()
