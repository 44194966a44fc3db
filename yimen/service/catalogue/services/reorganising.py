"""What a reorganisation does to items: they go to the new department with their codes, editions and drafts as they are.

An item keeps its 实施编码 although that begins with the old department's credit code: cases and letters name it. A new code is
given with a new edition, by whoever keeps the list.
"""

from __future__ import annotations

import hashlib
from collections.abc import MutableMapping
from datetime import datetime
from typing import Any

from yimen.ground.identity.rules import Actor
from yimen.ground.kit import audit
from yimen.ground.organisations.lifecycle import Batch, Line, Move, Moves, Section
from yimen.service.catalogue.models import ServiceItem, SourceDepartment
from yimen.service.catalogue.services.items import reindex

BATCH = 500


def _of(move: Move) -> Any:
    items = ServiceItem.objects.filter(department=move.source)
    return items if move.items is None else items.filter(code31__in=move.items)


def preview(moves: Moves) -> list[Section]:
    """Which items go where; codes that are none of the old department's are marked."""
    lines, total, facts, strange = [], 0, [], 0
    for move in moves.moves:
        found = list(_of(move).order_by("code").values_list("code", "code31", "name", "status"))
        total += len(found)
        facts += found
        lines += [
            Line(name[:80], f"{code}；划入 {move.target_name}", f"/manage/items/{code}/")
            for code, _, name, _ in found[:1000]
        ]
        unknown = sorted(set(move.items or ()) - {code31 for _, code31, _, _ in found})
        strange += len(unknown)
        lines += [Line(code, f"不是 {move.source_name} 的事项，不会划转", flag="请核对") for code in unknown]
    if moves.renamed:
        total = ServiceItem.objects.filter(department__in=moves.renamed).count()
        note = "事项不变，目录里显示新名称。"
    else:
        note = "编码、版本和草稿照旧；新的实施编码随下一版清单更换。"
    digest = hashlib.sha256(repr(facts).encode()).hexdigest()[:16]
    return [
        Section("items", "事项", total, unit="项", note=note, warning=bool(strange), lines=tuple(lines), digest=digest)
    ]


def apply(moves: Moves, actor: Actor, at: datetime, record: MutableMapping[str, Any]) -> Batch:
    """Move the next items; with a new name, write their search rows anew."""
    if moves.renamed:
        return _reindexed(moves, record)
    for place, move in enumerate(moves.moves):
        chosen = list(_of(move).order_by("id").select_for_update().values_list("pk", flat=True)[:BATCH])
        if chosen:
            _give(chosen, move.target, moves, actor, at)
            record.setdefault("items", {}).setdefault(str(place), []).extend(chosen)
            record["moved_at"] = at.isoformat()
            return Batch(len(chosen), False)
    if moves.kind in ("merge", "dissolve"):
        _match_sources(moves, record)
    return Batch(0, True)


def undo(moves: Moves, actor: Actor, at: datetime, record: MutableMapping[str, Any]) -> Batch:
    """Give the next items back."""
    if moves.renamed:
        return _reindexed(moves, record)
    moved: dict[str, list[int]] = record.get("items", {})
    for place, move in enumerate(moves.moves):
        chosen = moved.get(str(place), [])[:BATCH]
        if chosen:
            moved[str(place)] = moved[str(place)][BATCH:]
            _give(chosen, move.source, moves, actor, at)
            return Batch(len(chosen), False)
    for pk, unit in record.pop("sources", []):
        SourceDepartment.objects.filter(pk=pk).update(unit=unit)
    return Batch(0, True)


def built_on(moves: Moves) -> str:
    """Items that have been changed in the new department since."""
    chosen = [pk for items in moves.record.get("catalogue", {}).get("items", {}).values() for pk in items]
    targets = {move.target for move in moves.moves}
    changed = ServiceItem.objects.filter(pk__in=chosen).exclude(department__in=targets).count()
    later = moves.record.get("catalogue", {}).get("moved_at")
    if later:
        changed += ServiceItem.objects.filter(pk__in=chosen, changed_at__gt=later).count()
    return f"划转的事项中有 {changed} 项已在新机构变更" if changed else ""


def _give(chosen: list[int], department: int, moves: Moves, actor: Actor, at: datetime) -> None:
    ServiceItem.objects.filter(pk__in=chosen).update(department=department)
    reindex(chosen)
    audit.record(
        "catalogue.reassign_items", actor=actor, target_kind="reorganisation", target=str(moves.plan),
        facts={"items": len(chosen), "department": department, "document": moves.document},
    )  # fmt: skip


def _match_sources(moves: Moves, record: MutableMapping[str, Any]) -> None:
    """A catalogue that still names the old department means its successor from now on."""
    kept = record.setdefault("sources", [])
    for move in moves.moves:
        for source in SourceDepartment.objects.filter(unit=move.source):
            kept.append([source.pk, move.source])
            source.unit_id = move.target
            source.save(update_fields=["unit"])


def _reindexed(moves: Moves, record: MutableMapping[str, Any]) -> Batch:
    """A renamed department: its items are found by the new name."""
    done = record.get("reindexed", 0)
    chosen = list(
        ServiceItem.objects.filter(department__in=moves.renamed, pk__gt=done)
        .order_by("pk")
        .values_list("pk", flat=True)[:BATCH]
    )
    if not chosen:
        record.pop("reindexed", None)
        return Batch(0, True)
    reindex(chosen)
    record["reindexed"] = chosen[-1]
    return Batch(len(chosen), False)
