"""What a rule would say of what is open now, before it is saved."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from yimen.ground.calendar.rules import day_end
from yimen.ground.calendar.selectors import calendar_version, work_calendar
from yimen.ground.matters import selectors as reading
from yimen.watch.supervision import rules

if TYPE_CHECKING:
    from yimen.ground.matters.models import Matter

MOST = 3000
"""So many open matters are looked at, those due first."""


@dataclass(frozen=True, slots=True)
class Preview:
    """`lines` are (what, how many by the rule as it stands, how many by the draft); `looked` matters were looked at."""

    lines: list[tuple[str, int, int]]
    looked: int
    whole: bool


def preview(
    kind: str, before: Mapping[str, Any] | None, after: Mapping[str, Any], at: datetime, place: int | None = None
) -> Preview | None:
    """Judge what is open now (at one centre or department, if one is named) by the rule as it stands and as it would
    be; None for kinds that judge what happens.
    """
    if kind not in (rules.SIGNAL.code, rules.OVERDUE.code):
        return None
    ahead = 0
    if kind == rules.SIGNAL.code:
        ahead = max(rules.SignalTerms.of(0, each).ahead for each in (before, after) if each is not None)
    found = reading.due_before(at + timedelta(days=2 * ahead + 14 if ahead else 0), MOST)
    whole = len(found) < MOST
    if place is not None:
        found = [each for each in found if place in (each.department_id, each.centre_id)]
    calendar, version = work_calendar(), calendar_version()
    counts: list[Counter[str]] = []
    for params in (before, after):
        counts.append(Counter())
        for matter in found if params is not None else ():
            said = _judge(kind, params or {}, matter, calendar.at(matter.division_id, matter.centre_id), version, at)
            if said:
                counts[-1][said] += 1
    names = {**{light: label for light, label in rules.LIGHTS.items() if light}, "overdue": "超期，会发出预警"}
    keys = [key for key in names if (key == "overdue") == (kind == rules.OVERDUE.code)]
    lines = [(names[key], counts[0][key], counts[1][key]) for key in keys]
    return Preview(lines, len(found), whole)


def _judge(kind: str, params: Mapping[str, Any], matter: Matter, calendar: Any, version: int, at: datetime) -> str:
    if params["procedures"] and matter.procedure not in params["procedures"]:
        return ""
    due = _due(matter, params["measure"], version)
    if due is None:
        return ""
    if kind == rules.OVERDUE.code:
        return "overdue" if at >= rules.overdue_from(*due, params["late_workdays"], calendar) else ""
    terms = rules.SignalTerms.of(0, params)
    if not terms.concerns(matter.procedure, matter.clock):
        return ""
    turn, _ = rules.judge(rules.schedule(terms, *due, calendar), at)
    return turn.light if turn else ""


def _due(matter: Matter, measure: str, version: int) -> tuple[date, datetime] | None:
    if matter.due_on is None or matter.due_at is None:
        return None
    if measure == "promised" or matter.legal_due_on == matter.due_on:
        return matter.due_on, matter.due_at
    if matter.legal_due_on is None:
        return None
    return matter.legal_due_on, day_end(matter.legal_due_on, reading.closing_hours(matter.centre_id, version))
