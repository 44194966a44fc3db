"""The catalogue as the cells of a workbook: many items in a few queries, so that 23 000 can be laid beside a file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q

from yimen.service.catalogue.models import EditionMaterial, ItemCode, ItemEdition, ServiceItem
from yimen.service.catalogue.rules.elements import ELEMENTS, MATERIAL_ELEMENTS
from yimen.service.catalogue.workbook.layout import (
    ITEM_ELEMENTS,
    OWN_SHEETS,
    cell,
    material_cells,
    record_cells,
)

CHUNK = 1000
_NAMES = tuple(ELEMENTS)
_MATERIAL_NAMES = tuple(MATERIAL_ELEMENTS)
_KEPT_CODES = ("national", "local")


@dataclass(slots=True)
class Standing:
    """One item as the catalogue has it: the edition that a workbook speaks of (an open one, else that in force) in cells."""

    item_id: int
    code: str
    department: str
    level: str
    edition_id: int
    number: int
    version: int
    status: str
    cells: dict[str, str]
    materials: list[tuple[str, ...]] = field(default_factory=list)
    records: dict[str, list[tuple[str, ...]]] = field(default_factory=dict)
    codes: list[tuple[str, ...]] = field(default_factory=list)

    @property
    def mark(self) -> str:
        """What tells one state of the catalogue from another."""
        return f"{self.number}.{self.version}"


def standings(items: Q, codes: Sequence[str] | None = None) -> Iterator[Standing]:
    """The items of a scope in the order of their keys, all of them or those with these codes. Items without a usable edition
    (all withdrawn or retired) are left out.
    """
    found = ServiceItem.objects.filter(items).order_by("pk")
    if codes is not None:
        found = found.filter(code__in=codes)
    ids = list(found.values_list("pk", flat=True))
    for start in range(0, len(ids), CHUNK):
        yield from _portion(ids[start : start + CHUNK])


def of_edition(edition_id: int) -> Standing | None:
    """A past edition in cells: what a workbook was written from."""
    return next(iter(_editions(ItemEdition.objects.filter(pk=edition_id))), None)


def _portion(ids: Sequence[int]) -> list[Standing]:
    usable = ItemEdition.objects.filter(item__in=ids, status__in=("draft", "legal_check", "passed", "published"))
    # An open edition is newer than the one in force: the highest number of the usable ones.
    return _editions(usable.order_by("item", "-number").distinct("item"))


def _editions(editions: Any) -> list[Standing]:
    rows = list(
        editions.values_list(
            "pk", "item_id", "item__code", "item__department__name", "item__use_level", "number", "version", "status",
            "legal_source", *_NAMES,
        )
    )  # fmt: skip
    found = [_standing(row) for row in rows]
    by_edition = {each.edition_id: each for each in found}
    by_item = {each.item_id: each for each in found}
    materials = EditionMaterial.objects.filter(edition__in=by_edition, cancelled_on__isnull=True).order_by(
        "edition", "order"
    )
    for row in materials.values_list("edition_id", "standard__code", *_MATERIAL_NAMES):
        values = dict(zip(_MATERIAL_NAMES, row[2:], strict=True))
        by_edition[row[0]].materials.append(material_cells(values, row[1] or ""))
    others = ItemCode.objects.filter(item__in=by_item).exclude(system__in=_KEPT_CODES).order_by("system", "code")
    for item_id, *row_of_code in others.values_list("item_id", "system", "code", "place", "note"):
        by_item[item_id].codes.append(tuple(row_of_code))
    return found


def _standing(row: Sequence[Any]) -> Standing:
    pk, item_id, code, department, level, number, version, status, source, *values = row
    given = dict(zip(_NAMES, values, strict=True))
    if source == "statutory_default":
        # The default is nobody's word: a cell that showed it would make it one when it comes back.
        given["legal_limit"], given["legal_unit"], given["legal_limit_basis"] = None, "", ""
    return Standing(
        item_id=item_id,
        code=code,
        department=department or "",
        level=level,
        edition_id=pk,
        number=number,
        version=version,
        status=status,
        cells={element.name: cell(element, given[element.name]) for element in ITEM_ELEMENTS},
        records={
            name: [record_cells(ELEMENTS[name], record) for record in given[name]] for name in OWN_SHEETS.values()
        },
    )
