"""Facts about charges, bills and money that other modules may hear. Ids, codes and times only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from yimen.ground.kit.outbox import Event


@dataclass(frozen=True)
class ChargeInForce(Event):
    """A version of a charge may be collected from its first day on."""

    version: int
    at: datetime


@dataclass(frozen=True)
class BillRaised(Event):
    """A bill was raised; `case` is the number of its case, "" for none."""

    code: str
    case: str
    at: datetime


@dataclass(frozen=True)
class BillSettled(Event):
    """Nothing is left to be paid on a bill: paid, or wholly exempted."""

    code: str
    case: str
    at: datetime


@dataclass(frozen=True)
class BillCancelled(Event):
    """A bill is void; nobody has to pay it."""

    code: str
    case: str
    at: datetime


@dataclass(frozen=True)
class ReductionMoved(Event):
    """An application for a reduction came to a new state."""

    code: str
    bill: str
    state: str
    at: datetime


@dataclass(frozen=True)
class DayDiffers(Event):
    """A day's money is other than the bank or the drawer says: `kind` of `rules.DIFFERENCES`."""

    difference: int
    kind: str
    day: date
    at: datetime
