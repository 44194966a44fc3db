"""What people ask to have in the hall (R022)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.db.models import Count, Max, Min, Q, QuerySet

from yimen.service.residence.models import Demand, DemandAnswer

if TYPE_CHECKING:
    from yimen.service.catalogue.models import ServiceItem


@dataclass(frozen=True, slots=True)
class DemandGroup:
    """One thing that is asked for: how often, from when to when."""

    item: ServiceItem | None
    wanted: str
    asked: int
    first_at: datetime
    last_at: datetime
    key: str


def open_demands(within: Q) -> QuerySet[Demand]:
    """Demands that are not answered; what names no item belongs to no department and is seen with scope over all."""
    return Demand.objects.filter(within, answer__isnull=True)


def demand_groups(within: Q, most: int = 300) -> list[DemandGroup]:
    """What is asked for and not answered, most asked first."""
    rows = list(
        open_demands(within)
        .order_by()
        .values("item", "wanted")
        .annotate(asked=Count("pk"), first_at=Min("at"), last_at=Max("at"))
        .order_by("-asked", "first_at")[:most]
    )
    held = {each.item_id: each.item for each in _with_items([row["item"] for row in rows if row["item"]])}
    found: dict[str, DemandGroup] = {}
    for row in rows:
        item = held.get(row["item"])
        key = f"i{item.pk}" if item is not None else f"w{row['wanted']}"
        old = found.get(key)
        # An item that was renamed in between is asked for under two names: one thing all the same.
        found[key] = DemandGroup(
            item, row["wanted"], row["asked"] + (old.asked if old else 0),
            min(row["first_at"], old.first_at) if old else row["first_at"],
            max(row["last_at"], old.last_at) if old else row["last_at"], key,
        )  # fmt: skip
    return sorted(found.values(), key=lambda each: (-each.asked, each.first_at))


def _with_items(ids: list[int]) -> list[Demand]:
    return list(
        Demand.objects.filter(item__in=ids, answer__isnull=True)
        .select_related("item__department", "item__current")
        .order_by("item", "pk")
        .distinct("item")
    )


def my_open_demands(party_id: int) -> QuerySet[Demand]:
    """What a party has asked for, newest first, with answers."""
    return Demand.objects.filter(party=party_id).select_related("item", "answer").order_by("-at")


def answers() -> QuerySet[DemandAnswer]:
    """Published answers, newest first."""
    return DemandAnswer.objects.select_related("item").order_by("-answered_at", "-id")
