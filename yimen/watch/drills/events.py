"""What others may want to know of drills."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from yimen.ground.kit.outbox import Event


@dataclass(frozen=True)
class DrillEnded(Event):
    """A drill has ended; `state` is how: done, cancelled, failed."""

    drill: UUID
    state: str
    at: datetime
