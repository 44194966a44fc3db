"""Writing an import into the catalogue, a chunk of rows at a time, each chunk one transaction.

An import that is broken off goes on where it stopped: lines that have their `ImportRow` are done. Undo takes
back what nobody has
used since, and says of each line that stays why.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from yimen.ground.identity.rules import Actor
from yimen.service.catalogue.importing.bulk import copy_in, take_ids
from yimen.service.catalogue.importing.comparing import Outcome, Verdict, compare
from yimen.service.catalogue.importing.departments import match_departments
from yimen.service.catalogue.importing.parsed import ParsedFile, ParsedItem, RejectedRow
from yimen.service.catalogue.models import (
    EditionMaterial,
    ImportBatch,
    ImportRow,
    ItemCode,
    ItemEdition,
    ItemSearch,
    ServiceItem,
    SourceDepartment,
)
from yimen.service.catalogue.rules import codes
from yimen.service.catalogue.search import rewrite, search_row

CHUNK = 2000
LOCK = (20260101, 21)
"""One import at a time, so that local codes and verdicts are not decided twice."""


@dataclass(slots=True)
class Gathered:
    """The rows one chunk will write."""

    items: list[ServiceItem] = field(default_factory=list)
    codes: list[ItemCode] = field(default_factory=list)
    editions: list[ItemEdition] = field(default_factory=list)
    materials: list[EditionMaterial] = field(default_factory=list)
    search: list[ItemSearch] = field(default_factory=list)
    lines: list[ImportRow] = field(default_factory=list)
    changed_items: list[ServiceItem] = field(default_factory=list)
    withdrawn: list[int] = field(default_factory=list)
    copied_from: dict[int, int] = field(default_factory=dict)


def apply(
    batch: ImportBatch,
    parsed: ParsedFile,
    *,
    actor: Actor,
    at: datetime,
    progress: Callable[[int], None] = lambda _: None,
) -> None:
    """Write every line not yet written. `progress` is told how many lines stand after each chunk."""
    done = set(ImportRow.objects.filter(batch=batch, file="items").values_list("line", flat=True))
    departments = _departments(parsed.items)
    waiting = [item for item in parsed.items if item.line not in done]
    for start in range(0, len(waiting), CHUNK):
        _write(batch, waiting[start : start + CHUNK], departments, actor, at)
        progress(len(done) + min(start + CHUNK, len(waiting)))
    with transaction.atomic():
        refused = [row for row in parsed.rejected if row.line not in done]
        copy_in(ImportRow, _numbered([_refused_line(batch, row) for row in refused]))
        if not ImportRow.objects.filter(batch=batch, file="materials").exists():
            copy_in(ImportRow, _numbered([_refused_line(batch, row) for row in parsed.materials_rejected]))
    progress(parsed.rows)


def preview(batch: ImportBatch, parsed: ParsedFile) -> None:
    """Write only the lines a real import would write, for the dry run on screen; items are left alone."""
    verdicts: list[Verdict] = []
    for start in range(0, len(parsed.items), CHUNK):
        verdicts += compare(parsed.items[start : start + CHUNK])
    lines = [_line(batch, verdict) for verdict in verdicts]
    lines += [_refused_line(batch, row) for row in (*parsed.rejected, *parsed.materials_rejected)]
    with transaction.atomic():
        copy_in(ImportRow, _numbered(lines))


def _departments(items: Sequence[ParsedItem]) -> dict[tuple[str, str], SourceDepartment]:
    with transaction.atomic():
        _take_lock()
        return match_departments(items)


def _take_lock() -> None:
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(%s::int, %s::int)", LOCK)


def _write(
    batch: ImportBatch,
    items: Sequence[ParsedItem],
    departments: dict[tuple[str, str], SourceDepartment],
    actor: Actor,
    at: datetime,
) -> None:
    with transaction.atomic():
        _take_lock()
        verdicts = compare(items, lock=True)
        gathered = Gathered()
        new = [verdict for verdict in verdicts if verdict.outcome == Outcome.NEW]
        changed = [verdict for verdict in verdicts if verdict.outcome == Outcome.CHANGED]
        bases = _LocalCodes()
        for verdict, item_id in zip(new, take_ids(ServiceItem, len(new)), strict=True):
            item = _new_item(verdict.parsed, item_id, departments, bases, at)
            gathered.items.append(item)
            gathered.codes += _codes(item, verdict.parsed)
            verdict.existing = None
            _edition(gathered, verdict, item, None, batch, actor, at)
        for verdict in changed:
            _change(gathered, verdict, departments, batch, actor, at)
        gathered.lines += [
            _line(batch, verdict) for verdict in verdicts if verdict.outcome not in (Outcome.NEW, Outcome.CHANGED)
        ]
        _store(gathered)


def _store(gathered: Gathered) -> None:
    """Withdraw, copy in, in the order of the foreign keys."""
    if gathered.withdrawn:
        ItemEdition.objects.filter(pk__in=gathered.withdrawn).update(status=ItemEdition.Status.WITHDRAWN)
    edition_ids = take_ids(ItemEdition, len(gathered.editions))
    real = dict(zip((edition.pk for edition in gathered.editions), edition_ids, strict=True))
    for edition in gathered.editions:
        edition.pk = real[edition.pk]
    for line in gathered.lines:
        line.edition_id = real.get(line.edition_id or 0, line.edition_id)
    for material in gathered.materials:
        material.edition_id = real[material.edition_id]
    for temporary, old in gathered.copied_from.items():
        gathered.materials += copied_materials(old, real[temporary])
    copy_in(ServiceItem, gathered.items)
    copy_in(ItemCode, _numbered(gathered.codes))
    copy_in(ItemEdition, gathered.editions)
    copy_in(EditionMaterial, _numbered(gathered.materials))
    copy_in(ItemSearch, gathered.search)
    copy_in(ImportRow, _numbered(gathered.lines))
    ServiceItem.objects.bulk_update(
        gathered.changed_items,
        ["source_hash", "materials_hash", "latest_number", "changed_at", "name", "kind", "version"],
        batch_size=500,
    )
    renamed = [item.pk for item in gathered.changed_items if item.current_id is None]
    if renamed:
        rewrite(renamed)


def _numbered(rows: list[Any]) -> list[Any]:
    """Give unsaved rows their primary keys."""
    if rows:
        for row, pk in zip(rows, take_ids(type(rows[0]), len(rows)), strict=True):
            row.pk = pk
    return rows


class _LocalCodes:
    """Gives out local base codes of each division, after the last one taken; used under the import lock."""

    def __init__(self) -> None:
        self._last: dict[str, int] = {}

    def next(self, division: str) -> str:
        six = division[:6]
        if six not in self._last:
            newest = (
                ServiceItem.objects.filter(base_code__startswith=f"B{six}").order_by("-base_code").values("base_code")
            ).first()
            self._last[six] = int(newest["base_code"][7:]) if newest else 0
        self._last[six] += 1
        return codes.local_base(six, self._last[six])


def next_local_base(division: str) -> str:
    """The next local base code of a division, for an item made by hand; locks until the transaction ends."""
    _take_lock()
    return _LocalCodes().next(division)


def _new_item(
    parsed: ParsedItem,
    item_id: int,
    departments: dict[tuple[str, str], SourceDepartment],
    bases: _LocalCodes,
    at: datetime,
) -> ServiceItem:
    source = departments[parsed.catalogue, parsed.department[:200]]
    national = bool(parsed.code)
    base = parsed.base_code if national else bases.next(parsed.division or "000000")
    return ServiceItem(
        pk=item_id,
        code=parsed.code or base,
        code31=parsed.code31 or _assigned(source.code, parsed.level, base),
        base_code=base,
        national=national,
        name=parsed.values["name"],
        kind=parsed.values["kind"],
        use_level=parsed.level,
        department_id=source.unit_id,
        source_department=source,
        latest_number=1,
        source_hash=parsed.row_hash,
        materials_hash=parsed.materials_hash,
        created_at=at,
        changed_at=at,
    )


def _assigned(credit_code: str, level: str, base: str) -> str:
    """The 31 characters, or "" until the department's credit code is known."""
    try:
        return codes.assigned_code31(credit_code, level, base)
    except codes.CodeProblem:
        return ""


def _codes(item: ServiceItem, parsed: ParsedItem) -> list[ItemCode]:
    return [ItemCode(item_id=item.pk, system=system, code=code) for system, code in parsed.codes]


def _edition(
    gathered: Gathered,
    verdict: Verdict,
    item: ServiceItem,
    replaced: ItemEdition | None,
    batch: ImportBatch,
    actor: Actor,
    at: datetime,
) -> None:
    parsed = verdict.parsed
    temporary = -(len(gathered.editions) + 1)
    edition = ItemEdition(
        pk=temporary,
        item_id=item.pk,
        number=item.latest_number,
        origin=ItemEdition.Origin.IMPORT,
        author_uid=actor.uid,
        author=actor.name,
        created_at=at,
        change_note="" if item.latest_number == 1 else f"导入“{batch.file_name}”第 {parsed.line} 行"[:300],
        source=parsed.source | {"hashes": [parsed.row_hash, parsed.materials_hash]},
        **parsed.values,
    )
    gathered.editions.append(edition)
    gathered.materials += _materials(parsed, temporary)
    previous = replaced.pk if replaced else item.current_id
    if parsed.materials is None and previous:
        gathered.copied_from[temporary] = previous
    if verdict.outcome == Outcome.NEW:
        gathered.search.append(search_row(item, edition, parsed.department))
    gathered.lines.append(_line(batch, verdict, item_id=item.pk, edition_id=temporary, replaced=replaced))


def _change(
    gathered: Gathered,
    verdict: Verdict,
    departments: dict[tuple[str, str], SourceDepartment],
    batch: ImportBatch,
    actor: Actor,
    at: datetime,
) -> None:
    if verdict.existing is None:
        raise AssertionError("a changed line meets an item")
    item, draft = verdict.existing.item, verdict.existing.open_edition
    item.latest_number += 1
    item.source_hash = verdict.parsed.row_hash
    if verdict.parsed.materials is not None:
        item.materials_hash = verdict.parsed.materials_hash
    item.changed_at = at
    item.version += 1
    if item.current_id is None:
        item.name, item.kind = verdict.parsed.values["name"], verdict.parsed.values["kind"]
    if draft is not None:
        gathered.withdrawn.append(draft.pk)
    gathered.changed_items.append(item)
    _edition(gathered, verdict, item, draft, batch, actor, at)


def _materials(parsed: ParsedItem, edition_id: int) -> list[EditionMaterial]:
    return [
        EditionMaterial(
            edition_id=edition_id,
            order=row.order,
            name=row.name,
            necessity=row.necessity,
            format=row.format,
            originals=row.originals,
            copies=row.copies,
            source_channel=row.source_channel,
            basis=row.basis,
        )
        for row in parsed.materials or ()
    ]


def copied_materials(edition_id: int, to_edition_id: int) -> list[EditionMaterial]:
    """Unsaved copies of an edition's materials for another one; cancelled ones are left behind (R030)."""
    copies = []
    for material in EditionMaterial.objects.filter(edition=edition_id, cancelled_on__isnull=True):
        material.pk = None
        material.edition_id = to_edition_id
        copies.append(material)
    return copies


def _line(
    batch: ImportBatch,
    verdict: Verdict,
    *,
    item_id: int | None = None,
    edition_id: int | None = None,
    replaced: ItemEdition | None = None,
) -> ImportRow:
    parsed = verdict.parsed
    existing = verdict.existing.item.pk if verdict.existing else None
    if verdict.outcome == Outcome.UNCHANGED and verdict.existing and verdict.existing.open_edition:
        # The draft that already says so: publishing this batch publishes it.
        edition_id = verdict.existing.open_edition.pk
    return ImportRow(
        batch=batch,
        line=parsed.line,
        code=parsed.source_code[:120],
        name=parsed.values["name"][:500],
        outcome=verdict.outcome,
        reasons=[verdict.reason] if verdict.reason else [],
        warnings=parsed.warnings,
        item_id=item_id or existing,
        edition_id=edition_id,
        replaced=replaced,
    )


def _refused_line(batch: ImportBatch, row: RejectedRow) -> ImportRow:
    return ImportRow(
        batch=batch,
        file=row.file,
        line=row.line,
        code=row.code,
        name=row.name,
        outcome=Outcome.REJECTED,
        reasons=list(row.reasons),
        raw=row.raw,
    )
