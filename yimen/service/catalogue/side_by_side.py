"""Two editions beside one another, of one item or of the same item in another place: every element, changed words marked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from yimen.service.catalogue import selectors
from yimen.service.catalogue.models import EditionMaterial, ItemEdition, ServiceItem
from yimen.service.catalogue.rules import guidance
from yimen.service.catalogue.rules.conditions import say
from yimen.service.catalogue.rules.elements import GROUPS, MATERIAL_ELEMENTS, SEPARATOR, Element
from yimen.service.catalogue.rules.questions import as_form
from yimen.service.catalogue.rules.wording import Piece, likeness, marked
from yimen.service.catalogue.workbook.layout import cell, material_cells

LIKE_ENOUGH = 0.7
MOST_PLACES = 30


@dataclass(frozen=True, slots=True)
class Row:
    """One element on both sides."""

    label: str
    left: list[Piece]
    right: list[Piece]
    changed: bool


@dataclass(frozen=True, slots=True)
class Pair:
    """A material on both sides, None where one side has not got it; `rows` are its elements."""

    left: str | None
    right: str | None
    rows: list[Row]

    @property
    def changed(self) -> bool:
        """Whether anything of it differs."""
        return self.left is None or self.right is None or any(row.changed for row in self.rows)


@dataclass(frozen=True, slots=True)
class Comparison:
    """Everything that is shown."""

    groups: list[tuple[str, list[Row]]]
    materials: list[Pair]

    @property
    def changes(self) -> int:
        """How many elements and materials differ."""
        return sum(row.changed for _, rows in self.groups for row in rows) + sum(
            pair.changed for pair in self.materials
        )


def compare(left: ItemEdition, right: ItemEdition, *, everything: bool = False) -> Comparison:
    """The editions, read whole, beside one another; with `everything` what is alike too."""
    groups = []
    for title, group in GROUPS:
        rows = [
            _row(element.label, _cell(element, left), _cell(element, right))
            for element in group
            if element.name != "change_note"
        ]
        kept = [row for row in rows if (row.left or row.right) and (everything or row.changed)]
        if kept:
            groups.append((title, kept))
    names = (_labels(left), _labels(right))
    matched = _matched(list(left.materials.all()), list(right.materials.all()))
    pairs = [_pair(one, other, names) for one, other in matched]
    return Comparison(groups, [pair for pair in pairs if everything or pair.changed])


def _row(label: str, before: str, after: str) -> Row:
    return Row(label, *marked(before, after), before != after)


def _cell(element: Element, edition: ItemEdition) -> str:
    """As the workbook writes it, with commas where it has bars between the parts of a record."""
    written = cell(element, getattr(edition, element.name))
    return written.replace(SEPARATOR, "，") if element.parts else written


def _labels(edition: ItemEdition) -> dict[str, str]:
    """The questions that conditions of this edition may refer to, by their keys."""
    return as_form(selectors.form_of(edition)).labels() | guidance.labels(edition.guidance)


def _pair(left: EditionMaterial | None, right: EditionMaterial | None, names: Sequence[Mapping[str, str]]) -> Pair:
    sides = [
        _cells(material, known) if material is not None else None
        for material, known in zip((left, right), names, strict=True)
    ]
    rows = []
    if sides[0] is not None and sides[1] is not None:
        labels = [element.label for element in MATERIAL_ELEMENTS.values()]
        rows = [
            _row(label, before, after)
            for label, before, after in zip(labels, sides[0], sides[1], strict=False)
            if before != after
        ]
    return Pair(left.name if left else None, right.name if right else None, rows)


def _cells(material: EditionMaterial, labels: Mapping[str, str]) -> tuple[str, ...]:
    values = {name: getattr(material, name) for name in MATERIAL_ELEMENTS}
    written = material_cells(values, material.standard.code if material.standard else "")
    said = {"condition": say(material.condition, labels)}
    return tuple(said.get(name, text) for name, text in zip([*MATERIAL_ELEMENTS, "standard"], written, strict=True))


def _matched(
    left: Sequence[EditionMaterial], right: Sequence[EditionMaterial]
) -> list[tuple[EditionMaterial | None, EditionMaterial | None]]:
    """Materials of both sides: by name, then by their standard material, then by a name that is nearly the same."""
    free = list(right)
    found: dict[int, EditionMaterial] = {}
    for fits in (_same_name, _same_standard, _like_name):
        for one in left:
            if one.pk in found:
                continue
            other = next((each for each in free if fits(one, each)), None)
            if other is not None:
                found[one.pk] = other
                free.remove(other)
    return [(one, found.get(one.pk)) for one in left] + [(None, other) for other in free]


def _same_name(one: EditionMaterial, other: EditionMaterial) -> bool:
    return one.name == other.name


def _same_standard(one: EditionMaterial, other: EditionMaterial) -> bool:
    return one.standard_id is not None and one.standard_id == other.standard_id


def _like_name(one: EditionMaterial, other: EditionMaterial) -> bool:
    return likeness(one.name, other.name) >= LIKE_ENOUGH


def elsewhere(item: ServiceItem) -> list[ServiceItem]:
    """The same item in other places: those that share its national base code, with an edition in force."""
    if not item.base_code or not item.national:
        return []
    return list(
        ServiceItem.objects.select_related("department__division", "source_department", "current")
        .filter(base_code=item.base_code, current__isnull=False)
        .exclude(pk=item.pk)
        .order_by("department__division", "code")[:MOST_PLACES]
    )
