"""A matter as every list of the desk shows it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.urls import reverse

from yimen.ground.calendar.rules import WorkCalendar
from yimen.ground.calendar.selectors import work_calendar
from yimen.ground.identity.rules import Actor
from yimen.ground.kit.moments import day_of, say_day
from yimen.ground.matters import selectors as matters
from yimen.service.cases.marks import LABELS, marks_in
from yimen.service.cases.rules import short_code

if TYPE_CHECKING:
    from yimen.ground.matters.models import Matter


@dataclass(frozen=True, slots=True)
class Row:
    """One matter as a list shows it."""

    matter: Matter
    url: str
    clock: matters.ClockFace
    state: str
    code: str
    due: str
    who: str
    mine: bool
    claimable: bool
    marks: tuple[str, ...] = ()


def rows_of(found: Iterable[Matter], actor: Actor, at: datetime) -> list[Row]:
    """Matters as rows; the calendar is read once. Those of `selectors.box` and `visible` bring the words of their paths along."""
    calendar = work_calendar()
    return [_row(matter, actor, at, calendar) for matter in found]


def _row(matter: Matter, actor: Actor, at: datetime, calendar: WorkCalendar) -> Row:
    mine = matter.person_id is not None and matter.person_id == actor.account_id
    return Row(
        matter=matter,
        url=reverse("cases:desk_case", args=[matter.code]),
        clock=matters.clock_face(matter, at, calendar),
        state=matters.procedure_of(matter).state(matter.state).label,
        code=short_code(matter.code),
        due=_due(matter, at),
        who="我" if mine else matter.person_name,
        mine=mine,
        marks=tuple(LABELS[word] for word in marks_in(getattr(matter, "marks", ""))),
        claimable=matter.person_id is None and matter.closed_at is None and actor.holds("matters.claim"),
    )


def _due(matter: Matter, at: datetime) -> str:
    if matter.stopped_since is not None:
        return "停表"
    return say_day(matter.due_on, day_of(at), weekday=False) if matter.due_on else "—"
