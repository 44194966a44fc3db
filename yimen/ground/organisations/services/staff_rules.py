"""The thresholds for staff accounts, stand-ins, emergencies and reviews."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from yimen.ground.identity.policies import require_role
from yimen.ground.identity.rules import Actor
from yimen.ground.kit import audit
from yimen.ground.kit.refusals import Invalid
from yimen.ground.organisations.models import StaffRules
from yimen.ground.organisations.selectors import standing

FIELDS = (
    "delegation_longest_days", "emergency_hours", "emergency_review_days", "leaver_days", "unused_days", "warn_days",
    "review_months", "review_days", "review_suspends",
)  # fmt: skip


def as_facts(rules: StaffRules) -> dict[str, Any]:
    """The thresholds by name."""
    return {name: getattr(rules, name) for name in FIELDS}


@transaction.atomic
def set_staff_rules(*, actor: Actor, at: datetime, **given: Any) -> StaffRules:
    """The security administrator changes them; the database holds the bounds. Raises `Invalid`."""
    require_role(actor, "security")
    before = as_facts(standing.staff_rules())
    after = before | {name: given[name] for name in FIELDS if name in given}
    try:
        with transaction.atomic():
            rules, _ = StaffRules.objects.update_or_create(
                id=1, defaults={**after, "changed_at": at, "changed_by": actor.uid}
            )
    except IntegrityError:
        raise Invalid("这些数字超出了允许的范围。", next_step="请按每一项的说明填写。") from None
    audit.record(
        "organisations.set_staff_rules", actor=actor, target_kind="rules", target="staff",
        facts={"before": before, "after": after},
    )  # fmt: skip
    return rules
