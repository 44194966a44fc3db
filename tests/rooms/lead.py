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
