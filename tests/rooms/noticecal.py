"""The calendar's screens, and those of messages."""

from __future__ import annotations

from datetime import date
from typing import Any

from yimen.ground.calendar import selectors as calendars
from yimen.ground.calendar.models import CalendarChange, HoursException
from yimen.ground.identity.rules import SYSTEM
from yimen.ground.kit.moments import now
from yimen.ground.matters import services as matters
from yimen.ground.matters.tests.notices2027 import TEXT

CEILINGS: dict[str, tuple[str, int]] = {
    "matters:workdays": ("li", 6),
    "matters:calendar": ("manager", 9),
    "matters:register_notice": ("manager", 5),
    "matters:register_closure": ("manager", 8),
    "matters:changes": ("manager", 6),
    "matters:change": ("manager", 18),
    "matters:change_act": ("manager", 6),
    "matters:moved_export": ("manager", 8),
    "matters:hours": ("manager", 10),
    "matters:week": ("manager", 10),
    "matters:add_exception": ("manager", 8),
    "matters:end_exception": ("manager", 5),
}
LIST = {"matters:changes", "matters:hours"}
QUESTIONS = {"matters:workdays": "?ask=forward&start=2026-12-21&n=15&unit=workday", "matters:calendar": "?year=2026"}


def arguments(world: Any) -> dict[str, dict[str, Any]]:
    """A draft of a notice with its preview, and a day with other hours."""
    change = CalendarChange.objects.order_by("id").first()
    if change is None:
        change = matters.register_notice(actor=SYSTEM, paper=matters.Paper(TEXT), at=now())
        matters.preview_change(actor=SYSTEM, change=change, at=now())
    centre = world.cast.units["centre"].pk
    exception = HoursException.objects.first() or matters.set_exception(
        actor=SYSTEM, centre_id=centre, day=date(2027, 3, 1), why="系统升级", opens=None, closes=None, at=now()
    )
    assert calendars.changes().exists()
    uid = {"uid": change.uid}
    return {
        "matters:change": uid,
        "matters:change_act": uid,
        "matters:moved_export": uid,
        "matters:week": {"centre": centre},
        "matters:add_exception": {"centre": centre},
        "matters:end_exception": {"exception": exception.pk},
    }
