"""What a reorganisation does to the must-enter directories: lines name the successor, and what they named before is kept (R020).

Only the edition in force and the one being drafted follow; a superseded edition is history and stays as it was published.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, MutableMapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db.models import Q, QuerySet

from yimen.ground.identity.rules import Actor
from yimen.ground.kit import audit
from yimen.ground.organisations import selectors as organisations
from yimen.ground.organisations.lifecycle import Batch, Line, Move, Moves, Section
from yimen.service.catalogue import selectors as catalogue
from yimen.service.residence.models import Directory, DirectoryLine, LineMove
from yimen.service.residence.services.reading import Read

if TYPE_CHECKING:
    from yimen.ground.organisations.models import Unit
    from yimen.service.catalogue.models import ServiceItem

BATCH = 500
OPEN = (Directory.State.DRAFT, Directory.State.PUBLISHED)
_KEPT = ("key", "kind", "item_id", "department_id", "base_code", "wide_class", "name", "place", "note")


def preview(moves: Moves) -> list[Section]:
    """Which lines will name somebody else, and which items get a line of their own because they leave a department's."""
    lines: list[Line] = []
    facts: list[tuple[int, str, int]] = []
    for move in moves.moves:
        for line in _lines(move.source, move.items):
            facts.append((line.pk, line.key, move.target))
            lines.append(Line(line.name, f"{line.directory}；改为 {move.target_name}"))
        for item, line in _leaving(move):
            facts.append((line.pk, item.code, move.target))
            lines.append(Line(item.name[:80], f"{line.directory}；单列一行，归 {move.target_name}"))
    note = "现行和编制中的目录改写继承机构，改动前的写法留在目录页；已被取代的版次不变。"
    if moves.renamed:
        found = _open().filter(department__in=moves.renamed)
        facts = [(pk, key, 0) for pk, key in found.order_by("pk").values_list("pk", "key")]
        lines = [Line(line.name, str(line.directory)) for line in found.select_related("directory")[:1000]]
        note = "目录各行改写新名称。"
    digest = hashlib.sha256(repr(facts).encode()).hexdigest()[:16] if facts else ""
    return [
        Section(
            "directory_lines",
            "应进驻目录的行",
            len(facts),
            unit="行",
            note=note,
            lines=tuple(lines[:1000]),
            digest=digest,
        )
    ]


def apply(moves: Moves, actor: Actor, at: datetime, record: MutableMapping[str, Any]) -> Batch:
    """Let the next lines name the successor; the items have moved before."""
    if moves.renamed:
        return Batch(_rename(moves, at), True)
    for move in moves.moves:
        found = list(_lines(move.source, move.items)[:BATCH])
        if found:
            target = organisations.unit(move.target)
            for line in found:
                _lead(line, target, moves, at)
            _note(actor, moves, len(found), move.target)
            return Batch(len(found), False)
        fresh = _leaving(move)[:BATCH]
        if fresh:
            for item, line in fresh:
                _line_of_its_own(item, line, moves, at)
            _note(actor, moves, len(fresh), move.target)
            return Batch(len(fresh), False)
    return Batch(0, True)


def undo(moves: Moves, actor: Actor, at: datetime, record: MutableMapping[str, Any]) -> Batch:
    """Put the next lines back as they were, the last change first; a line somebody has taken out since stays out."""
    rows = list(
        LineMove.objects.select_for_update()
        .filter(plan=moves.plan, undone_at__isnull=True, directory__state__in=OPEN)
        .order_by("-pk")[:BATCH]
    )
    for row in rows:
        line = DirectoryLine.objects.filter(directory=row.directory_id, key=row.key).first()
        if not row.was:
            if line is not None:
                line.delete()
        elif row.merged:
            if not DirectoryLine.objects.filter(directory=row.directory_id, key=row.was["key"]).exists():
                DirectoryLine.objects.create(directory_id=row.directory_id, **row.was)
        elif line is not None:
            DirectoryLine.objects.filter(pk=line.pk).update(**row.was)
        row.undone_at = at
        row.save(update_fields=["undone_at"])
    return Batch(len(rows), not rows)


def _open() -> QuerySet[DirectoryLine]:
    return DirectoryLine.objects.filter(directory__state__in=OPEN)


def _lines(source: int, codes: Iterable[str] | None) -> QuerySet[DirectoryLine]:
    """The lines that name a department; where only some items move, the lines of these items."""
    found = _open().filter(department=source).select_related("directory", "department", "item").order_by("pk")
    return found if codes is None else found.filter(kind="item", item__code31__in=list(codes))


def _leaving(move: Move) -> list[tuple[ServiceItem, DirectoryLine]]:
    """Items that move away from under a department's line and that no line would hold afterwards, with that line."""
    if move.items is None:
        return []
    items = list(catalogue.items().filter(code31__in=list(move.items), department__in=[move.source, move.target]))
    covering = list(_open().filter(kind="base", department=move.source).select_related("directory"))
    if not items or not covering:
        return []
    ours = {line.directory_id for line in covering}
    held = _open().filter(Q(kind="item", item__in=items) | Q(kind="base", department=move.target), directory__in=ours)
    single = {(line.directory_id, line.item_id) for line in held if line.kind == "item"}
    whole = {(line.directory_id, line.base_code) for line in held if line.kind == "base"}
    found: dict[tuple[int, int], tuple[ServiceItem, DirectoryLine]] = {}
    for line in covering:
        for item in items:
            under = not line.base_code or line.base_code == item.base_code
            kept = (line.directory_id, item.pk) in single or {
                (line.directory_id, ""),
                (line.directory_id, item.base_code),
            } & whole
            if under and not kept:
                found.setdefault((line.directory_id, item.pk), (item, line))
    return list(found.values())


def _lead(line: DirectoryLine, target: Unit, moves: Moves, at: datetime) -> None:
    """One line names the successor; where the edition has such a line already, the two become one."""
    was = {name: getattr(line, name) for name in _KEPT}
    if line.kind == "item":
        read = None
        key, name = line.key, line.name
    else:
        read = Read.of(
            kind=line.kind, department=target, base_code=line.base_code, wide_class=line.wide_class, place=line.place
        )
        key, name = read.key, read.name
    merged = key != line.key and DirectoryLine.objects.filter(directory=line.directory_id, key=key).exists()
    if merged:
        line.delete()
    else:
        DirectoryLine.objects.filter(pk=line.pk).update(key=key, name=name[:500], department=target)
    _keep(line.directory_id, was, key, name, merged, moves, at)


def _line_of_its_own(item: ServiceItem, line: DirectoryLine, moves: Moves, at: datetime) -> None:
    read = Read.of(kind="item", item=item, place=line.place, note=line.note)
    DirectoryLine.objects.create(directory_id=line.directory_id, key=read.key, **read.columns())
    _keep(line.directory_id, {}, read.key, read.name, False, moves, at)


def _rename(moves: Moves, at: datetime) -> int:
    count = 0
    for line in _open().filter(department__in=moves.renamed).exclude(kind="item").select_related("department"):
        read = Read.of(
            kind=line.kind,
            department=line.department,
            base_code=line.base_code,
            wide_class=line.wide_class,
            place=line.place,
        )
        if read.name[:500] != line.name:
            was = {name: getattr(line, name) for name in _KEPT}
            DirectoryLine.objects.filter(pk=line.pk).update(name=read.name[:500])
            _keep(line.directory_id, was, line.key, read.name, False, moves, at)
            count += 1
    return count


def _keep(
    directory_id: int, was: dict[str, Any], key: str, name: str, merged: bool, moves: Moves, at: datetime
) -> None:
    LineMove.objects.create(
        directory_id=directory_id, plan=moves.plan, document=moves.document[:60], was=was, key=key, name=name[:500],
        merged=merged, moved_at=at,
    )  # fmt: skip


def _note(actor: Actor, moves: Moves, count: int, target: int) -> None:
    audit.record(
        "residence.reassign_lines", actor=actor, target_kind="reorganisation", target=str(moves.plan),
        facts={"lines": count, "department": target, "document": moves.document},
    )  # fmt: skip
