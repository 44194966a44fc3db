"""One case as its page shows it: the first sentence, the deadline book, the course of things. Read-only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from yimen.ground.calendar.selectors import work_calendar
from yimen.ground.kit import daybook
from yimen.ground.kit.moments import day_of
from yimen.ground.matters import selectors as matters
from yimen.service.cases import telling
from yimen.service.cases.models import Case, Revocation
from yimen.service.cases.selectors_revoking import last_revocation


@dataclass(frozen=True, slots=True)
class Story:
    """What a page says of a case. `days` and `rows` are the same deadline book, for the eye and for reading."""

    headline: str
    limit: str
    face: matters.ClockFace
    used: telling.Used | None
    days: list[daybook.Day]
    rows: list[daybook.Row]
    course: list[telling.Entry]
    today: date
    steps: int
    provisional: bool
    moves: tuple[matters.DateMove, ...] = ()
    spent: matters.Durations | None = None
    revocation: Revocation | None = None
    """The latest course towards taking the decision back, whatever became of it."""


def story_of(
    case: Case, at: datetime, *, names: bool, letters: Mapping[str, tuple[str, str]] | None = None, lacking: int = 0
) -> Story:
    """Read what a case's page says. With `names=False` nobody is named in it (the public query)."""
    matter, calendar, today = case.matter, work_calendar(), day_of(at)
    explanation = matters.explain(matter, calendar)
    steps = matters.timeline(matter)
    days = telling.book(explanation, today)
    procedure, revocation = matters.procedure_of(matter), last_revocation(case)
    revoked = revocation.decided_at if revocation is not None and revocation.matter.state == "revoked" else None
    return Story(
        headline=telling.revoked_sentence(revoked) if revoked else telling.first_sentence(matter, at, lacking=lacking),
        revocation=revocation,
        limit=telling.limit_sentence(explanation.current, days, today),
        face=telling.chip(matters.clock_face(matter, at, calendar), matter, at),
        used=telling.used_of(explanation.current, days, today),
        days=days,
        rows=daybook.fold(days, today=today),
        course=telling.course(steps, matter, procedure, letters=letters, names=names),
        today=today,
        steps=len(steps),
        provisional=matter.provisional,
        moves=explanation.moves,
        spent=explanation.durations(at),
    )
