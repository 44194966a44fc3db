"""Set the limits and intervals of a centre."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction

from yimen.ground.identity.rules import Actor
from yimen.ground.kit import audit
from yimen.ground.kit.refusals import Invalid
from yimen.service.coordination import policies
from yimen.service.coordination.models import Terms

if TYPE_CHECKING:
    from yimen.ground.organisations.models import Unit

MOST_WORKDAYS, MOST_DAYS = 60, 730


@dataclass(frozen=True, slots=True)
class TermsGiven:
    """The numbers of a centre: working days, calendar days. Zero switches a reckoning off, but not the limits of an issue."""

    assign_workdays: int
    answer_workdays: int
    confirm_workdays: int
    escalate_workdays: int
    visit_days: int
    return_visit_days: int
    reply_workdays: int


@transaction.atomic
def set_terms(*, actor: Actor, centre: Unit, given: TermsGiven, at: datetime) -> Terms:
    """Set them for what begins from now on; what runs keeps the limit it began with. Raises `Invalid`, `NotAllowed`."""
    policies.require(actor, policies.MANAGE, centre.pk, centre.pk, centre.division_id)
    values = asdict(given)
    wrong = {
        name: f"要在 {0 if name.endswith('_days') else 1} 到 {MOST_DAYS if name.endswith('_days') else MOST_WORKDAYS} 之间"
        for name, value in values.items()
        if not (0 if name.endswith("_days") else 1) <= value <= (MOST_DAYS if name.endswith("_days") else MOST_WORKDAYS)
    }
    if wrong:
        raise Invalid("有的天数不合适。", next_step="请改正标出的天数。", fields=wrong)
    terms, _ = Terms.objects.update_or_create(
        centre=centre, defaults={**values, "changed_at": at, "changed_by": actor.name}
    )
    audit.record("coordination.set_terms", actor=actor, target_kind="unit", target=centre.name, facts=values)
    return terms
