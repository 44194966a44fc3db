"""What happens to the list, for those above who care."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from yimen.ground.kit.outbox import Event


@dataclass(frozen=True)
class ListChanged(Event):
    """A batch of changes has been applied to the power list (R026, R027)."""

    batch: UUID
    at: datetime


@dataclass(frozen=True)
class ListChangeUndone(Event):
    """An applied batch has been taken back, as far as that was possible."""

    batch: UUID
    at: datetime


@dataclass(frozen=True)
class CleanUpOpened(Event):
    """Departments are asked to check their items (R026)."""

    cleanup: UUID
    at: datetime


@dataclass(frozen=True)
class CleanUpPrompted(Event):
    """Departments that have not handed in are reminded (R026)."""

    cleanup: UUID
    at: datetime
