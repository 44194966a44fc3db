"""What stood on a day, for those above who list and count: items, and the editions in force (R027)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from django.db.models import Count, F, Q, QuerySet

from yimen.ground.matters import lifecycle
from yimen.service.catalogue.models import EditionMaterial, ItemEdition, ServiceItem
from yimen.service.catalogue.rules.course import course
from yimen.service.catalogue.rules.powers import power_of
from yimen.service.catalogue.rules.vocabulary import ItemKind


def items_of(departments: list[int] | None = None) -> QuerySet[ServiceItem]:
    """Items with department and current edition, of some departments (None: of all)."""
    found = ServiceItem.objects.select_related("department", "current")
    return found if departments is None else found.filter(department__in=departments)


def named(text: str) -> QuerySet[ServiceItem]:
    """Items whose name holds a text, or whose code it is."""
    return ServiceItem.objects.filter(Q(name__icontains=text) | Q(code=text))


def listed_items(ids: Sequence[int]) -> list[ServiceItem]:
    """Items with department, in the order of these ids; lists that show of their editions ask for those by themselves."""
    held = ServiceItem.objects.select_related("department", "source_department").in_bulk(list(ids))
    return [held[pk] for pk in ids if pk in held]


def material_counts(editions: Iterable[int]) -> dict[int, int]:
    """How many materials each of these editions asks for."""
    rows = EditionMaterial.objects.filter(edition__in=list(editions)).order_by().values_list("edition")
    return dict(rows.annotate(number=Count("pk")))


def editions_by_id(ids: Iterable[int]) -> dict[int, ItemEdition]:
    """Editions with item and department, without what only guides and forms show."""
    found = ItemEdition.objects.select_related("item__department").defer("source", "guidance")
    return found.in_bulk(list(ids))


def in_force_on(day: date) -> QuerySet[ItemEdition]:
    """The editions in force on a day, at most one of each item, with `item.department`; cancelled items are out from their
    day on. An edition that was put in force and replaced on the same day never had a day.
    """
    standing = Q(retired_on__isnull=True) | Q(retired_on__gt=day)
    alive = Q(item__cancelled_on__isnull=True) | Q(item__cancelled_on__gt=day)
    found = ItemEdition.objects.filter(standing, alive, status__in=["published", "retired"], effective_on__lte=day)
    return found.exclude(status="retired", retired_on=F("effective_on")).select_related("item__department")


def steps_by_kind() -> dict[str, int]:
    """How many steps the straight way of the common procedure has for each kind of item: what an edition that tells no
    steps of its own goes through. Kinds whose procedure this installation does not know are left out.
    """
    known = {table.name: table for table in lifecycle.procedures()}
    return {
        kind: len(course(known[name]).way) for kind in ItemKind.labels() if (name := power_of(kind).procedure) in known
    }
