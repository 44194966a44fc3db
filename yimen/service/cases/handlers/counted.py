"""The reports count what happened to a case."""

from __future__ import annotations

from yimen.ground.kit.outbox import handles
from yimen.service.cases import counting, events


@handles(events.CaseSubmitted)
def count_submitted(event: events.CaseSubmitted) -> None:
    """One more application for the reports."""
    counting.note(event.matter_id)


@handles(events.CaseAccepted)
def count_accepted(event: events.CaseAccepted) -> None:
    """One more acceptance."""
    counting.note(event.matter_id)


@handles(events.CaseNotAccepted)
def count_not_accepted(event: events.CaseNotAccepted) -> None:
    """One more that ended at receipt."""
    counting.note(event.matter_id)


@handles(events.CaseDecided)
def count_decided(event: events.CaseDecided) -> None:
    """One more decision, with its days."""
    counting.note(event.matter_id)


@handles(events.CaseWithdrawn)
def count_withdrawn(event: events.CaseWithdrawn) -> None:
    """One more withdrawal."""
    counting.note(event.matter_id)


@handles(events.CaseDelivered)
def count_delivered(event: events.CaseDelivered) -> None:
    """One more result handed over."""
    counting.note(event.matter_id)


@handles(events.CorrectionRequested)
def count_corrected(event: events.CorrectionRequested) -> None:
    """One more that was told what lacks."""
    counting.note(event.matter_id)
