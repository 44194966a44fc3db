"""免提交: how many materials nobody had to hand in, since a certificate of the applicant stood for them, and in which cases."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time

from django.db.models import Count, DateField, F, Q, QuerySet
from django.db.models.functions import TruncMonth

from yimen.ground.kit.moments import CHINA
from yimen.ground.kit.periods import Period
from yimen.service.cases.models import SparedMaterial
from yimen.service.cases.reporting import By, Place

INDICATOR, LABEL = "spared", "免提交材料"
_CASE = "case_file__case_material__case"
_GROUPS: dict[By, str] = {
    "department": f"{_CASE}__matter__department_id", "kind": f"{_CASE}__kind", "channel": f"{_CASE}__matter__channel",
    "centre": f"{_CASE}__matter__centre_id", "item": f"{_CASE}__item_id",
}  # fmt: skip


def _from(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=CHINA)


def counting(period: Period, place: Place, department: int | None) -> QuerySet[SparedMaterial]:
    """The materials spared in these days, in the cases of these places."""
    first, after = period.moments
    found = SparedMaterial.objects.filter(_where(place), checked_at__gte=first, checked_at__lt=after)
    return found if department is None else found.filter(**{f"{_CASE}__matter__department": department})


def _where(place: Place) -> Q:
    if place.nothing:
        return Q(pk__in=[])
    found = Q()
    if place.departments:
        found |= Q(**{f"{_CASE}__matter__department__in": place.departments})
    if place.centres:
        found |= Q(**{f"{_CASE}__matter__centre__in": place.centres})
    if place.division:
        found |= Q(**{f"{_CASE}__matter__division__code__startswith": place.division})
    return found


def count(period: Period, by: By, place: Place, department: int | None) -> Mapping[str, int]:
    """How many in each group of the report, by its key; groups with none are left out."""
    grouped = TruncMonth("checked_at", output_field=DateField(), tzinfo=CHINA) if by == "month" else F(_GROUPS[by])
    rows = counting(period, place, department).annotate(key=grouped).values("key").annotate(number=Count("pk"))
    return {"" if row["key"] is None else str(row["key"]): row["number"] for row in rows.order_by("key")}


def counted(period: Period, place: Place, by: By | None, key: str, department: int | None) -> QuerySet[SparedMaterial]:
    """The materials behind one number of the report; raises ValueError for a key that is no month."""
    found = counting(period, place, department).select_related(f"{_CASE}__matter__department")
    if by is None:
        return found
    if by == "month":
        month = date.fromisoformat(key)
        after = date(month.year + month.month // 12, month.month % 12 + 1, 1)
        return found.filter(checked_at__gte=_from(month), checked_at__lt=_from(after))
    if by in ("kind", "channel"):
        return found.filter(**{_GROUPS[by]: key})
    known = key.isascii() and key.isdigit() and len(key) < 18
    return found.filter(**({_GROUPS[by]: int(key)} if known else {f"{_GROUPS[by]}__isnull": True}))
