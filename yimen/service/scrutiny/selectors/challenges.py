"""What may be asked of legal challenges: the book, one entry, what stands against a case, the report's numbers (R077)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING
from uuid import UUID

from django.db.models import Count, F, Q, QuerySet
from django.db.models.functions import TruncMonth

from yimen.ground.identity.rules import Actor
from yimen.ground.kit.periods import Period
from yimen.ground.kit.refusals import NotFound
from yimen.service.cases.selectors import By, Place
from yimen.service.scrutiny import policies
from yimen.service.scrutiny.models import Challenge, ChallengePaper

if TYPE_CHECKING:
    from yimen.service.cases.models import Case

INDICATORS = {"reconsideration": "行政复议", "lawsuit": "行政诉讼"}
_GROUPS: dict[By, str] = {
    "department": "matter__department_id", "kind": "case__kind", "channel": "case__matter__channel",
    "centre": "matter__centre_id", "item": "case__item_id",
}  # fmt: skip


def challenges_seen(actor: Actor) -> QuerySet[Challenge]:
    """The entries an actor may see: to look at, or to keep."""
    rows = Challenge.objects.select_related("matter__department", "case__matter")
    seen, kept = policies.placed(actor, policies.VIEW), policies.placed(actor, policies.CHALLENGE)
    return rows.filter(seen | kept) if seen and kept else rows


def access_challenge(actor: Actor, code: str) -> Challenge:
    """The entry with this number of ours; to a stranger there is none (`NotFound`)."""
    found = challenges_seen(actor).filter(matter__code=str(code)[:60]).first()
    if found is None:
        raise NotFound("没有找到这件复议、诉讼。", next_step="请核对编号，或从“复议诉讼”清单进入。")
    return found


def challenges_of(case: Case) -> QuerySet[Challenge]:
    """What stands against a case, first to last; annulled entries too."""
    return Challenge.objects.filter(case=case.pk).select_related("matter").order_by("pk")


def paper_of(challenge: Challenge, uid: UUID) -> ChallengePaper:
    """A paper of it; raises `NotFound`."""
    found = challenge.papers.select_related("file").filter(uid=uid).first()
    if found is None:
        raise NotFound("没有找到这份文书。", next_step="请从复议、诉讼页面打开。")
    return found


# --- The report


def counting(period: Period, place: Place, department: int | None) -> QuerySet[Challenge]:
    """The entries that the report counts: accepted by the body in these days, not annulled."""
    found = Challenge.objects.filter(
        _where(place), accepted_on__gte=period.first, accepted_on__lt=period.after, annulled_at__isnull=True
    )
    return found if department is None else found.filter(matter__department=department)


def _where(place: Place) -> Q:
    if place.nothing:
        return Q(pk__in=[])
    found = Q()
    if place.departments:
        found |= Q(matter__department__in=place.departments)
    if place.centres:
        found |= Q(matter__centre__in=place.centres)
    if place.division:
        found |= Q(matter__division__code__startswith=place.division)
    return found


def count(kind: str, period: Period, by: By, place: Place, department: int | None) -> Mapping[str, int]:
    """How many of this kind in each group of the report, by its key; groups with none are left out."""
    rows = counting(period, place, department).filter(kind=kind)
    grouped = TruncMonth("accepted_on") if by == "month" else F(_GROUPS[by])
    found = rows.annotate(key=grouped).values("key").annotate(number=Count("pk")).order_by("key")
    return {"" if row["key"] is None else str(row["key"]): row["number"] for row in found}


def counted(
    kind: str, period: Period, place: Place, by: By | None, key: str, department: int | None
) -> QuerySet[Challenge]:
    """The entries behind one number of the report; raises ValueError for a key that is no month."""
    found = counting(period, place, department).filter(kind=kind)
    if by is None:
        return found
    if by == "month":
        month = date.fromisoformat(key)
        after = date(month.year + month.month // 12, month.month % 12 + 1, 1)
        return found.filter(accepted_on__gte=month, accepted_on__lt=after)
    if by in ("kind", "channel"):
        return found.filter(**{_GROUPS[by]: key})
    return (
        found.filter(**{_GROUPS[by]: int(key)}) if key.isdigit() else found.filter(**{f"{_GROUPS[by]}__isnull": True})
    )
