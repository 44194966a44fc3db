"""服务态度 (R219): complaints about somebody's manner beside what supervision raised on it, by department."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, Q

from yimen.ground.identity.rules import Actor
from yimen.ground.kit.periods import Period
from yimen.ground.organisations import selectors as organisations
from yimen.watch.efficiency import policies
from yimen.watch.efficiency.models import Complaint
from yimen.watch.supervision import selectors as supervision

ATTITUDE = "attitude"
SAID = {
    "received": ("反映态度", Q(), ""),
    "effective": ("有效", Q(found="effective"), "&found=effective"),
    "satisfied": ("回访满意", Q(satisfied=True), "&satisfied=yes"),
    "unsatisfied": ("回访不满意", Q(satisfied=False), "&satisfied=no"),
}
"""What complaints say; each with its heading, what it counts, and the question of its list."""
FOUND = {"all": "预警", "yellow": "黄牌", "red": "红牌"}


@dataclass(frozen=True, slots=True)
class Manner:
    """One unit: what people said of its manner, and what supervision found."""

    unit: int
    name: str
    said: dict[str, int]
    found: dict[str, int]


def manners(actor: Actor, span: Period) -> list[Manner]:
    """Units with any of it in these days, the most complaints first. Complaints only for whoever handles them; two questions."""
    said: dict[int, dict[str, int]] = {}
    if actor.holds(policies.COMPLAINTS):
        begin, end = span.moments
        rows = Complaint.objects.filter(
            policies.complaints(actor), violation=ATTITUDE, matter__opened_at__gte=begin, matter__opened_at__lt=end
        )
        counts = {f"n_{name}": Count("pk", filter=q or None) for name, (_, q, _) in SAID.items()}
        for unit, *numbers in rows.order_by().values_list("accused").annotate(**counts):
            said[unit] = dict(zip(SAID, numbers, strict=True))
    alerts = supervision.alerts(
        actor, supervision.AlertFilters(violation=ATTITUDE, first=span.first, last=span.last)
    ).select_related(None)
    counts = {
        "n_all": Count("pk"),
        "n_yellow": Count("pk", filter=_card("yellow")),
        "n_red": Count("pk", filter=_card("red")),
    }
    rows_found = alerts.order_by().values_list("department").annotate(**counts)
    found = {unit: dict(zip(FOUND, numbers, strict=True)) for unit, *numbers in rows_found}
    names = organisations.short_names({*said, *found})
    made = [
        Manner(
            unit, names.get(unit, ""), said.get(unit, dict.fromkeys(SAID, 0)), found.get(unit, dict.fromkeys(FOUND, 0))
        )
        for unit in {*said, *found}
    ]
    return sorted(made, key=lambda each: (-each.said["received"], -each.found["all"], each.name))


def _card(level: str) -> Q:
    return Q(card__level=level) & ~Q(card__standing="withdrawn")
