"""Facts about 效能监督 that other modules may hear. Ids, codes and times only; never who complained."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from yimen.ground.kit.outbox import Event


@dataclass(frozen=True)
class CorrectionIssued(Event):
    """A unit has to put something right; `source` is the number of the matter it comes from, empty where it has none."""

    code: str
    unit: int
    source: str
    at: datetime
    matter_id: int = 0


@dataclass(frozen=True)
class CorrectionMoved(Event):
    """Something happened to an order: `action` is sign, report, verify, send_back, urge, extend, escalate or withdraw."""

    matter_id: int
    code: str
    action: str
    unit: int
    at: datetime


@dataclass(frozen=True)
class ComplaintReceived(Event):
    """A complaint waits to be accepted."""

    code: str
    at: datetime
    matter_id: int = 0


@dataclass(frozen=True)
class ComplaintMoved(Event):
    """A complaint went on: accepted, declined, found effective or not, answered, closed …"""

    matter_id: int
    code: str
    action: str
    at: datetime


@dataclass(frozen=True)
class FaultOpened(Event):
    """Somebody is told that a fault is looked into and that they will be heard."""

    code: str
    unit: int
    person: int
    source: str
    at: datetime
    matter_id: int = 0


@dataclass(frozen=True)
class FaultMoved(Event):
    """A fault went on: stated, decided, appealed, upheld, softened, revoked …"""

    matter_id: int
    code: str
    action: str
    at: datetime


@dataclass(frozen=True)
class RungTaken(Event):
    """A measure of the ladder was taken against a unit."""

    matter_id: int
    code: str
    unit: int
    rung: str
    at: datetime


@dataclass(frozen=True)
class EntryCheckAssigned(Event):
    """A department has to check its own authorisations and entries."""

    code: str
    unit: int
    at: datetime
    matter_id: int = 0


@dataclass(frozen=True)
class EfficiencyLimit(Event):
    """A limit of one of these matters is near (`level` 0) or past (1)."""

    matter_id: int
    code: str
    due_on: date
    level: int
    at: datetime
