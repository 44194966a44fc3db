"""Ask for changes of the calendar and what they moved."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from django.db.models import Count, Q, QuerySet

from yimen.ground.calendar import selectors as calendars
from yimen.ground.calendar import services as calendar
from yimen.ground.calendar.rules import DayRow
from yimen.ground.kit.moments import say_span
from yimen.ground.matters.models import MovedMatter, Recalculation

if TYPE_CHECKING:
    from yimen.ground.calendar.models import CalendarChange


def changes_matching(state: str = "", text: str = "") -> QuerySet[CalendarChange]:
    """Changes of the calendar in this state whose title, number or place holds the text, newest first."""
    found = calendars.changes()
    if state:
        found = found.filter(state=state)
    if text:
        found = found.filter(
            Q(title__icontains=text)
            | Q(document_number__icontains=text)
            | Q(division_name__icontains=text)
            | Q(centre_name__icontains=text)
        )
    return found


def latest_recalculation(change: CalendarChange) -> Recalculation | None:
    """The preview that is shown: the last one made, whatever became of it."""
    return Recalculation.objects.select_related("change").filter(change=change).order_by("-id").first()


def recalculations(change: CalendarChange) -> list[Recalculation]:
    """Every preview of a change that was applied, newest first."""
    return list(Recalculation.objects.filter(change=change, started_at__isnull=False).order_by("-id"))


def recalculation_by_uid(uid: str) -> Recalculation | None:
    """One by its uid."""
    return Recalculation.objects.select_related("change").filter(uid=uid).first()


@dataclass(frozen=True, slots=True)
class Counts:
    """How many matters: looked at, moved, made firm or 暂定, and how far the steps have come."""

    moved: int
    firmed: int
    taken: int
    closed: int
    same: int
    waiting: int
    late: int

    @property
    def all(self) -> int:
        """Everything in the list."""
        return self.moved + self.firmed

    @property
    def done(self) -> int:
        """What waits no longer."""
        return self.all - self.waiting


def counts(held: Recalculation) -> Counts:
    """Counted in one query."""
    kinds, states = MovedMatter.Kind, MovedMatter.State
    found = held.items.aggregate(
        moved=Count("id", filter=Q(kind=kinds.MOVED)),
        firmed=Count("id", filter=~Q(kind=kinds.MOVED)),
        taken=Count("id", filter=Q(state=states.TAKEN)),
        closed=Count("id", filter=Q(state=states.CLOSED)),
        same=Count("id", filter=Q(state=states.SAME)),
        waiting=Count("id", filter=Q(state=states.WAITING)),
        late=Count("id", filter=Q(late_found=True)),
    )
    return Counts(**found)


@dataclass(frozen=True, slots=True)
class OfDepartment:
    """A department's share."""

    department_id: int
    name: str
    moved: int
    firmed: int


def by_department(held: Recalculation) -> Sequence[OfDepartment]:
    """How many of each department's matters move, most first."""
    rows = (
        held.items.values("department_id", "department__short_name", "department__name")
        .annotate(
            moved=Count("id", filter=Q(kind=MovedMatter.Kind.MOVED)),
            firmed=Count("id", filter=~Q(kind=MovedMatter.Kind.MOVED)),
        )
        .order_by("-moved", "-firmed", "department_id")
    )
    return [
        OfDepartment(
            row["department_id"], row["department__short_name"] or row["department__name"], row["moved"], row["firmed"]
        )
        for row in rows
    ]


def moved(held: Recalculation, department_id: int | None = None, kind: str = "") -> QuerySet[MovedMatter]:
    """The list, of one department and one kind where named."""
    found = held.items.select_related("matter", "department")
    if department_id is not None:
        found = found.filter(department_id=department_id)
    if kind in MovedMatter.Kind.values:
        found = found.filter(kind=kind)
    return found.order_by("id")


def days_said(change: CalendarChange) -> list[DayRow]:
    """What the paper says, for the table that can be corrected: a year's notice names all of its days off and made up,
    also those that stood already."""
    if change.kind != "notice":
        return calendars.rows_of(change)
    after = calendar.proposed(change)
    outside = [row for row in calendars.rows_of(change) if row.day.year != change.year and row.name]
    inside = []
    day = date(change.year, 1, 1)
    while day.year == change.year:
        kind = after.kind(day)
        if kind in ("holiday", "make_up_workday"):
            inside.append(DayRow(day, kind, after.why(day)))
        day += timedelta(days=1)
    return sorted([*outside, *inside])


def took(held: Recalculation) -> str:
    """How long applying took, in words; empty while it runs."""
    if held.started_at is None or held.finished_at is None:
        return ""
    return say_span(held.finished_at - held.started_at)
