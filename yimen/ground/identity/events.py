"""What others may hear of accounts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from yimen.ground.kit.outbox import Event


@dataclass(frozen=True)
class SecondFactorReset(Event):
    """The security administrator took an account's second factor away (a lost telephone)."""

    account_id: int
    at: datetime
