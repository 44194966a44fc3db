"""What nobody looks at by itself: a superior that has had a case too long, a 特办件 past the centre's own limit."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from yimen.ground.calendar.selectors import work_calendar
from yimen.ground.kit import outbox
from yimen.ground.kit.moments import day_of
from yimen.service.cases.events import InnerLimitPassed, PromiseCheckDue, SuperiorSlow, ToleranceNear
from yimen.service.cases.models import CaseMark, ReportUp, SignedPromise, Tolerance
from yimen.service.cases.services.tolerating import lapse

MOST = 500


def remind_of_paths(at: datetime) -> int:
    """Announce each of them once; returns how many. May run anywhere as often as one likes: the row is written first."""
    return _slow_superiors(at) + _late_specials(at) + _promised_materials(at) + _promises_to_check(at)


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


NEAR_WORKDAYS = 3


def _promised_materials(at: datetime) -> int:
    """Materials that were promised: three working days before the day a reminder, after it the lapse is written down."""
    near = work_calendar().nth_workday_after(day_of(at), NEAR_WORKDAYS)
    told = 0
    waiting = Tolerance.objects.filter(
        confirmed_at__isnull=True, ended_at__isnull=True, lapsed_at__isnull=True, due_on__lte=near
    )
    for pk in list(waiting.order_by("due_on", "pk").values_list("pk", flat=True)[:MOST]):
        with transaction.atomic():
            held = waiting.select_for_update(skip_locked=True).filter(pk=pk).first()
            if held is None or held.case.matter.closed_at is not None:
                continue
            if held.due_on < day_of(at) and held.supplied_at is None:
                lapse(held, at)
                told += 1
            elif held.reminded_at is None:
                Tolerance.objects.filter(pk=pk).update(reminded_at=at)
                outbox.publish(ToleranceNear(held.case_id, held.case.matter.code, at))
                told += 1
    return told


@transaction.atomic
def _promises_to_check(at: datetime) -> int:
    near = work_calendar().nth_workday_after(day_of(at), NEAR_WORKDAYS)
    found = SignedPromise.objects.select_for_update(skip_locked=True, of=("self",)).filter(
        checked_at__isnull=True, reminded_at__isnull=True, check_due_on__lte=near
    )
    told = list(found.select_related("case__matter").order_by("pk")[:MOST])
    SignedPromise.objects.filter(pk__in=[each.pk for each in told]).update(reminded_at=at)
    for each in told:
        outbox.publish(PromiseCheckDue(each.case_id, each.case.matter.code, at))
    return len(told)
