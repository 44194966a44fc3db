"""The responsibility that goes with each power 责任清单 (R027)."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

from django.db import transaction

from yimen.ground.identity.rules import Actor
from yimen.ground.kit import audit, moments
from yimen.ground.kit.refusals import Invalid
from yimen.service.catalogue.services.texts import tidy
from yimen.service.reform import policies
from yimen.service.reform.models import Duty

if TYPE_CHECKING:
    from yimen.service.catalogue.models import ServiceItem


@transaction.atomic
def save_duty(
    *,
    actor: Actor,
    item: ServiceItem,
    text: str,
    basis: str,
    at: datetime,
    accountable: str = "",
    since: date | None = None,
) -> Duty:
    """Write the duty of an item, in force from `since` (today). What stood before ends that day and can still be read.

    Raises `NotAllowed`, `Invalid` for a day before that of the text that stands.
    """
    policies.must(actor, policies.PROPOSE, item.department_id)
    since = since or moments.day_of(at)
    values = {
        "text": tidy(text, "责任事项", 4000, field="text", lines=True),
        "accountable": tidy(accountable, "追责情形", 4000, field="accountable", needed=False, lines=True),
        "basis": tidy(basis, "依据", 300, field="basis"),
        "author": actor.name,
    }
    before = Duty.objects.select_for_update().filter(item=item, until__isnull=True).first()
    if before is not None and since < before.since:
        problem = f"现行的责任事项自 {moments.say_date(before.since)} 起，新的不能更早。"
        raise Invalid(problem, fields={"since": problem})
    if before is not None and since > before.since:
        before.until = since
        before.save(update_fields=["until"])
        before = None
    if before is None:
        duty = Duty.objects.create(item=item, since=since, **values)
    else:  # the same day: a slip of the pen
        duty = before
        for name, value in values.items():
            setattr(duty, name, value)
        duty.save()
    audit.record("reform.save_duty", actor=actor, target_kind="item", target=item.code, facts={"since": since})
    return duty
