"""What is late in the county has climbed the responsibility chain, what nobody answered is deemed accepted, one case was urged
by hand, one went up to the city.
"""

from __future__ import annotations

from yimen.ground.matters.watching import sweep_all
from yimen.house.demo.acting import Stage
from yimen.service.cases.models import Case, Reminder
from yimen.service.cases.services import (
    counterparts_of_case,
    hand_across,
    set_reminder_terms,
    urge_case,
)


def tell(stage: Stage) -> None:
    """After the chains are named: the watch goes over everything once, then the centre's manager urges what is latest."""
    county, at = stage.county, stage.days.now
    manager = stage.actor(county.first("centre", "manager"))
    set_reminder_terms(
        actor=manager, centre=county.units["centre"], before_due=True, deputy_after=1, principal_after=3, at=at
    )
    sweep_all(at)
    late = Reminder.objects.filter(level__gte=1).select_related("matter").order_by("-late_workdays", "id").first()
    if late is not None:
        urge_case(code=late.matter.code, reason="申请人来电催问，请今天答复办理进展。", actor=manager, at=at)
    _up_to_the_city(stage)


def _up_to_the_city(stage: Stage) -> None:
    """The market department's newest case under review goes to its counterpart above; the paper follows it."""
    county, at = stage.county, stage.days.now
    market = county.units["market"]
    case = Case.objects.filter(matter__department=market, matter__state="reviewing").order_by("-pk").first()
    chief = county.by_duty.get(("market", "chief"), ())
    if case is None or not chief:
        return
    targets = counterparts_of_case(case.matter)
    if targets:
        hand_across(
            code=case.matter.code, to=targets[0].key, actor=stage.actor(chief[0]), at=at,
            reason="经营场所跨县区，按权限应由市局接着审查。",
        )  # fmt: skip
