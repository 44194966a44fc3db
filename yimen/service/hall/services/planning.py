"""The centre plans what may be booked."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from yimen.ground.identity.rules import Actor
from yimen.ground.kit import audit
from yimen.ground.kit.particulars import tidy
from yimen.ground.kit.refusals import Invalid
from yimen.service.hall import policies, rules
from yimen.service.hall.models import Blackout, Group, Hall, SlotPlan


class BadPlan(Invalid):
    """A plan or a blackout that cannot be so."""

    code = "bad_plan"


PLAN_FIELDS = (
    "weekdays", "begins", "ends", "minutes", "quota", "lead_workdays", "days_ahead", "release_at", "starts_on", "ends_on", "closed_on",
)  # fmt: skip


@transaction.atomic
def save_plan(
    *, actor: Actor, at: datetime, group: Group, given: Mapping[str, Any], plan: SlotPlan | None = None
) -> SlotPlan:
    """Open a plan or change it; what is booked stays. Raises `BadPlan`, `NotAllowed`."""
    _may(actor, group.hall)
    made = plan or SlotPlan()
    made.group = group
    for name in PLAN_FIELDS:
        if name in given:
            setattr(made, name, given[name])
    made.weekdays = sorted({int(each) for each in made.weekdays})
    if not made.weekdays:
        raise BadPlan("还没有选星期。", fields={"weekdays": "请至少选一天"})
    if made.begins >= made.ends:
        raise BadPlan("结束要晚于开始。", fields={"ends": "请填晚于开始的时间"})
    if not rules.LEAST_SLOT <= made.minutes <= rules.MOST_SLOT:
        raise BadPlan("每段的时间不对。", fields={"minutes": f"请填 {rules.LEAST_SLOT} 到 {rules.MOST_SLOT} 分钟"})
    if made.ends_on is not None and made.ends_on < made.starts_on:
        raise BadPlan("截止日期早于开始日期。", fields={"ends_on": "请填开始以后的日期"})
    if made.quota < 1:
        raise BadPlan("每段至少 1 人。", fields={"quota": "请填 1 以上"})
    made.save()
    audit.record("hall.set_plan", actor=actor, target_kind="plan", target=str(made.pk), facts={"quota": made.quota})
    return made


@transaction.atomic
def black_out(*, actor: Actor, hall: Hall, given: Mapping[str, Any], at: datetime) -> Blackout:
    """Take nobody by appointment on some days; who is booked there is told by the next round. Raises `BadPlan`, `NotAllowed`."""
    _may(actor, hall)
    if given["first"] > given["last"]:
        raise BadPlan("截止日期早于开始日期。", fields={"last": "请填开始以后的日期"})
    made = Blackout.objects.create(
        hall=hall, group=given.get("group"), first=given["first"], last=given["last"],
        reason=tidy(given["reason"], "原因", 60, field="reason"),
    )  # fmt: skip
    audit.record("hall.black_out", actor=actor, target_kind="hall", target=hall.slug, reason=made.reason)
    return made


@transaction.atomic
def end_blackout(*, actor: Actor, blackout: Blackout, at: datetime) -> None:
    """Take people by appointment again on these days. Raises `NotAllowed`."""
    _may(actor, blackout.hall)
    audit.record(
        "hall.end_blackout", actor=actor, target_kind="hall", target=blackout.hall.slug, reason=blackout.reason
    )
    blackout.delete()


def _may(actor: Actor, hall: Hall) -> None:
    policies.demand(
        policies.reaches_centre(actor, policies.SET_UP, hall.centre_id, hall.centre.division_id),
        "这个大厅的预约不归您设定。", "请由本中心负责人设定。",
    )  # fmt: skip
