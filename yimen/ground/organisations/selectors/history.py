"""The course of units 沿革: what they were called when, who went on with what, and who goes on for an old name."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Q

from yimen.ground.organisations.models import FormerName, Unit, UnitSuccession


@dataclass(frozen=True, slots=True)
class Past:
    """One line of a unit's history: when, what, with or from which other unit, by which document."""

    on: date
    what: str
    said: str = ""
    unit_id: int | None = None
    unit: str = ""
    document: str = ""
    undone: bool = False


def history_of(unit: Unit) -> list[Past]:
    """What became of a unit and out of what it grew, oldest first, each with its document."""
    found = [Past(unit.founded_on, "设立")] if unit.founded_on else []
    found += [
        Past(former.until + timedelta(days=1), "更名", f"原名 {former.name}", document=former.document)
        for former in unit.former_names.order_by("until", "id")
    ]
    links = UnitSuccession.objects.select_related("old", "new", "plan")
    found += [_linked(link, link.old, "并入" if link.whole else "接收职能") for link in links.filter(new=unit)]
    found += [_linked(link, link.new, "整体划入" if link.whole else "划出职能") for link in links.filter(old=unit)]
    if unit.dissolved_on:
        found.append(Past(unit.dissolved_on, "撤销"))
    return sorted(found, key=lambda past: past.on)


def _linked(link: UnitSuccession, other: Unit, what: str) -> Past:
    return Past(
        link.on, what, link.get_kind_display(), other.pk, other.name, link.document, undone=link.undone_at is not None
    )


def name_on(unit: Unit, day: date) -> str:
    """What the unit was called on a day: letters, slips and old cases bear that name."""
    former = unit.former_names.filter(until__gte=day).order_by("until", "id").first()
    return former.name if former else unit.name


def names_on(units: Iterable[Unit], day: date) -> dict[int, str]:
    """What those of the units were called on a day that had another name then, by unit."""
    found: dict[int, str] = {}
    rows = FormerName.objects.filter(unit__in=[unit.pk for unit in units], until__gte=day).order_by("until", "id")
    for unit, name in rows.values_list("unit_id", "name"):
        found.setdefault(unit, name)
    return found


def tree_on(day: date) -> list[Unit]:
    """The units that stood on a day, from the top down; where no day of founding is known, a unit has always stood."""
    stood = (Q(founded_on__isnull=True) | Q(founded_on__lte=day)) & (
        Q(dissolved_on__isnull=True) | Q(dissolved_on__gt=day)
    )
    return list(Unit.objects.filter(stood).select_related("division").order_by("path"))


def heirs_of(unit: Unit) -> list[Unit]:
    """Who goes on with a unit that was wholly taken over, the next one first."""
    found: list[Unit] = []
    at: Unit | None = unit
    while at is not None:
        link = UnitSuccession.objects.filter(old=at, whole=True, undone_at=None).select_related("new").first()
        at = link.new if link is not None and link.new not in found else None
        if at is not None:
            found.append(at)
    return found


def former_names(units: Iterable[Unit]) -> dict[int, list[str]]:
    """Names that these units bore once, by unit."""
    found: dict[int, list[str]] = {}
    for unit, name in FormerName.objects.filter(unit__in=[each.pk for each in units]).values_list("unit_id", "name"):
        found.setdefault(unit, []).append(name)
    return found


def named(text: str) -> list[Unit]:
    """Units whose present or former name holds the text; a dissolved one brings who goes on with it as well."""
    fits = Q(name__icontains=text) | Q(short_name__icontains=text) | Q(former_names__name__icontains=text)
    found = list(Unit.objects.filter(fits).select_related("division").distinct().order_by("path")[:200])
    known = {unit.pk for unit in found}
    for unit in [unit for unit in found if unit.dissolved_on]:
        for heir in heirs_of(unit):
            if heir.pk not in known:
                known.add(heir.pk)
                found.append(heir)
    return found
