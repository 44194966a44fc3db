"""通报: the numbers of a period, frozen and sent to the heads of the units with receipts (R015)."""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import TYPE_CHECKING

from django.db import transaction

from yimen.ground.identity.rules import Actor
from yimen.ground.kit.periods import Period
from yimen.ground.kit.refusals import Invalid
from yimen.service.coordination.models import Dispatch
from yimen.service.coordination.selectors.figures import by_department
from yimen.service.coordination.selectors.terms import resident_departments
from yimen.service.coordination.services.papers import send_dispatch

if TYPE_CHECKING:
    from yimen.ground.organisations.models import Unit

LONGEST_DAYS = 370


@transaction.atomic
def send_briefing(
    *, actor: Actor, centre: Unit, first: date, last: date, subject: str, body: str, at: datetime
) -> Dispatch:
    """Send the period's numbers of every resident department to all of them. What was sent never changes with later days.

    Raises `Invalid` for a period that is turned round, too long or not begun; `NoReceiver`, `NotAllowed`.
    """
    span = checked_span(first, last, at)
    departments = list(resident_departments(centre))
    lines = by_department(departments, span, at)
    return send_dispatch(
        actor=actor, sender=centre, receivers=departments, kind=Dispatch.Kind.BRIEFING, subject=subject, body=body, at=at,
        figures=json.dumps([line.json() for line in lines], ensure_ascii=False), period=(first, last),
    )  # fmt: skip


def checked_span(first: date, last: date, at: datetime) -> Period:
    """The period, if there can be numbers of it; raises `Invalid`."""
    if last < first:
        raise Invalid("统计的结束日期早于开始日期。", fields={"last": "早于开始日期"})
    if (last - first).days > LONGEST_DAYS:
        raise Invalid("统计期间最长一年。", fields={"last": "请缩短期间"})
    if first > at.date():
        raise Invalid("统计期间还没开始。", fields={"first": "还没到这一天"})
    return Period(first, last)
