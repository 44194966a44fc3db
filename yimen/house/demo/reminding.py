"""What is late in the county has climbed the responsibility chain, and one case was urged by hand."""

from __future__ import annotations

from yimen.house.demo.acting import Stage
from yimen.service.cases.models import Reminder
from yimen.service.cases.services import remind_of_limits, set_reminder_terms, urge_case


def tell(stage: Stage) -> None:
    """After the chains are named: the watch goes over everything once, then the centre's manager urges what is latest."""
    county, at = stage.county, stage.days.now
    manager = stage.actor(county.first("centre", "manager"))
    set_reminder_terms(
        actor=manager, centre=county.units["centre"], before_due=True, deputy_after=1, principal_after=3, at=at
    )
    remind_of_limits(at)
    late = Reminder.objects.filter(level__gte=1).select_related("matter").order_by("-late_workdays", "id").first()
    if late is not None:
        urge_case(code=late.matter.code, reason="申请人来电催问，请今天答复办理进展。", actor=manager, at=at)
