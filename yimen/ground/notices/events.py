"""What this module announces."""

from __future__ import annotations

from dataclasses import dataclass

from yimen.ground.kit.outbox import Event


@dataclass(frozen=True)
class SendingDue(Event):
    """A message is to go out: by e-mail, short message or push."""

    sending_id: int
