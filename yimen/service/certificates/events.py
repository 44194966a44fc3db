"""Facts about certificates that other modules may hear. Ids, codes and times only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from yimen.ground.kit.outbox import Event


@dataclass(frozen=True)
class CertificateMoved(Event):
    """Something happened to a certificate: `action` of `lifecycle.ACTS`; `matter_id` is 0 where it comes of no case."""

    certificate: int
    code: str
    action: str
    state: str
    at: datetime
    matter_id: int = 0
