"""Facts about coordination that other modules may hear. Ids, codes and times only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from yimen.ground.kit.outbox import Event


@dataclass(frozen=True)
class IssueRaised(Event):
    """An issue was raised and waits to be assigned; `matter_id` is filled in by the statement that opens the matter."""

    code: str
    at: datetime
    matter_id: int = 0


@dataclass(frozen=True)
class IssueAssigned(Event):
    """A unit has to answer; `why` is the step: assign, redirect, return_answer, instruct, send_across."""

    code: str
    unit: int
    why: str
    at: datetime
    matter_id: int = 0


@dataclass(frozen=True)
class IssueUrged(Event):
    """The office asked for the answer again."""

    matter_id: int
    code: str
    unit: int
    at: datetime


@dataclass(frozen=True)
class IssueAnswered(Event):
    """The unit has answered; the office confirms."""

    matter_id: int
    code: str
    at: datetime


@dataclass(frozen=True)
class IssueReported(Event):
    """The issue was reported to the government under this number."""

    matter_id: int
    code: str
    number: str
    at: datetime


@dataclass(frozen=True)
class IssueClosed(Event):
    """The issue came to its end: `outcome` is solved, closed or withdrawn."""

    matter_id: int
    code: str
    outcome: str
    at: datetime


@dataclass(frozen=True)
class LimitNear(Event):
    """A due day is near (`level` 0) or past (1 and more: who is told one step further up the responsibility chain)."""

    matter_id: int
    code: str
    due_on: date
    level: int
    at: datetime


@dataclass(frozen=True)
class DispatchSent(Event):
    """A paper was sent to other units; each has its receipt."""

    dispatch: int
    at: datetime


@dataclass(frozen=True)
class DispatchUrged(Event):
    """A unit was asked again for its receipt or answer."""

    receipt: int
    turn: int
    at: datetime


@dataclass(frozen=True)
class DispatchAnswered(Event):
    """A unit answered a paper."""

    receipt: int
    at: datetime


@dataclass(frozen=True)
class ShiftSwapped(Event):
    """The leader of a shift changed."""

    change: int
    at: datetime
