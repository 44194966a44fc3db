"""What happens in the hall's residence, for those above who care."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from yimen.ground.kit.outbox import Event


@dataclass(frozen=True)
class AdjustmentProposed(Event):
    """The centre proposes a change of a department's place; the department is to give its opinion."""

    adjustment: UUID
    at: datetime


@dataclass(frozen=True)
class AdjustmentDecided(Event):
    """Items have entered, moved or left by decision."""

    adjustment: UUID
    kind: str
    effective_on: date
    at: datetime


@dataclass(frozen=True)
class WithdrawalTried(Event):
    """Somebody tried to take items out, or changed a fee, without a decision (R023)."""

    attempt: int
    at: datetime


@dataclass(frozen=True)
class DemandAnswered(Event):
    """A wish was answered; those who asked are to be told (R022)."""

    answer: UUID
    at: datetime


@dataclass(frozen=True)
class PlanAccepted(Event):
    """A department's approval functions have been consolidated and checked on the spot (R005)."""

    plan: UUID
    department: UUID
    at: datetime


@dataclass(frozen=True)
class BatchPublished(Event):
    """A batch of a list has been published (R035–R037)."""

    kind: str
    number: int
    at: datetime


@dataclass(frozen=True)
class DirectoryPublished(Event):
    """An edition of the directory of what must be in the hall is in force (R020)."""

    directory: int
    at: datetime
