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


@dataclass(frozen=True)
class ClocksOverdue(Event):
    """Limits of some matters have run out (some working days ago); what the rules say of it follows."""

    matter_ids: tuple[int, ...]
    at: datetime


@dataclass(frozen=True)
class RejudgeDue(Event):
    """The clocks of these matters have changed, or, with none named, any clock may have: what stands on them is judged again.

    `after_id` numbers the batches where none is named.
    """

    matter_ids: tuple[int, ...]
    after_id: int = 0


@dataclass(frozen=True)
class AlertRaised(Event):
    """A finding was made; `matter_id` is the alert's own matter."""

    code: str
    at: datetime
    matter_id: int = 0


@dataclass(frozen=True)
class AlertAnswered(Event):
    """An alert was explained, or a card appealed: the supervisors have to act."""

    matter_id: int
    code: str
    action: str
    at: datetime


@dataclass(frozen=True)
class AlertClosed(Event):
    """An alert ended without a card: `outcome` accepted, noted or withdrawn."""

    matter_id: int
    code: str
    outcome: str
    at: datetime


@dataclass(frozen=True)
class CardChanged(Event):
    """A card was given, confirmed, softened or withdrawn; `change` is the `CardChange`. `by_itself`: by re-judging."""

    matter_id: int
    code: str
    change: int
    by_itself: bool
    at: datetime
