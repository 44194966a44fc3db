"""Registers this module with Django."""

from __future__ import annotations

from django.apps import AppConfig


class WindowsConfig(AppConfig):
    """窗口工作."""

    name = "yimen.service.windows"
    label = "windows"
    verbose_name = "窗口工作"

    def ready(self) -> None:
        """Make procedures, clocks, the watcher and the check known to the thread, and put the screens into the menus."""
        from yimen.ground.identity.policies import name_actions
        from yimen.ground.kit.checkpoints import register_check
        from yimen.ground.matters.lifecycle import COMMON_STEPS, register_page, register_procedure
        from yimen.ground.matters.selectors import name_clocks
        from yimen.ground.matters.services import register_watcher
        from yimen.service.windows import menu, parts
        from yimen.service.windows.lifecycle import CLOCKS, PROCEDURES
        from yimen.service.windows.services import check_intake, limits

        for table in PROCEDURES:
            register_procedure(table)
            register_page(table.name, f"windows:{table.name}")
            name_actions({f"{table.name}.{rule.action}": rule.label for rule in (*table.steps, *COMMON_STEPS)})
        name_clocks(CLOCKS)
        register_watcher("windows", limits.look, order=38)
        register_check("cases.intake", check_intake)
        menu.register()
        parts.register()
