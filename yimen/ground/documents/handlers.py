"""What this module does when it hears of something."""

from __future__ import annotations

from yimen.ground.documents.events import LetterIssued
from yimen.ground.documents.services import draw_letter
from yimen.ground.kit.outbox import handles


@handles(LetterIssued)
def draw(event: LetterIssued) -> None:
    """Draw the PDF soon after the commit, so that it is there when somebody opens it."""
    draw_letter(event.letter_id)
