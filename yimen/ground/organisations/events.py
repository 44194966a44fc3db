"""What others may hear of the organisation."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from yimen.ground.kit.outbox import Event


@dataclass(frozen=True)
class DelegationMoved(Event):
    """A delegation was `offered`, `accepted`, `declined` or `revoked`; `by` is the uid of who did it."""

    delegation_id: int
    what: str
    by: str
    at: datetime


@dataclass(frozen=True)
class EmergencyOpened(Event):
    """Somebody took a wider right for some hours."""

    emergency_id: int
    at: datetime


@dataclass(frozen=True)
class EmergencyReviewed(Event):
    """The audit administrator has judged an emergency."""

    emergency_id: int
    at: datetime


@dataclass(frozen=True)
class StaffWithoutPost(Event):
    """A member of staff holds no post any more: what they had in hand goes back to its window or department."""

    account_id: int
    at: datetime


@dataclass(frozen=True)
class AccountClosingSoon(Event):
    """An account without post (`leaver`) or without sign-in (`unused`) will be closed on a day."""

    account_id: int
    kind: str
    on: date


@dataclass(frozen=True)
class ReviewOpened(Event):
    """A department's rights are to be looked through."""

    review_id: int
    at: datetime
