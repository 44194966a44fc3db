"""The cockpit: the day, the month and the last thirty days at a glance, and the matters behind each number (R215, R218).

Everything is read from sums (of matters by day, of cases by day and month); what it costs follows the groups and the days.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from django.db.models import QuerySet, Sum

from yimen.ground.identity.rules import Actor
from yimen.ground.kit.moments import CHINA, day_of
from yimen.ground.kit.periods import Period
from yimen.ground.matters import selectors as matters
from yimen.ground.organisations import selectors as organisations
from yimen.service.cases import selectors as cases
from yimen.watch.supervision.policies import WATCH
from yimen.watch.supervision.selectors.board import (
    Board,
    RedFilters,
    Shining,
    board,
    narrowed,
    procedure_label,
    shining,
    what_is_red,
)

if TYPE_CHECKING:
    from yimen.ground.matters.models import EffectTaken, Matter

COUNTED = {"open": "在办", "opened": "收件", "closed": "办结", "late": "超期办结"}
"""What the board counts; each number opens its list."""
DAYS = 30
AT_RISK = 5
EFFECTS_SHOWN = 3
MONTHS = 12


@dataclass(frozen=True, slots=True)
class Day:
    """What came and went on one day; `late` are those of `closed` whose limit was over."""

    on: date
    opened: int = 0
    closed: int = 0
    late: int = 0


@dataclass(frozen=True, slots=True)
class Cockpit:
    """What the wall shows. Rates are per cent, of cases with a limit; None where there is none yet."""

    board: Board
    urgent: Sequence[Shining]
    days: Sequence[Day]
    accepted: int
    decided: int
    on_time_rate: float | None
    average_days: float | None
    months: Sequence[tuple[date, float | None]]
    effects: int
    last_effects: Sequence[EffectTaken]


def cockpit(actor: Actor, at: datetime) -> Cockpit:
    """Everything at one moment, within the actor's scope."""
    today = day_of(at)
    year = Period(date(today.year - 1, today.month, 1), today)
    months = list(cases.figures_by_month(actor, year).items())[-MONTHS:]
    now = cases.figures(actor, Period(today, today))
    month = months[-1][1]
    since = datetime.combine(today - timedelta(days=DAYS - 1), time(), tzinfo=CHINA)
    came = matters.effects_that_came(actor).filter(taken_at__gte=since)
    return Cockpit(
        board=board(actor, at),
        urgent=shining(list(what_is_red(actor)[:AT_RISK])),
        days=traffic(actor, today - timedelta(days=DAYS - 1), today),
        accepted=now.accepted,
        decided=now.completed,
        on_time_rate=month.on_time_rate,
        average_days=month.average_days,
        months=[(first, numbers.on_time_rate) for first, numbers in months],
        effects=came.count(),
        last_effects=list(came.order_by("-taken_at", "-id")[:EFFECTS_SHOWN]),
    )


def traffic(actor: Actor, first: date, last: date, asked: RedFilters | None = None) -> list[Day]:
    """What came and went on each day of a period, within the actor's scope; one question."""
    rows = (
        narrowed(matters.counted(actor, WATCH), asked)
        .filter(what__in=("opened", "closed", "late"), day__gte=first, day__lte=last)
        .values_list("day", "what")
        .annotate(all=Sum("count"))
    )
    found: dict[date, dict[str, int]] = {}
    for day, what, count in rows:
        found.setdefault(day, {})[what] = int(count)
    days = [first + timedelta(days=each) for each in range((last - first).days + 1)]
    return [Day(day, **found.get(day, {})) for day in days]


def behind(
    actor: Actor, which: str, *, first: date, last: date, asked: RedFilters | None = None, lights: Sequence[str] = ()
) -> QuerySet[Matter]:
    """The matters of a number: what is open now (of these lights, if any are given), or what came or went from `first` to `last`.

    Page by `sort_at`, `id` (what shines), `-closed_at`, `-id` (closed, late), else `-opened_at`, `-id`: an index gives each of these
    orders. The same scope and the same days as the sums, so that list and number cannot differ. Raises KeyError for what is not counted.
    """
    COUNTED[which]
    found = narrowed(matters.visible(actor, WATCH), asked).select_related("department", "centre", "window")
    begins = datetime.combine(first, time(), tzinfo=CHINA)
    ends = datetime.combine(last + timedelta(days=1), time(), tzinfo=CHINA)
    match which:
        case "open":
            found = found.filter(closed_at__isnull=True)
            found = found.filter(light__in=lights) if lights else found
            return found.order_by("sort_at", "id") if lights and all(lights) else found.order_by("-opened_at", "-id")
        case "opened":
            return found.filter(opened_at__gte=begins, opened_at__lt=ends).order_by("-opened_at", "-id")
    found = found.filter(closed_at__gte=begins, closed_at__lt=ends)
    return (found.filter(on_time=False) if which == "late" else found).order_by("-closed_at", "-id")


def names_of(asked: RedFilters) -> list[str]:
    """What the filters are called: centre, department, procedure."""
    units = organisations.short_names([each for each in (asked.centre, asked.department) if each is not None])
    named = [units.get(each, "") for each in (asked.centre, asked.department) if each is not None]
    return [*named, *([procedure_label(asked.procedure)] if asked.procedure else [])]
