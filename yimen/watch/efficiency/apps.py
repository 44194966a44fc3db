"""Registers this module with Django."""

from __future__ import annotations

from django.apps import AppConfig


class EfficiencyConfig(AppConfig):
    """效能监督."""

    name = "yimen.watch.efficiency"
    label = "efficiency"
    verbose_name = "效能监督"

    def ready(self) -> None:
        """Make procedures, clocks and the watcher known to the thread, and put the screens into the menus."""
        from yimen.ground.identity.policies import name_actions
        from yimen.ground.kit.pages import register_part
        from yimen.ground.matters.lifecycle import COMMON_STEPS, register_page, register_procedure
        from yimen.ground.matters.selectors import name_clocks
        from yimen.ground.matters.services import register_watcher
        from yimen.watch.efficiency import menu, parts
        from yimen.watch.efficiency.lifecycle import CLOCKS, PROCEDURES
        from yimen.watch.efficiency.services import limits
        from yimen.watch.efficiency.views.alerts import alert_part, attitude_part

        for table in PROCEDURES:
            register_procedure(table)
            register_page(table.name, f"efficiency:{table.name}")
            name_actions({f"{table.name}.{rule.action}": rule.label for rule in (*table.steps, *COMMON_STEPS)})
        name_clocks(CLOCKS)
        register_watcher("efficiency", limits.look, order=40)
        register_part("supervision.alert", alert_part)
        register_part("supervision.scores", attitude_part)
        menu.register()
        parts.register()
