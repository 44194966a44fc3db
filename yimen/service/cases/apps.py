"""Registers this module with Django."""

from __future__ import annotations

from django.apps import AppConfig


class CasesConfig(AppConfig):
    """办件."""

    name = "yimen.service.cases"
    label = "cases"
    verbose_name = "办件"

    def ready(self) -> None:
        """Make the procedure of cases known to the thread and to the audit, and put the desk's entries into the menu."""
        from yimen.ground.identity.policies import name_actions
        from yimen.ground.matters.lifecycle import COMMON_STEPS, register_page, register_procedure
        from yimen.ground.matters.selectors import name_clocks
        from yimen.ground.matters.services import register_watcher
        from yimen.service.cases import selectors_spared
        from yimen.service.cases.indicators import Indicator, register_indicator
        from yimen.service.cases.lifecycle import OLDER, PROCEDURES
        from yimen.service.cases.lifecycle_asides import ASIDES
        from yimen.service.cases.services import effects, hearings, opinions, reminding, revoking
        from yimen.service.cases.views.manage import moving
        from yimen.service.cases.views.public import menu as public_menu
        from yimen.service.cases.views.staff import menu

        # A step taken is written down under the procedure's name, a step refused under the module's. The licence comes
        # last, so that the module's names are in its words.
        for table in reversed(PROCEDURES):
            register_procedure(table)
            register_page(table.name, "cases:desk_case")
            for rule in (*table.steps, *COMMON_STEPS):
                name_actions({f"{table.name}.{rule.action}": rule.label, f"cases.{rule.action}": rule.label})
        for table in OLDER:
            register_procedure(table)
        for table in ASIDES:
            register_procedure(table)
            for rule in (*table.steps, *COMMON_STEPS):
                name_actions({f"{table.name}.{rule.action}": rule.label})
        register_page("opinion_request", "cases:opinion")
        register_page("hearing", "cases:hearing")
        register_page("revocation", "cases:revocation")
        name_clocks(
            {
                "opinion": "答复",
                "hearing_request": "要求听证",
                "hearing": "组织听证",
                "first_review": "初审",
                "statement": "陈述申辩",
                "revocation_hearing": "听证",
                "revoking": "撤销决定",
            }
        )
        spared = Indicator(selectors_spared.INDICATOR, selectors_spared.LABEL, "cases:spared", selectors_spared.count)
        register_indicator(spared)
        effects.register()
        opinions.register()
        hearings.register()
        revoking.register()
        register_watcher("reminders", reminding.look, order=30)
        menu.register()
        moving.register()
        public_menu.register()

        from yimen.ground.organisations.lifecycle import register_participant
        from yimen.service.cases.services import reorganising

        register_participant(
            "cases",
            reorganising.preview,
            reorganising.apply,
            reorganising.apply,
            label="办件",
            built_on=reorganising.built_on,
            order=80,
        )
