"""Where things are handled: at which windows, from when, on whose decision."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from django.db.models import Count, Exists, Q, QuerySet
from django.db.models import Window as Partition
from django.db.models.functions import RowNumber

from yimen.ground.organisations import selectors as organisations
from yimen.service.catalogue import selectors as catalogue
from yimen.service.residence.models import AdjustmentLine, DirectoryLine, Entry, ProvinceItem, ProvinceWindow

if TYPE_CHECKING:
    from yimen.ground.organisations.models import Window
    from yimen.service.catalogue.models import ServiceItem


@dataclass(frozen=True, slots=True)
class Place:
    """One window where an item is handled."""

    window_id: int
    window: str
    centre: str
    address: str
    since: date
    province: bool


@dataclass(frozen=True, slots=True)
class Standing:
    """How many items and functions of a department stand at a window by decision."""

    department_id: int
    name: str
    things: int


def in_force(day: date, prefix: str = "") -> Q:
    """Entries in force on a day, at windows in use."""
    return (
        Q(**{f"{prefix}from_on__lte": day})
        & (Q(**{f"{prefix}to_on__isnull": True}) | Q(**{f"{prefix}to_on__gte": day}))
        & (Q(**{f"{prefix}window__closed_on__isnull": True}) | Q(**{f"{prefix}window__closed_on__gt": day}))
    )


def entries_on(day: date) -> QuerySet[Entry]:
    """Every entry in force on a day, with item, function, window and hall."""
    return Entry.objects.filter(in_force(day)).select_related(
        "item__department", "function__department", "window__centre", "entered_by"
    )


def places_of(item_id: int, day: date) -> list[Place]:
    """Where an item is handled on a day, in the order of halls and windows; one query."""
    rows = (
        Entry.objects.filter(in_force(day), item=item_id)
        .annotate(province=Exists(province_items_at(day).filter(item=item_id).values("pk")))
        .select_related("window__centre")
        .order_by("window__centre__order", "window__centre", "window_id")
    )
    return [
        Place(
            row.window_id, str(row.window), row.window.centre.name, row.window.centre.address, row.from_on, row.province
        )
        for row in rows
    ]


def handled_at(item_id: int, window_id: int | None, day: date) -> tuple[bool, str]:
    """Whether an item is handled at a window (any, for None) that day, and all its places in words ("" for none)."""
    places = places_of(item_id, day)
    here = any(window_id in (None, place.window_id) for place in places)
    return here, "、".join(f"{place.centre}{place.window}" for place in places[:3])


def standing_at(window_id: int, departments: Collection[int]) -> list[Standing]:
    """What stands at a window by decision, now or from a later day, of these departments."""
    found = Entry.objects.filter(window=window_id, to_on__isnull=True)
    counted: dict[tuple[int, str], int] = defaultdict(int)
    for path in ("item", "function"):
        rows = (
            found.filter(**{f"{path}__department__in": list(departments)})
            .values_list(f"{path}__department", f"{path}__department__short_name")
            .annotate(things=Count("pk"))
        )
        for department, name, things in rows:
            counted[department, name] += things
    return [Standing(pk, name, things) for (pk, name), things in sorted(counted.items())]


def items_at(window_id: int, day: date) -> QuerySet[ServiceItem]:
    """The items handled at a window on a day, with department and current edition."""
    held = Entry.objects.filter(in_force(day), window=window_id, item__isnull=False).values("item")
    return catalogue.items().filter(pk__in=held, current__isnull=False).exclude(status="cancelled")


def windows_on(day: date) -> list[tuple[Window, int, list[str]]]:
    """Windows in use with how many items and functions they handle that day, and the fields they serve for the province."""
    counts = dict(Entry.objects.filter(in_force(day)).values_list("window").annotate(things=Count("pk")).order_by())
    fields: dict[int, list[str]] = defaultdict(list)
    for designation in province_at(day):
        fields[designation.window_id].append(designation.field.name)
    return [(window, counts.get(window.pk, 0), fields[window.pk]) for window in organisations.open_windows()]


def province_at(day: date) -> QuerySet[ProvinceWindow]:
    """Windows designated for the whole province on a day."""
    return (
        ProvinceWindow.objects.filter(from_on__lte=day, window__closed_on__isnull=True)
        .filter(Q(to_on__isnull=True) | Q(to_on__gt=day))
        .select_related("field", "window__centre")
        .order_by("field__order", "window_id")
    )


def province_items_at(day: date) -> QuerySet[ProvinceItem]:
    """Items handled for the whole province on a day."""
    return (
        ProvinceItem.objects.filter(from_on__lte=day)
        .filter(Q(to_on__isnull=True) | Q(to_on__gt=day))
        .select_related("field", "item__department", "item__current")
    )


def province_first(day: date, most: int) -> dict[int, list[ProvinceItem]]:
    """The first items of each field, one more than `most` where there are more, by field; one query."""
    placed = Partition(RowNumber(), partition_by=["field"], order_by="id")
    rows = province_items_at(day).annotate(place=placed).filter(place__lte=most + 1)
    found: dict[int, list[ProvinceItem]] = defaultdict(list)
    for row in rows.select_related(None).select_related("item", "field"):
        found[row.field_id].append(row)
    return found


def province_sizes(day: date) -> dict[int, int]:
    """How many items each field has."""
    return dict(province_items_at(day).order_by().values_list("field").annotate(n=Count("item", distinct=True)))


def lines_counted(adjustments: Iterable[int]) -> dict[int, int]:
    """How many items and functions each of these adjustments is about."""
    rows = AdjustmentLine.objects.filter(adjustment__in=list(adjustments)).values_list("adjustment")
    return dict(rows.annotate(n=Count("pk")).order_by())


def directory_sizes(directories: Iterable[int]) -> dict[int, int]:
    """How many lines each of these editions has."""
    rows = DirectoryLine.objects.filter(directory__in=list(directories)).values_list("directory")
    return dict(rows.annotate(n=Count("pk")).order_by())


def catalogue_items(ids: Iterable[int]) -> QuerySet[ServiceItem]:
    """These items."""
    return catalogue.items().filter(pk__in=list(ids))


def items_by_code(codes: Iterable[str]) -> dict[str, ServiceItem]:
    """Items by their public code, as far as there are any."""
    wanted = {code for code in codes if code and code.isprintable()}
    return {item.code: item for item in catalogue.items().filter(code__in=wanted)}
