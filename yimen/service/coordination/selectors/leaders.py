"""Who leads which shift, where nobody does, who is a leader in name only, who has not come to the window (R009, R010)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING

from django.db.models import Prefetch, Q, QuerySet

from yimen.ground.calendar.selectors import work_calendar
from yimen.service.coordination import rules
from yimen.service.coordination.models import Charge, Leader, Shift, ShiftChange, SiteVisit, Stationing
from yimen.service.coordination.rules import Term

if TYPE_CHECKING:
    from yimen.ground.organisations.models import Unit


def in_term(on: date, prefix: str = "") -> Q:
    """Rows whose term holds a day."""
    after = Q(**{f"{prefix}to_on__isnull": True}) | Q(**{f"{prefix}to_on__gte": on})
    return Q(**{f"{prefix}from_on__lte": on}) & after


def leaders_of(departments: Iterable[int], on: date) -> QuerySet[Leader]:
    """Who leads these departments on a day, principal first, with what they are in charge of."""
    charges = Charge.objects.filter(in_term(on)).order_by("kind", "id")
    return (
        Leader.objects.filter(in_term(on), department__in=list(departments))
        .select_related("department", "account")
        .prefetch_related(
            Prefetch("charges", charges, to_attr="now"),
            Prefetch("stationings", Stationing.objects.filter(in_term(on)), to_attr="stationed"),
        )
        .order_by("department__order", "department_id", "-rank", "id")
    )


def deputies(department_id: int, on: date) -> QuerySet[Leader]:
    """Who may lead the shift of a department on a day: its deputy leaders, else whoever leads it."""
    return Leader.objects.filter(in_term(on), department=department_id).order_by("rank", "id")


def workdays(first: date, last: date) -> list[date]:
    """The working days of a span, both ends included."""
    calendar = work_calendar()
    days = (first + timedelta(days=number) for number in range((last - first).days + 1))
    return [day for day in days if calendar.is_workday(day)]


@dataclass(slots=True)
class RosterRow:
    """A department's month: who leads each working day, the stationed leaders, the days without anybody."""

    department: Unit
    shifts: dict[date, Shift] = field(default_factory=dict)
    stationed: list[Stationing] = field(default_factory=list)
    gaps: list[date] = field(default_factory=list)
    changed: set[date] = field(default_factory=set)

    def leader_on(self, day: date) -> Leader | None:
        """Who leads the shift that day."""
        if day in self.shifts:
            return self.shifts[day].leader
        found = next((each for each in self.stationed if Term(each.from_on, each.to_on).holds(day)), None)
        return found.leader if found else None

    def is_stationed(self, day: date) -> bool:
        """Whether that day rests on a stationed leader and on no shift of its own."""
        return day not in self.shifts and self.leader_on(day) is not None


@dataclass(frozen=True, slots=True)
class Roster:
    """A month's roster of many departments."""

    first: date
    days: list[date]
    rows: list[RosterRow]

    @property
    def gaps(self) -> int:
        """How many days of departments stand empty."""
        return sum(len(row.gaps) for row in self.rows)


def roster(departments: Iterable[Unit], first: date) -> Roster:
    """The roster of a month, in four queries however many departments there are. Only working days count."""
    start, end = rules.month_of(first)
    days, rows = workdays(start, end), {unit.pk: RosterRow(unit) for unit in departments}
    shifts = Shift.objects.filter(department__in=rows, day__range=(start, end)).select_related("leader")
    for shift in shifts:
        rows[shift.department_id].shifts[shift.day] = shift
    stationed = Stationing.objects.filter(leader__department__in=rows, from_on__lte=end)
    for each in stationed.filter(Q(to_on__isnull=True) | Q(to_on__gte=start)).select_related("leader").order_by("id"):
        rows[each.leader.department_id].stationed.append(each)
    changes = ShiftChange.objects.filter(department__in=rows, day__range=(start, end))
    for department, day in changes.values_list("department_id", "day"):
        rows[department].changed.add(day)
    for row in rows.values():
        row.gaps = rules.gaps(days, row.shifts, [Term(each.from_on, each.to_on) for each in row.stationed])
    return Roster(start, days, list(rows.values()))


def changes_of(department_id: int, first: date) -> QuerySet[ShiftChange]:
    """The swaps of a department in a month, latest first."""
    start, end = rules.month_of(first)
    return ShiftChange.objects.filter(department=department_id, day__range=(start, end)).order_by("-changed_at", "-id")


@dataclass(frozen=True, slots=True)
class ShiftLeader:
    """Somebody who leads shifts, and whether in name only."""

    leader: Leader
    stationed: bool
    shifts: int
    charges: list[Charge]
    nominal: bool


def shift_leaders(departments: Iterable[int], on: date, people: Sequence[Leader] | None = None) -> list[ShiftLeader]:
    """Everybody who leads shifts in the month of this day or is stationed, with the check of R009 (000 L137).

    `people` is what `leaders_of` said, where the caller has asked already.
    """
    ids = list(departments)
    start, end = rules.month_of(on)
    turns: dict[int, int] = defaultdict(int)
    for one in Shift.objects.filter(department__in=ids, day__range=(start, end)).values_list("leader_id", flat=True):
        turns[one] += 1
    found = []
    for leader in people if people is not None else leaders_of(ids, on):
        stationed: list[Stationing] = leader.stationed  # type: ignore[attr-defined]  # prefetched above
        charges: list[Charge] = leader.now  # type: ignore[attr-defined]
        if turns[leader.pk] or stationed:
            nominal = rules.is_nominal([each.kind for each in charges])
            found.append(ShiftLeader(leader, bool(stationed), turns[leader.pk], charges, nominal))
    return found


# --- Visits on site


@dataclass(frozen=True, slots=True)
class VisitStanding:
    """How a leader stands with the visits: the last one, the next planned one, by when one is due, how many were missed."""

    leader: Leader
    last_on: date | None
    next: SiteVisit | None
    due_on: date | None
    missed: int

    def late(self, on: date) -> bool:
        """Due, and neither done nor planned in time."""
        return self.due_on is not None and self.due_on < on


def visit_standings(
    departments: Iterable[int], on: date, interval_days: int, people: Sequence[Leader] | None = None
) -> list[VisitStanding]:
    """Every principal and deputy leader with their visits; `people` as in `shift_leaders`."""
    people = list(leaders_of(departments, on)) if people is None else people
    done: dict[int, date] = {}
    ahead: dict[int, SiteVisit] = {}
    missed: dict[int, int] = defaultdict(int)
    for visit in SiteVisit.objects.filter(leader__in=people).exclude(state="cancelled").order_by("planned_on", "id"):
        if visit.state == "done" and visit.done_on:
            done[visit.leader_id] = max(visit.done_on, done.get(visit.leader_id, visit.done_on))
        elif visit.planned_on < on:
            missed[visit.leader_id] += 1
        else:
            ahead.setdefault(visit.leader_id, visit)
    return [
        VisitStanding(
            leader,
            done.get(leader.pk),
            ahead.get(leader.pk),
            rules.visit_due_on(done.get(leader.pk), leader.from_on, interval_days),
            missed[leader.pk],
        )
        for leader in people
    ]


def site_visits(departments: Iterable[int]) -> QuerySet[SiteVisit]:
    """Visits of these departments' leaders, newest plan first."""
    return (
        SiteVisit.objects.filter(department__in=list(departments))
        .select_related("leader", "department")
        .order_by("-planned_on", "-id")
    )
