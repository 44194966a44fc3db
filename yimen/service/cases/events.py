"""Facts about cases that other modules may hear. Ids, codes and times only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from yimen.ground.kit.outbox import Event


@dataclass(frozen=True)
class CaseSubmitted(Event):
    """An application arrived and got its number; `matter_id` is filled in by the statement that opens the matter."""

    code: str
    at: datetime
    matter_id: int = 0


@dataclass(frozen=True)
class CaseAccepted(Event):
    """The window accepted the application and gave a slip."""

    matter_id: int
    code: str
    slip_number: str
    at: datetime


@dataclass(frozen=True)
class CorrectionRequested(Event):
    """The applicant was told, once, everything that is missing."""

    matter_id: int
    code: str
    at: datetime


@dataclass(frozen=True)
class CaseSupplemented(Event):
    """The applicant handed in what was missing."""

    matter_id: int
    code: str
    at: datetime


@dataclass(frozen=True)
class CaseNotAccepted(Event):
    """The application ended at receipt; `outcome` is `not_required` or `declined`."""

    matter_id: int
    code: str
    outcome: str
    at: datetime


@dataclass(frozen=True)
class CaseSuspended(Event):
    """A special procedure of art. 45 began; its time is not counted."""

    matter_id: int
    code: str
    procedure: str
    at: datetime


@dataclass(frozen=True)
class LimitExtended(Event):
    """The limit was extended by working days (art. 42)."""

    matter_id: int
    code: str
    days: int
    at: datetime


@dataclass(frozen=True)
class CaseDecided(Event):
    """The department decided; `decision` is `granted` or `refused`."""

    matter_id: int
    code: str
    decision: str
    at: datetime


@dataclass(frozen=True)
class DecisionUndone(Event):
    """What the law had granted by silence was taken back, since the facts were other than recorded; the handling begins anew."""

    matter_id: int
    code: str
    at: datetime


@dataclass(frozen=True)
class CaseAbandoned(Event):
    """The applicant did not complete the materials within the place's days; the application counts as given up."""

    matter_id: int
    code: str
    at: datetime


@dataclass(frozen=True)
class OpinionAsked(Event):
    """A department was asked for its opinion; `matter_id` is filled in by the statement that opens the matter."""

    code: str
    at: datetime
    matter_id: int = 0


@dataclass(frozen=True)
class OpinionUrged(Event):
    """The department was urged to answer."""

    matter_id: int
    code: str
    at: datetime


@dataclass(frozen=True)
class OpinionAnswered(Event):
    """An opinion was given; `answer` is a value of `OpinionRequest.Answer`, `deemed` for what silence says."""

    matter_id: int
    code: str
    answer: str
    at: datetime


@dataclass(frozen=True)
class HearingMoved(Event):
    """A hearing came to a new state: told, requested, noticed, held, waived, called_off."""

    matter_id: int
    code: str
    state: str
    at: datetime


@dataclass(frozen=True)
class CaseDelivered(Event):
    """The result was handed over and the case concluded."""

    matter_id: int
    code: str
    at: datetime


@dataclass(frozen=True)
class CaseWithdrawn(Event):
    """The applicant withdrew the application."""

    matter_id: int
    code: str
    at: datetime


@dataclass(frozen=True)
class CaseHandedAcross(Event):
    """A case went to the counterpart of another tier (R002); `window` and `account` are 0 where there is none."""

    matter_id: int
    code: str
    source: int
    target: int
    window: int
    account: int
    reason: str
    at: datetime


@dataclass(frozen=True)
class CaseReminded(Event):
    """Somebody was reminded of a case: near its limit, past it, or urged; `reminder` is the row that says who."""

    matter_id: int
    code: str
    reminder: int
    level: int
    at: datetime


@dataclass(frozen=True)
class AcceptanceUndone(Event):
    """What the law had accepted was taken back, since the facts were other than recorded; the receipt begins anew."""

    matter_id: int
    code: str
    at: datetime


@dataclass(frozen=True)
class CaseExpedited(Event):
    """A case goes before the others: `mark` is `special` (特办件) or `green` (绿色通道)."""

    matter_id: int
    code: str
    mark: str
    at: datetime


@dataclass(frozen=True)
class InnerLimitPassed(Event):
    """The centre's own shorter limit of a 特办件 has passed and nothing is decided."""

    matter_id: int
    code: str
    at: datetime


@dataclass(frozen=True)
class CaseReportedUp(Event):
    """A case went up to the superior organ (art. 43)."""

    matter_id: int
    code: str
    at: datetime


@dataclass(frozen=True)
class SuperiorUrged(Event):
    """The superior was urged about a case."""

    matter_id: int
    code: str
    at: datetime


@dataclass(frozen=True)
class SuperiorSlow(Event):
    """The superior has had a case longer than the centre lets pass without urging."""

    matter_id: int
    code: str
    report_id: int
    at: datetime


@dataclass(frozen=True)
class ExternalFailed(Event):
    """A case could not be handed to an external system, or its number there belongs to another case."""

    matter_id: int
    code: str
    handling_id: int
    at: datetime


@dataclass(frozen=True)
class CaseTolerated(Event):
    """A case is accepted while promised materials follow (R068)."""

    matter_id: int
    code: str
    at: datetime


@dataclass(frozen=True)
class ToleranceNear(Event):
    """The promised day is near and the materials have not come."""

    matter_id: int
    code: str
    at: datetime


@dataclass(frozen=True)
class ToleranceLapsed(Event):
    """The promised day passed and the materials have not come."""

    matter_id: int
    code: str
    at: datetime


@dataclass(frozen=True)
class ToleranceEnded(Event):
    """A case was ended because promised materials did not come."""

    matter_id: int
    code: str
    at: datetime


@dataclass(frozen=True)
class PromiseCheckDue(Event):
    """A signed promise has to be checked soon."""

    matter_id: int
    code: str
    at: datetime


@dataclass(frozen=True)
class PromiseChecked(Event):
    """A signed promise was checked: `outcome` is `kept` or `broken`."""

    matter_id: int
    code: str
    outcome: str
    at: datetime


@dataclass(frozen=True)
class MovePlanDue(Event):
    """The next batch of a plan that moves running cases is to be done."""

    plan_id: int
    turn: int = 0


@dataclass(frozen=True)
class CasesMoved(Event):
    """Running cases follow another version now (`back`: the former one again); which, the plan says."""

    plan_id: int
    back: bool
    at: datetime


@dataclass(frozen=True)
class RevocationMoved(Event):
    """The course towards taking a decision back moved: `state` as of `lifecycle_revoking`, or `stated`; `code` is its own number."""

    code: str
    state: str
    at: datetime
    matter_id: int = 0


@dataclass(frozen=True)
class SuperiorToldOff(Event):
    """The applicant took back what lay with a superior: a letter tells the superior to stop, and has to be sent."""

    matter_id: int
    code: str
    report_id: int
    at: datetime
