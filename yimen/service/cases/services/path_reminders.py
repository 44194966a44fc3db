"""What nobody looks at by itself: a superior that has had a case too long, a 特办件 past the centre's own limit."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from yimen.ground.kit import outbox
from yimen.ground.kit.moments import day_of
from yimen.service.cases.events import InnerLimitPassed, SuperiorSlow
from yimen.service.cases.models import CaseMark, ReportUp

MOST = 500


def remind_of_paths(at: datetime) -> int:
    """Announce each of them once; returns how many. May run anywhere as often as one likes: the row is written first."""
    return _slow_superiors(at) + _late_specials(at)


@transaction.atomic
def _slow_superiors(at: datetime) -> int:
    found = ReportUp.objects.select_for_update(skip_locked=True, of=("self",)).filter(
        answered_at__isnull=True, reminded_at__isnull=True, urge_on__lte=day_of(at)
    )
    told = list(found.select_related("case__matter").order_by("pk")[:MOST])
    ReportUp.objects.filter(pk__in=[each.pk for each in told]).update(reminded_at=at)
    for each in told:
        outbox.publish(SuperiorSlow(each.case_id, each.case.matter.code, each.pk, at))
    return len(told)


@transaction.atomic
def _late_specials(at: datetime) -> int:
    found = CaseMark.objects.select_for_update(skip_locked=True, of=("self",)).filter(
        kind="special", ended_at__isnull=True, warned_at__isnull=True, inner_due_on__lt=day_of(at), case__decided_at__isnull=True,
        case__matter__closed_at__isnull=True,
    )  # fmt: skip
    told = list(found.select_related("case__matter").order_by("pk")[:MOST])
    CaseMark.objects.filter(pk__in=[each.pk for each in told]).update(warned_at=at)
    for each in told:
        outbox.publish(InnerLimitPassed(each.case_id, each.case.matter.code, at))
    return len(told)
