"""What happens in the catalogue, for those above who care."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from yimen.ground.kit.outbox import Event


@dataclass(frozen=True)
class EditionPublished(Event):
    """An edition of an item is in force from now on."""

    item: UUID
    edition: UUID
    at: datetime


@dataclass(frozen=True)
class EditionsPublished(Event):
    """Editions of an imported batch are in force from now on."""

    batch: UUID
    count: int
    at: datetime


@dataclass(frozen=True)
class ItemCancelled(Event):
    """An item has been cancelled: nothing may be taken in for it any more (R025)."""

    item: UUID
    at: datetime


@dataclass(frozen=True)
class ItemFrozen(Event):
    """An item is not handled for the time being."""

    item: UUID
    reason: str
    at: datetime


@dataclass(frozen=True)
class ItemThawed(Event):
    """A frozen item is handled again."""

    item: UUID
    at: datetime


@dataclass(frozen=True)
class ImportRequested(Event):
    """Somebody asked for a checked file to be brought in; the worker does it."""

    batch: UUID
    actor: UUID
    account: int | None
    at: datetime


@dataclass(frozen=True)
class CheckRequested(Event):
    """Every edition is to be judged again: rules were set anew, or many editions changed at once."""

    at: datetime


@dataclass(frozen=True)
class WorkbookAsked(Event):
    """A workbook is to be laid beside the catalogue (`what` compare), or its chosen rows taken over (apply)."""

    proposal: UUID
    what: str
    actor: UUID
    who: str
    account: int | None
    at: datetime
