"""Violations that come again: cards that took effect, of one unit, for one kind of violation (R235)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db.models import Count, Max, Q

from yimen.ground.identity.rules import Actor
from yimen.ground.organisations import selectors as organisations
from yimen.watch.efficiency import policies
from yimen.watch.efficiency.models import Ladder
from yimen.watch.efficiency.selectors.common import setting
from yimen.watch.supervision import selectors as supervision

if TYPE_CHECKING:
    from yimen.watch.supervision.models import Card

MONTH_DAYS = 30.44


@dataclass(frozen=True, slots=True)
class Repeat:
    """A unit whose cards of one violation are enough for the ladder. `since_rung` are those given after its last measure."""

    unit: int
    unit_name: str
    violation: str
    violation_name: str
    cards: int
    last_at: datetime
    last_code: str
    ladder: Ladder | None = None
    since_rung: int = 0


def begins(at: datetime) -> datetime:
    """From when on cards are counted, as the place has set it."""
    return at - timedelta(days=round(setting("repeat_months") * MONTH_DAYS))


def effective(at: datetime) -> Q:
    """The cards that count: in effect, neither open to appeal nor withdrawn, given in these months."""
    return Q(standing="final", given_at__gte=begins(at), given_at__lte=at)


def repeats(at: datetime, *, unit: int | None = None, least: int | None = None) -> list[Repeat]:
    """Every unit and violation with as many effective cards as the place has set, most first.

    Left out is what a ladder that was relieved after the last card has dealt with already.
    """
    least = setting("repeat_cards") if least is None else least
    found = supervision.every_card().filter(effective(at))
    if unit is not None:
        found = found.filter(alert__department=unit)
    rows = list(
        found.order_by()
        .values_list("alert__department", "alert__violation", "alert__violation__name")
        .annotate(n=Count("pk"), last=Max("given_at"), newest=Max("pk"))
        .filter(n__gte=least)
    )
    units = {row[0] for row in rows}
    names = organisations.short_names(units)
    ladders: dict[int, list[Ladder]] = {}
    for each in Ladder.objects.filter(unit__in=units).select_related("matter").prefetch_related("rungs"):
        ladders.setdefault(each.unit_id, []).append(each)
    codes = dict(
        supervision.every_card().filter(pk__in=[row[5] for row in rows]).values_list("pk", "alert__matter__code")
    )
    made = []
    for pk, violation, name, count, last, newest in rows:
        mine = ladders.get(pk, [])
        if any(each.relieved_at is not None and each.relieved_at >= last for each in mine):
            continue
        running = next((each for each in mine if each.relieved_at is None), None)
        since = running and max([running.matter.opened_at, *(rung.taken_at for rung in running.rungs.all())])
        later = (
            found.filter(alert__department=pk, alert__violation=violation, given_at__gt=since).count() if since else 0
        )
        made.append(Repeat(pk, names.get(pk, ""), violation, name, count, last, codes.get(newest, ""), running, later))
    return sorted(made, key=lambda each: (-each.cards, each.unit_name, each.violation))


def repeats_seen(actor: Actor, at: datetime) -> list[Repeat]:
    """Those of the units that the actor decides on."""
    reached = set(
        organisations.units().filter(policies.placed_units(actor, policies.DECIDE)).values_list("pk", flat=True)
    )
    return [each for each in repeats(at) if each.unit in reached]


def cards_behind(repeat: Repeat, at: datetime) -> list[Card]:
    """The cards of one line."""
    mine = supervision.every_card().filter(
        effective(at), alert__department=repeat.unit, alert__violation=repeat.violation
    )
    return list(mine.select_related("alert__matter").order_by("-given_at"))
