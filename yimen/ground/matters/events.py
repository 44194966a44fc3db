"""News of matters: facts, ids and times only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from yimen.ground.kit.outbox import Event


@dataclass(frozen=True)
class MattersReassigned(Event):
    """Running matters went to another department in a reorganisation, one batch; `undone` where a move was taken back."""

    matter_ids: tuple[int, ...]
    source_id: int
    target_id: int
    plan: str
    document: str
    at: datetime
    undone: bool = False


@dataclass(frozen=True)
class RecalculationDue(Event):
    """A change of the calendar has more open matters to look at; `turn` numbers the batches."""

    recalculation_id: int
    turn: int = 0


@dataclass(frozen=True)
class CalendarRecalculated(Event):
    """Every open matter stands under the changed calendar; `moved` dates have moved, each with a step of its own."""

    recalculation_id: int
    document_number: str
    undone: bool
    moved: int
    at: datetime


@dataclass(frozen=True)
class HoursChanged(Event):
    """A centre's hours have changed: the moments at which open limits end are put right, from this matter on."""

    after_id: int = 0


@dataclass(frozen=True)
class EffectNear(Event):
    """An effect at expiry comes in so many working days unless somebody acts; `last` is the last moment in time."""

    matter_id: int
    code: str
    effect: str
    last: datetime
    workdays: int
    at: datetime


@dataclass(frozen=True)
class EffectCame(Event):
    """The limit ran out at `last`, and the effect of the law stands since; written down at `at`."""

    matter_id: int
    code: str
    effect: str
    last: datetime
    at: datetime
