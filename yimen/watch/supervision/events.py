"""News of supervision: facts, ids and times only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from yimen.ground.kit.outbox import Event


@dataclass(frozen=True)
class LightsChanged(Event):
    """Lights of some matters changed; each id is a `LightChange`. For the board, and for what follows a red light."""

    change_ids: tuple[int, ...]
    at: datetime


@dataclass(frozen=True)
class RelookDue(Event):
    """A change of the rules or the calendar has more open matters to come to; `turn` numbers the batches."""

    relook_id: int
    turn: int = 0
