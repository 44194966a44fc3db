"""Facts that other modules may hear. Ids, codes and times only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from yimen.ground.kit.outbox import Event


@dataclass(frozen=True)
class ChallengeMoved(Event):
    """A legal challenge came to a new state: answering, pending, complying, closed, complied, annulled."""

    matter_id: int
    code: str
    state: str
    at: datetime


@dataclass(frozen=True)
class SurveyMoved(Event):
    """A survey came to a new state: appointed, rectifying, passed, failed, cancelled; `why` is the step."""

    matter_id: int
    code: str
    state: str
    why: str
    at: datetime


@dataclass(frozen=True)
class PanelMoved(Event):
    """A joint review was convened, postponed, concluded or cancelled; `why` is the step."""

    matter_id: int
    code: str
    why: str
    at: datetime
