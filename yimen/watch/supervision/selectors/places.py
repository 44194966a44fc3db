"""The indicator of 办件不出中心: by department and item, with the steps and cases behind each number (R064)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from yimen.ground.identity.rules import Actor
from yimen.ground.kit.moments import CHINA
from yimen.ground.matters import selectors as matters
from yimen.watch.supervision import policies
from yimen.watch.supervision.models import ItemPlaces, StepPlace
from yimen.watch.supervision.rules.places import IN_PERSON

NUMBERS: dict[str, tuple[str, Q]] = {
    "required": ("应在中心", Q(required=True)),
    "inside": ("在中心办理", Q(required=True, inside=True)),
    "outside": ("在中心以外", Q(required=True, inside=False)),
    "derived": ("由任职推定", Q(required=True, how="derived")),
    "unknown": ("说不清", Q(required=True, inside__isnull=True)),
    "two_ends": ("两头跑", Q(two_ends=True)),
}
"""Each number of steps (the last of cases) with its heading and what it counts."""
BY = {"department": "部门", "item": "事项"}


@dataclass(frozen=True, slots=True)
class PlaceLine:
    """One department or item; `share` is the part of the required steps that was taken inside, in percent."""

    key: int
    name: str
    counts: dict[str, int]

    @property
    def share(self) -> float | None:
        """Of what is known."""
        known = self.counts["inside"] + self.counts["outside"]
        return round(100 * self.counts["inside"] / known, 1) if known else None


def _steps(actor: Actor, first: date, last: date) -> QuerySet[StepPlace]:
    front = StepPlace.objects.filter(
        Q(group="accept") | Q(group="deliver", matter__case__delivery_method="window"), matter=OuterRef("matter"),
        inside__isnull=False,
    )  # fmt: skip
    inside, outside = front.filter(hall__isnull=False), front.filter(hall__isnull=True)
    other = front.filter(hall__isnull=False).exclude(hall=OuterRef("hall"))
    # A case is where its first step of the period is; it counts once, by that step.
    earlier = StepPlace.objects.filter(
        matter=OuterRef("matter"), step_id__lt=OuterRef("step_id"), at__gte=_begins(first), group__in=IN_PERSON
    )
    found = StepPlace.objects.filter(at__gte=_begins(first), at__lt=_begins(last + timedelta(days=1))).annotate(
        two_ends=Q(group__in=IN_PERSON)
        & ~Exists(earlier)
        & ((Q(Exists(inside)) & Q(Exists(outside))) | Q(Exists(other)))
    )
    within = matters.within(actor, policies.WATCH)
    return found if within is None else found.filter(matter__in=within)


def place_figures(actor: Actor, first: date, last: date, by: str) -> list[PlaceLine]:
    """By department or item, those with most outside first; one question."""
    column, name = ("department", "department__name") if by == "department" else ("item", "item__name")
    rows = _steps(actor, first, last).order_by().values_list(column, name).annotate(
        **{f"n_{key}": Count("pk", filter=q) for key, (_, q) in NUMBERS.items()}
    )  # fmt: skip
    lines = [PlaceLine(key, said, dict(zip(NUMBERS, counts, strict=True))) for key, said, *counts in rows]
    return sorted(lines, key=lambda line: (-line.counts["outside"], -line.counts["two_ends"], line.name))


def steps_behind(
    actor: Actor, which: str, first: date, last: date, *, department: int | None = None, item: int | None = None
) -> QuerySet[StepPlace]:
    """The steps a number counts, newest first; page by `-at`, `-pk`. Raises KeyError."""
    found = _steps(actor, first, last).filter(NUMBERS[which][1])
    if department is not None:
        found = found.filter(department=department)
    if item is not None:
        found = found.filter(item=item)
    return found.select_related("matter", "item", "department", "hall").order_by("-at", "-pk")


def item_places() -> list[ItemPlaces]:
    """The items that ask for something else than the rule."""
    return list(ItemPlaces.objects.select_related("item").order_by("item__name"))


def _begins(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=CHINA)
