"""Figures, kinds of case and promises."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from tests.cast import INSTALLER
from yimen.ground.kit.moments import now
from yimen.service.cases import counting, services
from yimen.service.cases.selectors import promises

if TYPE_CHECKING:
    from tests.security.world import World

CEILINGS: dict[str, tuple[str, int]] = {
    "api:figures": ("sun", 5),
    "house:operations": ("system", 25),
    "house:operations_retry": ("system", 5),
    "cases:figures": ("sun", 14),
    "cases:figures_list": ("sun", 9),
    "cases:spared": ("sun", 9),
    "api:spareable": ("li", 9),
    "cases:kinds": ("manager", 8),
    "cases:promises": ("li", 7),
    "cases:manage_promises": ("manager", 8),
    "cases:make_promise": ("manager", 8),
    "cases:withdraw_promise": ("manager", 8),
}
LIST = {"cases:figures", "cases:figures_list", "cases:promises", "cases:manage_promises"}
QUESTIONS = {"cases:figures_list": "?which=submitted&period=this_year"}


def arguments(world: World) -> dict[str, dict[str, Any]]:
    """A promise of the market department, and figures of Li's cases."""
    counting.make_good()
    centre = world.cast.units["centre"]
    if stands := promises(date.max, ended_too=True).filter(unit=world.cast.units["market"]).first():
        return {"cases:withdraw_promise": {"uid": stands.uid}}
    made = services.make_promise(
        actor=INSTALLER, unit=world.cast.units["market"], centre=centre, what="on_time", target=Decimal(100),
        text="受理的事项全部按时办结", valid_from=date(2024, 1, 1), at=now(),
    )  # fmt: skip
    return {"cases:withdraw_promise": {"uid": made.uid}}


NO_ACT = {
    "cases:mandate_new": "the first press looks for an item; the act is tested in cases/tests/test_mandates.py",
    "cases:desk_mandate_new": "as for the one who gives it",
}

MORE = {
    "notices:settings": "the channels that were chosen, and the quiet hours",
    "organisations:open_reviews": "one review for each department",
}

ELSEWHERE = {
    "cases:make_promise": "the market department promises this already: cases/tests/test_kinds_and_promises.py",
    "residence:ask_wish": "what is wished is told in words: service/residence/tests/test_demands.py",
    "residence:new_plan": "needs functions and sections: service/residence/tests/test_plans.py",
    "residence:propose": "items are ticked: service/residence/tests/test_withdrawal.py",
    "residence:designate_item": "an item of the province is named: service/residence/tests/test_watching.py",
    "coordination:send": "whom it goes to is ticked: service/coordination/tests/test_papers.py",
    "coordination:copy_roster": "needs a month before: service/coordination/tests/test_roster.py",
    "coordination:set_shift": "needs a leader: service/coordination/tests/test_roster.py",
    "coordination:appoint_liaison": "needs somebody of the unit: service/coordination/tests/test_papers.py",
    "coordination:new_report": "issues are ticked: service/coordination/tests/test_pages.py",
    "coordination:new_return_visit": "whom one visited is told: service/coordination/tests/test_visits.py",
    "coordination:liaison_notice": "whom it goes to is ticked: service/coordination/tests/test_papers.py",
    "coordination:found_group": "members are named: service/coordination/tests/test_groups.py",
    "organisations:match_unit": "needs a department of another tier: organisations/tests/test_registers.py",
    "organisations:hand_over_seal": "needs a keeper of the unit: organisations/tests/test_registers.py",
    "catalogue:workbooks": "needs a workbook of ours: catalogue/tests/test_workbook.py",
    "catalogue:item_codes": "needs a code of a known province: catalogue/tests/test_code_systems.py",
    "notices:opt_outs": "needs a telephone number: notices/tests/test_channels.py",
    "notices:template": "variables are checked: notices/tests/test_channels.py",
    "matters:register_notice": "needs the text of a notice: matters/tests/test_calendar_change.py",
    "reform:comparisons": "needs a list: service/reform/tests/test_comparisons.py",
    "reform:tag_chosen": "items are ticked: service/reform/tests/test_measures.py",
    "reform:new_batch": "needs an item of one's own: service/reform/tests/test_batches.py",
    "reform:save_class": "needs a share: service/reform/tests/test_measures.py",
    "reform:new_standard": "needs a day to come: service/reform/tests/test_measures.py",
    "reform:simplify": "needs a document: service/reform/tests/test_measures.py",
    "reform:rebuild": "steps are listed by hand: service/reform/tests/test_measures.py",
    "reform:new_cleanup": "departments are ticked: service/reform/tests/test_cleanups.py",
}
"""Acts that the walk cannot fill in, with the test that carries them out."""
