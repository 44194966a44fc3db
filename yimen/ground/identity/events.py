"""What others may hear of accounts, mandates and enterprises."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from yimen.ground.kit.outbox import Event


@dataclass(frozen=True)
class SecondFactorReset(Event):
    """The security administrator took an account's second factor away (a lost telephone)."""

    account_id: int
    at: datetime


@dataclass(frozen=True)
class MandateGiven(Event):
    """A principal has named an agent, who has not accepted yet (or has, at the window)."""

    mandate: UUID
    at: datetime


@dataclass(frozen=True)
class MandateAccepted(Event):
    """The agent may act from now on."""

    mandate: UUID
    at: datetime


@dataclass(frozen=True)
class MandateEnded(Event):
    """Revoked, given up or declined: nothing is done under it any more."""

    mandate: UUID
    at: datetime


@dataclass(frozen=True)
class MemberJoined(Event):
    """Somebody acts for an enterprise from now on."""

    membership: UUID
    at: datetime


@dataclass(frozen=True)
class MemberLeft(Event):
    """Somebody no longer acts for an enterprise; `successor` (an account) takes over what ran."""

    membership: UUID
    enterprise_id: int
    account_id: int
    successor_id: int
    at: datetime


@dataclass(frozen=True)
class SignedOff(Event):
    """Signings-on of an account to departments' systems have ended at this moment: the systems must let the person out."""

    account: UUID
    at: datetime


@dataclass(frozen=True)
class AccountClosed(Event):
    """An account is closed or stopped: whoever let it in must let it out."""

    account: UUID
    at: datetime
