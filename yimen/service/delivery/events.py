"""Facts about results and parcels that other modules may hear. Ids, codes and times only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from yimen.ground.kit.outbox import Event


@dataclass(frozen=True)
class ResultShelved(Event):
    """A result waits for its applicant; the pick-up code is new."""

    result: int
    case: str
    at: datetime


@dataclass(frozen=True)
class ParcelMoved(Event):
    """A parcel came to another state."""

    parcel: int
    case: str
    state: str
    at: datetime
