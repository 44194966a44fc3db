"""News of matters: facts, ids and times only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from yimen.ground.kit.outbox import Event


@dataclass(frozen=True)
class MattersReassigned(Event):
    """Running matters went to another department in a reorganisation, one batch; `undone` where a move was taken back."""

    matter_ids: list[int]
    source_id: int
    target_id: int
    plan: str
    document: str
    at: datetime
    undone: bool = False
