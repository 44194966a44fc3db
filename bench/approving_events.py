"""The news that both rivals publish."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from yimen.ground.kit.outbox import Event


@dataclass(frozen=True)
class FlowFinished(Event):
    """A flow came to its end."""

    matter_id: int
    at: datetime
