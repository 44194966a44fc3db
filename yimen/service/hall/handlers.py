"""And afterwards? A case that a window took in belongs to the ticket it was serving. May run twice without harm."""

from __future__ import annotations

from yimen.ground.kit.outbox import handles
from yimen.service.cases.events import CaseSubmitted
from yimen.service.hall.services.linking import link_intake


@handles(CaseSubmitted)
def link_ticket(event: CaseSubmitted) -> None:
    """The ticket and the case become one line."""
    link_intake(code=event.code, at=event.at)
