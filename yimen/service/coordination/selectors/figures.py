"""The numbers of coordination: by department for a period, and for the four duties of the management office (R003, R015)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.db.models import Count, F, Q, QuerySet

from yimen.ground.kit.moments import day_of
from yimen.ground.kit.periods import Period
from yimen.service.coordination import rules
from yimen.service.coordination.models import Issue, ReturnVisit, Shift, SiteVisit, Stationing
from yimen.service.coordination.selectors.leaders import RosterRow, in_term, workdays

if TYPE_CHECKING:
    from yimen.ground.organisations.models import Unit


@dataclass(frozen=True, slots=True)
class Line:
    """One department's numbers of a period. Each has a list behind it: see `behind`."""

    unit_id: int
    name: str
    raised: int = 0
    assigned: int = 0
    answered: int = 0
    late: int = 0
    solved: int = 0
    open: int = 0
    overdue: int = 0
    gaps: int = 0
    visits_done: int = 0
    visits_missed: int = 0
    return_visits: int = 0

    def json(self) -> dict[str, Any]:
        """For keeping with a briefing."""
        return asdict(self)


COLUMNS: dict[str, str] = {
    "raised": "提出",
    "assigned": "承办",
    "answered": "已答复",
    "late": "超期答复",
    "solved": "已解决",
    "open": "在办",
    "overdue": "现已超期",
    "gaps": "带班空缺（天）",
    "visits_done": "现场办公",
    "visits_missed": "应到未到",
    "return_visits": "接受回访",
}
"""The numbers in their order, as tables head them."""

ISSUES = ("raised", "assigned", "answered", "late", "solved", "open", "overdue")


def within(period: Period, column: str) -> Q:
    """Moments of a column within a period."""
    begin, end = period.moments
    return Q(**{f"{column}__gte": begin, f"{column}__lt": end})


def counted(name: str, span: Period, at: datetime) -> Q:
    """Which issues a number counts, of all departments. Raises KeyError for a number that counts no issues."""
    assigned = Q(assigned_at__isnull=False)
    running = assigned & Q(matter__closed_at__isnull=True)
    return {
        "raised": within(span, "matter__opened_at"),
        "assigned": assigned & within(span, "assigned_at"),
        "answered": assigned & within(span, "answered_at"),
        "late": assigned & within(span, "answered_at") & Q(matter__on_time=False),
        "solved": assigned & within(span, "matter__closed_at") & Q(matter__state="solved"),
        "open": running,
        "overdue": running & Q(matter__state="assigned", matter__due_at__lt=at),
    }[name]


def behind(name: str, span: Period, at: datetime) -> QuerySet[Issue]:
    """The issues that a number counts: the list behind it."""
    return Issue.objects.filter(counted(name, span, at))


def owner(name: str) -> str:
    """The column that says whose an issue is in a number: who raised it, or who answers for it."""
    return "raised_by" if name == "raised" else "matter__department"


def by_department(departments: Iterable[Unit], span: Period, at: datetime, issues: Sequence[str] = ()) -> list[Line]:
    """Each department's numbers, in a fixed number of queries however many departments there are.

    `issues` are the numbers of issues that are wanted (all of them); the others stay zero.
    """
    units = list(departments)
    ids = [unit.pk for unit in units]
    counts: dict[int, dict[str, int]] = {pk: {} for pk in ids}
    wanted = issues or ISSUES
    for column in dict.fromkeys(owner(name) for name in wanted):
        numbers = {name: Count("pk", filter=counted(name, span, at)) for name in wanted if owner(name) == column}
        rows = Issue.objects.filter(**{f"{column}__in": ids}).order_by()
        for pk, *found in rows.values_list(F(column)).annotate(**numbers):
            counts[pk] |= dict(zip(numbers, found, strict=True))
    today = day_of(at)
    for pk, number in gaps_in(units, span, today).items():
        counts[pk]["gaps"] = number
    visits = SiteVisit.objects.filter(department__in=ids, planned_on__range=(span.first, span.last)).order_by()
    done, missed = Q(state="done"), Q(state="planned", planned_on__lt=today)
    by_unit = visits.values_list("department").annotate(
        done=Count("pk", filter=done), missed=Count("pk", filter=missed)
    )
    for pk, came, stayed_away in by_unit:
        counts[pk] |= {"visits_done": came, "visits_missed": stayed_away}
    called = ReturnVisit.objects.filter(
        department__in=ids, visited_on__range=(span.first, span.last), withdrawn_at__isnull=True
    ).order_by()
    for pk, number in called.values_list("department").annotate(number=Count("pk")):
        counts[pk]["return_visits"] = number
    return [Line(unit.pk, unit.short_name or unit.name, **counts[unit.pk]) for unit in units]


def gaps_in(units: Iterable[Unit], span: Period, today: date) -> dict[int, int]:
    """How many working days of a period up to today each department had nobody to lead its shift: two queries."""
    last = min(span.last, today)
    rows = {unit.pk: RosterRow(unit) for unit in units}
    if last < span.first:
        return dict.fromkeys(rows, 0)
    days = workdays(span.first, last)
    held: dict[int, set[date]] = {pk: set() for pk in rows}
    for pk, day in Shift.objects.filter(department__in=rows, day__range=(span.first, last)).values_list(
        "department", "day"
    ):
        held[pk].add(day)
    terms: dict[int, list[rules.Term]] = {pk: [] for pk in rows}
    stationed = Stationing.objects.filter(leader__department__in=rows, from_on__lte=last)
    for pk, first, end in stationed.values_list("leader__department", "from_on", "to_on"):
        terms[pk].append(rules.Term(first, end))
    return {pk: len(rules.gaps(days, held[pk], terms[pk])) for pk in rows}


def totals(lines: Iterable[Line]) -> dict[str, int]:
    """The sums of every number."""
    lines = list(lines)
    return {field.name: sum(getattr(line, field.name) for line in lines) for field in fields(Line)[2:]}


def of_centre(centre_id: int) -> Q:
    """Issues that a centre's office coordinates."""
    return Q(matter__centre=centre_id)


__all__ = [
    "COLUMNS",
    "ISSUES",
    "Line",
    "behind",
    "by_department",
    "gaps_in",
    "in_term",
    "of_centre",
    "owner",
    "totals",
]
