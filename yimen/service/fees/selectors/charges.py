"""The catalogue of charges, and where it is other than what the items say."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from django.db.models import Q, QuerySet

from yimen.service.catalogue import selectors as catalogue
from yimen.service.fees import rules
from yimen.service.fees.models import ChargeVersion
from yimen.service.fees.rules import Listed

if TYPE_CHECKING:
    from yimen.service.catalogue.models import ServiceItem


def in_force(on: date) -> QuerySet[ChargeVersion]:
    """The versions that may be charged on a day."""
    return ChargeVersion.objects.filter(
        Q(valid_until__isnull=True) | Q(valid_until__gte=on),
        Q(charge__ended_on__isnull=True) | Q(charge__ended_on__gte=on),
        Q(replaced_on__isnull=True) | Q(replaced_on__gt=on),
        state=ChargeVersion.State.APPROVED, valid_from__lte=on,
    )  # fmt: skip


def charges_for(item_id: int, on: date, raised_at: str = "") -> list[ChargeVersion]:
    """What is charged for an item on a day; at one step where `raised_at` names it."""
    found = in_force(on).filter(items=item_id).select_related("charge__department").order_by("charge__code")
    return list(found.filter(raised_at=raised_at) if raised_at else found)


@dataclass(frozen=True, slots=True)
class Difference:
    """An item whose guide says other than the catalogue of charges (R171)."""

    item: ServiceItem
    department: str
    words: list[str]


def differences(on: date) -> list[Difference]:
    """Every published item that differs, by department."""
    listed: dict[int, list[Listed]] = defaultdict(list)
    links = ChargeVersion.items.through._default_manager.filter(chargeversion__in=in_force(on))
    for link in links.select_related("chargeversion"):
        version = link.chargeversion
        listed[link.serviceitem_id].append(Listed(version.name, version.standard, version.basis_number))
    found = []
    for item in _items(listed):
        edition = item.current
        if edition is None:
            continue
        words = rules.compare(edition.fee, edition.fees or [], listed.get(item.pk, []))
        if words:
            found.append(Difference(item, item.department.name if item.department else "", words))
    return found


def _items(listed: Iterable[int]) -> Iterable[ServiceItem]:
    rows = catalogue.items().filter(Q(current__fee=True) | Q(pk__in=list(listed)), current__isnull=False)
    return rows.select_related("current", "department").order_by("department__order", "department_id", "name", "pk")
