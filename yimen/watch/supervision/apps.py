"""Registers this module with Django."""

from __future__ import annotations

from django.apps import AppConfig


class SupervisionConfig(AppConfig):
    """电子监察."""

    name = "yimen.watch.supervision"
    label = "supervision"
    verbose_name = "电子监察"

    def ready(self) -> None:
        """Watch over every clock, last of all watchers; make the procedure known, put the screens into the menus."""
        from yimen.ground.identity.policies import name_actions
        from yimen.ground.matters.lifecycle import COMMON_STEPS, register_page, register_procedure
        from yimen.ground.matters.selectors import name_clocks
        from yimen.ground.matters.services import register_watcher
        from yimen.watch.supervision import menu
        from yimen.watch.supervision.lifecycle import ALERT, CLOCKS
        from yimen.watch.supervision.services.course import lapse
        from yimen.watch.supervision.services.lights import ORDER, look

        register_procedure(ALERT)
        register_page(ALERT.name, "supervision:alert")
        name_clocks(CLOCKS)
        name_actions({f"{ALERT.name}.{rule.action}": rule.label for rule in (*ALERT.steps, *COMMON_STEPS)})
        register_watcher("supervision_alerts", lapse, order=40)
        register_watcher("supervision", look, order=ORDER)
        menu.register()
