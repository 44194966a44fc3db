"""What a reorganisation means for cases: nothing is moved here, the matter is; but new cases stand against undoing."""

from __future__ import annotations

from collections.abc import MutableMapping
from datetime import datetime
from typing import Any

from yimen.ground.identity.rules import Actor
from yimen.ground.organisations.lifecycle import Batch, Moves, Section
from yimen.service.cases.models import Case, Draft


def preview(moves: Moves) -> list[Section]:
    """Applications that are being filled in: they go on, and are handed in to the new department."""
    count = 0
    for move in moves.moves:
        drafts = Draft.objects.filter(submitted_matter__isnull=True, item__department=move.source)
        if move.items is not None:
            drafts = drafts.filter(item__code31__in=move.items)
        count += drafts.count()
    note = "已填的内容不变，提交时由新机构受理。"
    return [Section("drafts", "正在填写的申请", count, unit="份", note=note)]


def apply(moves: Moves, actor: Actor, at: datetime, record: MutableMapping[str, Any]) -> Batch:
    """Nothing of ours names a department."""
    return Batch(0, True)


def built_on(moves: Moves) -> str:
    """Cases taken in by the new department for what was moved."""
    items = [pk for chosen in moves.record.get("catalogue", {}).get("items", {}).values() for pk in chosen]
    targets = [move.target for move in moves.moves]
    fresh = Case.objects.filter(
        item__in=items, matter__department__in=targets, matter__opened_at__gt=moves.started_at
    ).count()
    return f"新机构已收了 {fresh} 件划转事项的新办件" if fresh else ""
