"""Facts about the window's work that other modules may hear. Ids, codes and times only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from yimen.ground.kit.outbox import Event


@dataclass(frozen=True)
class SectionAsked(Event):
    """A window asks a section; `matter_id` is filled in by the statement that opens the matter."""

    code: str
    section: int
    at: datetime
    matter_id: int = 0


@dataclass(frozen=True)
class PullMoved(Event):
    """A step of a pull was taken: `action` of its table."""

    matter_id: int
    code: str
    action: str
    at: datetime


@dataclass(frozen=True)
class FirstAsked(Event):
    """Somebody was asked first and is responsible from now on."""

    code: str
    first: int
    at: datetime
    matter_id: int = 0


@dataclass(frozen=True)
class FirstAskMoved(Event):
    """A step of a first contact was taken."""

    matter_id: int
    code: str
    action: str
    at: datetime


@dataclass(frozen=True)
class WindowLimit(Event):
    """A limit of this module is near (`level` 0) or past (1 and more: one step further up the responsibility chain)."""

    matter_id: int
    code: str
    due_at: datetime
    level: int
    at: datetime


@dataclass(frozen=True)
class WindowServiceSet(Event):
    """A window's kind of service was set; "" where it has none any more."""

    window: int
    kind: str
    at: datetime


@dataclass(frozen=True)
class PaperApproved(Event):
    """A workflow or contingency plan has a new version in force."""

    paper: int
    at: datetime


@dataclass(frozen=True)
class ContingencyMoved(Event):
    """A contingency plan was started (`ended` False) or ended at a window."""

    activation: int
    window: int
    ended: bool
    at: datetime
