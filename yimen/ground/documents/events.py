"""What this module announces."""

from __future__ import annotations

from dataclasses import dataclass

from yimen.ground.kit.outbox import Event


@dataclass(frozen=True)
class LetterIssued(Event):
    """A letter has its number and facts; published by `documents_issue_letter` in the database."""

    letter_id: int
