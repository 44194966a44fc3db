"""What the centre and some departments of the county promise in public."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from yimen.ground.identity.rules import SYSTEM
from yimen.house.demo.acting import Stage
from yimen.service.cases.services import make_promise

PROMISES = (
    ("centre", "on_time", "100", "受理的事项百分之百按时办结"),
    ("centre", "at_once", "95", "即办件当场办结，不让群众跑第二趟"),
    ("market", "days", "3", "许可类事项平均三个工作日内办结"),
    ("labour", "on_time", "98", "社会保障事项按时办结率不低于 98%"),
    ("health", "days", "5", "卫生许可平均五个工作日内办结"),
)


def tell(stage: Stage) -> None:
    """Register them, from the first of January of last year on."""
    made, first = stage.county, date(stage.days.now.year - 1, 1, 1)
    for unit, what, target, text in PROMISES:
        make_promise(
            actor=SYSTEM, unit=made.units[unit], centre=made.units["centre"], what=what, target=Decimal(target), text=text,
            valid_from=first, at=made.at,
        )  # fmt: skip
