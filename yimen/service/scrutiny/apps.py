"""Registers this module with Django."""

from __future__ import annotations

from functools import partial

from django.apps import AppConfig


class ScrutinyConfig(AppConfig):
    """踏勘、会审、复议诉讼."""

    name = "yimen.service.scrutiny"
    label = "scrutiny"
    verbose_name = "踏勘会审"

    def ready(self) -> None:
        """Make the procedures known to the thread, the report's numbers to the cases, and the screens to the menus."""
        from yimen.ground.identity.policies import name_actions
        from yimen.ground.matters.lifecycle import COMMON_STEPS, register_page, register_procedure
        from yimen.ground.matters.selectors import name_clocks
        from yimen.service.cases.services import Indicator, register_indicator
        from yimen.service.scrutiny import menu
        from yimen.service.scrutiny.lifecycle import CLOCKS, TABLES
        from yimen.service.scrutiny.selectors import challenges
        from yimen.service.scrutiny.services import appointing
        from yimen.service.scrutiny.services import challenges as challenge_services
        from yimen.service.scrutiny.views import parts

        for table in TABLES:
            register_procedure(table)
            for rule in (*table.steps, *COMMON_STEPS):
                name_actions({f"{table.name}.{rule.action}": rule.label})
        register_page("challenge", "scrutiny:challenge")
        register_page("survey", "scrutiny:survey")
        register_page("joint_review", "scrutiny:panel")
        name_clocks(CLOCKS)
        for code, label in challenges.INDICATORS.items():
            register_indicator(Indicator(code, label, "scrutiny:challenges", partial(challenges.count, code)))
        challenge_services.register()
        appointing.register()
        parts.register()
        menu.register()
