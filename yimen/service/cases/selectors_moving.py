"""What may be asked of plans that move running cases, and of how many cases keep an older edition."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from yimen.ground.identity.rules import Actor
from yimen.ground.kit.moments import CHINA
from yimen.ground.kit.refusals import NotAllowed, NotFound
from yimen.service.cases.lifecycle import PROCEDURES
from yimen.service.cases.models import Case, MovedCase, MovePlan
from yimen.service.cases.policies import scope_to_move
from yimen.service.catalogue import selectors as catalogue

NAMES = tuple(table.name for table in PROCEDURES)
GOING = ("moves", "date", "materials")
"""The fates with which a case goes along."""


def population(plan: MovePlan) -> QuerySet[Case]:
    """The running cases that a plan looks at, within its scope and its filters."""
    found = Case.objects.filter(matter__closed_at__isnull=True, matter__procedure__in=NAMES)
    behind = Q(pk__in=[])
    if plan.edition_id is not None:
        behind |= Q(item=plan.item_id) & ~Q(edition=plan.edition_id)
    if plan.procedure_version is not None:
        behind |= Q(matter__procedure_version__lt=plan.procedure_version)
    found = found.filter(behind)
    if plan.item_id is not None:
        found = found.filter(edition__in=catalogue.editions_of_item(plan.item_id))
    for name, value in (
        ("edition", plan.from_edition_id),
        ("matter__department", plan.department_id),
        ("matter__state", plan.only_state or None),
        ("matter__opened_at__gte", _midnight(plan.opened_from)),
        ("matter__opened_at__lt", _midnight(plan.opened_to, days=1)),
    ):
        if value is not None:
            found = found.filter(**{name: value})
    match plan.within:
        case MovePlan.Within.DIVISION:
            found = found.filter(matter__division__code__startswith=plan.place)
        case MovePlan.Within.CENTRE:
            found = found.filter(matter__centre=int(plan.place))
        case MovePlan.Within.DEPARTMENT:
            found = found.filter(matter__department=int(plan.place))
    return found


def _midnight(day: date | None, days: int = 0) -> datetime | None:
    return datetime.combine(day + timedelta(days=days), time(), tzinfo=CHINA) if day else None


def plans(actor: Actor) -> QuerySet[MovePlan]:
    """The plans of the actor's own scope, newest first; nothing where the right is not held."""
    found = MovePlan.objects.select_related("item", "edition", "from_edition", "department").order_by(
        "-created_at", "-id"
    )
    try:
        within, place = scope_to_move(actor)
    except NotAllowed:
        return found.none()
    return found if within == MovePlan.Within.ALL else found.filter(within=within, place=place)


def plan_by_uid(actor: Actor, uid: UUID | str) -> MovePlan:
    """One plan of the actor's scope; raises `NotFound`."""
    try:
        wanted = UUID(str(uid))
    except ValueError:
        wanted = UUID(int=0)
    found = plans(actor).filter(uid=wanted).first()
    if found is None:
        raise NotFound("没有这份移动方案。", next_step="请从“移动在办件”的清单进入。")
    return found


@dataclass(frozen=True, slots=True)
class OfFate:
    """How many cases share a fate, and how far they have come."""

    code: str
    label: str
    moves: bool
    count: int
    taken: int
    changed: int
    back: int
    stays: int


def by_fate(plan: MovePlan) -> list[OfFate]:
    """Counts of every fate that occurs, in the order in which they are listed; one query."""
    states = MovedCase.State
    rows = {
        row["fate"]: row
        for row in plan.cases.values("fate").annotate(
            count=Count("id"),
            taken=Count("id", filter=Q(state=states.TAKEN)),
            changed=Count("id", filter=Q(state__in=[states.CHANGED, states.CLOSED])),
            back=Count("id", filter=Q(state=states.BACK)),
            stays=Count("id", filter=Q(state=states.STAYS)),
        )
    }
    return [
        OfFate(
            code, label, code in GOING, *(rows[code][name] for name in ("count", "taken", "changed", "back", "stays"))
        )
        for code, label in MovedCase.Fate.choices
        if code in rows
    ]


@dataclass(frozen=True, slots=True)
class Progress:
    """What of a plan is done: cases that go along, and those of them that wait no longer."""

    go: int
    done: int
    kept: int

    @property
    def all(self) -> int:
        """Every case that was looked at."""
        return self.go + self.kept


def progress(plan: MovePlan, fates: Sequence[OfFate]) -> Progress:
    """Summed from the counts of fates; on the way back what counts is what went back or stays."""
    go = sum(each.count for each in fates if each.moves)
    kept = sum(each.count for each in fates if not each.moves)
    done = sum(each.taken + each.changed + each.back + each.stays for each in fates if each.moves)
    if plan.undone_at is not None:
        go = sum(each.taken + each.back + each.stays for each in fates if each.moves)
        done = sum(each.back + each.stays for each in fates if each.moves)
    return Progress(go, done, kept)


def cases_of(plan: MovePlan, fate: str = "", state: str = "", text: str = "") -> QuerySet[MovedCase]:
    """The cases of a plan, of one fate, state and text where named."""
    found = plan.cases.select_related("matter", "department", "old_edition")
    if fate in MovedCase.Fate.values:
        found = found.filter(fate=fate)
    if state in MovedCase.State.values:
        found = found.filter(state=state)
    if text:
        found = found.filter(
            Q(matter__title__icontains=text) | Q(matter__code__iexact=text) | Q(matter__applicant_name__contains=text)
        )
    return found.order_by("id")


@dataclass(frozen=True, slots=True)
class Keeping:
    """How many running cases keep an edition that is no longer in force."""

    edition_id: int
    number: int
    count: int


def keeping_older(item_id: int, current_id: int | None) -> list[Keeping]:
    """The older editions of an item that running cases keep, newest first."""
    rows = (
        Case.objects.filter(item=item_id, matter__closed_at__isnull=True, edition__item=item_id)
        .exclude(edition=current_id or 0)
        .values("edition_id", "edition__number")
        .annotate(count=Count("pk"))
        .order_by("-edition__number")
    )
    return [Keeping(row["edition_id"], row["edition__number"], row["count"]) for row in rows]


def procedure_versions(actor: Actor) -> list[tuple[int, int]]:
    """(version of the procedure, running cases that follow it) within what the actor moves, newest first."""
    within, place = scope_to_move(actor)
    probe = MovePlan(procedure_version=32767, within=within, place=place)
    rows: Any = population(probe).values_list("matter__procedure_version").annotate(count=Count("pk"))
    return [(version, count) for version, count in rows.order_by("-matter__procedure_version")]
