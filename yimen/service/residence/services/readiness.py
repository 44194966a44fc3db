"""三到位: the checklist of a place and what was found at each department (R004, 000 L29)."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction

from yimen.ground.identity.rules import Actor
from yimen.ground.kit import audit
from yimen.ground.kit.moments import day_of
from yimen.ground.kit.particulars import tidy
from yimen.ground.kit.refusals import Conflict, Invalid
from yimen.service.residence import policies
from yimen.service.residence.models import ReadinessMark, ReadinessPoint

if TYPE_CHECKING:
    from yimen.ground.organisations.models import Unit


@transaction.atomic
def put_point(*, actor: Actor, side: str, text: str, at: datetime) -> ReadinessPoint:
    """Add a point to the checklist."""
    policies.must(actor, policies.DECIDE, None)
    if side not in ReadinessPoint.Side.values:
        raise Invalid("请选择方面。", fields={"side": "请选择人员、制度或监督。"})
    last = ReadinessPoint.objects.order_by("-order").values_list("order", flat=True).first() or 0
    made = ReadinessPoint.objects.create(
        side=side, text=tidy(text, "要点", 200, field="text"), order=min(last + 10, 32767)
    )
    audit.record("residence.put_point", actor=actor, target_kind="readiness_point", target=str(made.pk))
    return made


@transaction.atomic
def end_point(*, actor: Actor, point: ReadinessPoint, at: datetime) -> None:
    """Take a point off the checklist; what was found for it stays in the audit."""
    policies.must(actor, policies.DECIDE, None)
    if not ReadinessPoint.objects.filter(pk=point.pk, ended_on__isnull=True).update(ended_on=day_of(at)):
        raise Conflict("这个要点已经停用。")
    audit.record("residence.end_point", actor=actor, target_kind="readiness_point", target=str(point.pk))


@transaction.atomic
def mark_readiness(
    *, actor: Actor, department: Unit, point: ReadinessPoint, reached: bool, note: str, at: datetime
) -> ReadinessMark:
    """Say whether a department has reached a point; where it has not, the note says what is lacking."""
    policies.must(actor, policies.DECIDE, department)
    if point.ended_on is not None:
        raise Conflict("这个要点已经停用。")
    said = tidy(note, "说明", 300, field=f"note-{point.pk}", needed=not reached)
    mark, _new = ReadinessMark.objects.update_or_create(
        point=point, department=department,
        defaults={"reached": reached, "note": said, "checked_by": actor.name[:120], "checked_at": at},
    )  # fmt: skip
    audit.record(
        "residence.mark_readiness", actor=actor, target_kind="unit", target=str(department.uid),
        facts={"point": point.pk, "reached": reached},
    )  # fmt: skip
    return mark
