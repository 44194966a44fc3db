"""Facts about offline windows that other modules may hear. Ids, codes and times only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from yimen.ground.kit.outbox import Event


@dataclass(frozen=True)
class DeviceChanged(Event):
    """A browser was enrolled, retired or revoked (`state`)."""

    device: int
    state: str
    at: datetime


@dataclass(frozen=True)
class OfflineMerged(Event):
    """An offline receipt became a case."""

    entry: int
    number: str
    code: str
    at: datetime


@dataclass(frozen=True)
class OfflineWaits(Event):
    """An offline receipt could not become a case by itself: `why` is a key of `rules.WAITING`."""

    entry: int
    number: str
    why: str
    at: datetime


@dataclass(frozen=True)
class OfflineSettled(Event):
    """Somebody settled what waited: `state` is what it is now."""

    entry: int
    number: str
    state: str
    at: datetime


@dataclass(frozen=True)
class JournalRefused(Event):
    """A journal was refused: edited, reordered, cut or foreign (`kind`), at entry `seq`."""

    fault: int
    device: int
    seq: int
    kind: str
    at: datetime
