"""What a reorganisation does to running matters: each gets its step 划转 in the ledger and goes to the new department.

A thousand at a time, in one statement and one short transaction; what somebody works on at that moment is passed over and
taken with a later batch. Nobody waits longer than one batch takes.
"""

from __future__ import annotations

import json
from collections.abc import MutableMapping
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Count

from yimen.ground.identity.rules import Actor
from yimen.ground.kit import outbox
from yimen.ground.matters import lifecycle
from yimen.ground.matters.events import MattersReassigned
from yimen.ground.matters.models import Matter, Step
from yimen.ground.matters.thinking import post_of
from yimen.ground.organisations.lifecycle import Batch, Line, Move, Moves, Section

BATCH = 500
"""Matters of one transaction: what a window waits for at most is one of these."""

_REASSIGN = "select moved, busy from matters_reassign(%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s::jsonb)"


def preview(moves: Moves) -> list[Section]:
    """How many running matters go, by state."""
    lines, total, held = [], 0, 0
    for move in moves.moves:
        open_ones = Matter.objects.filter(department=move.source, closed_at__isnull=True)
        if move.items is not None:
            open_ones = open_ones.filter(subject__in=move.items)
        rows = open_ones.values("procedure", "procedure_version", "state").annotate(n=Count("id")).order_by("-n")
        for row in rows:
            table = lifecycle.procedure(row["procedure"], row["procedure_version"])
            state = table.state(row["state"]).label
            lines.append(Line(f"{state} {row['n']} 件", f"{table.label}，{move.source_name} → {move.target_name}"))
            total += row["n"]
        held += open_ones.filter(person__isnull=False).count() if move.accounts is not None else 0
    note = "每件在办理经过里记一步“划转”，期限不变，依据写文号；不停办，正在办的一件等办完这一步再转。"
    if held:
        note += f"其中 {held} 件已有人认领；经办人不随转的，退回待认领。"
    return [Section("matters", "在办的事", total, unit="件", note=note, lines=tuple(lines))]


def apply(moves: Moves, actor: Actor, at: datetime, record: MutableMapping[str, Any]) -> Batch:
    """Move the next batch."""
    for move in moves.moves:
        batch = _one(moves, move, actor, at, undo=False)
        record["moved"] = record.get("moved", 0) + batch.moved
        if batch.moved or batch.busy:
            return batch
    return Batch(0, True)


def undo(moves: Moves, actor: Actor, at: datetime, record: MutableMapping[str, Any]) -> Batch:
    """Take the next batch back: matters in which nothing has happened since."""
    for move in moves.moves:
        batch = _one(moves, move, actor, at, undo=True)
        if batch.moved or batch.busy:
            return batch
    return Batch(0, True)


def built_on(moves: Moves) -> str:
    """Matters that were moved and have gone on since."""
    moved = int(moves.record.get("matters", {}).get("moved", 0))
    if not moved or moves.started_at is None:
        return ""
    still = Step.objects.filter(
        action="reassign", facts__contains=f'"plan": "{moves.plan}"', recorded_at__gte=moves.started_at,
        matter__closed_at__isnull=True, matter__department__in=[move.target for move in moves.moves],
    ).extra(where=["matters_step.seq = matters_matter.last_seq"]).count()  # fmt: skip
    if still >= moved:
        return ""
    return f"划转的 {moved} 件中，{moved - still} 件在新机构已有新的办理"


def _one(moves: Moves, move: Move, actor: Actor, at: datetime, *, undo: bool) -> Batch:
    source, target = (move.target, move.source) if undo else (move.source, move.target)
    names = (move.target_name, move.source_name) if undo else (move.source_name, move.target_name)
    facts: dict[str, Any] = {
        "from": names[0],
        "to": names[1],
        "document": moves.document,
        "plan": str(moves.plan),
        "source": source,
    }
    if undo:
        facts = {"from": names[0], "to": names[1], "document": moves.document, "undo": str(moves.plan)}
    keep = None if undo or move.accounts is None else list(move.accounts)
    windows = None if undo or move.items is None else list(move.windows)
    with connection.cursor() as cursor:
        cursor.execute(
            _REASSIGN,
            [
                source, target, list(move.items) if move.items is not None else None, str(moves.plan) if undo else None,
                BATCH, keep, windows, move.window, actor.uid, actor.name, post_of(actor), at,
                json.dumps(facts, ensure_ascii=False),
            ],
        )  # fmt: skip
        moved, busy = cursor.fetchone()
    if moved:
        outbox.publish(MattersReassigned(tuple(moved), source, target, str(moves.plan), moves.document, at, undo))
    return Batch(len(moved), False, busy)
