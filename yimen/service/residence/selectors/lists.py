"""Lists in batches: what fits, what is listed, how far the lists reach (R035–R037)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from django.db.models import Count, Q, QuerySet
from django.db.models.expressions import RawSQL

from yimen.ground.kit.keeping import Kept
from yimen.service.catalogue import selectors as catalogue
from yimen.service.residence import rules
from yimen.service.residence.models import ListBatch, ListLine
from yimen.service.residence.rules import ListKind
from yimen.service.residence.selectors.keeping import mark

if TYPE_CHECKING:
    from yimen.service.catalogue.models import ServiceItem


@dataclass(frozen=True, slots=True)
class ListRate:
    """How far a list reaches: items in force of all that can be applied for, batches, candidates not yet listed."""

    kind: str
    label: str
    batches: int
    listed: int
    in_force: int
    ripe: int
    whole: int

    @property
    def rate(self) -> float | None:
        """Items in force of all, in percent."""
        return rules.rate(self.in_force, self.whole)


@dataclass(frozen=True, slots=True)
class Drift:
    """A listed item that does not fit any more, and why."""

    line: ListLine
    against: str


def _standing() -> QuerySet[ServiceItem]:
    return catalogue.items().filter(status="active", current__isnull=False)


def _comprehensive(day: date) -> RawSQL:
    return RawSQL("select item_id from residence_entered(%s::date) where comprehensive", [day])


def fitting(kind: str, day: date) -> Q:
    """The rule of `rules.judge` as a filter on items."""
    if kind == ListKind.ONE_WINDOW:
        return Q(pk__in=_comprehensive(day))
    if kind == ListKind.ZERO_VISIT:
        return Q(current__visits=0, current__channels__overlap=list(rules.WITHOUT_COMING))
    return Q(current__visits=1) if kind == ListKind.ONE_VISIT else Q(current__visits__lte=1)


def candidates(kind: str, day: date, *, fit: bool = True) -> QuerySet[ServiceItem]:
    """Items that can be applied for, not listed yet, that fit a list (or, with `fit=False`, do not)."""
    listed = ListLine.objects.filter(kind=kind, removed_on__isnull=True).values("item")
    found = _standing().exclude(pk__in=listed)
    rule = fitting(kind, day)
    # Written out, because NOT of an empty count would lose the rows that say nothing.
    return found.filter(rule) if fit else found.exclude(pk__in=_standing().filter(rule).values("pk"))


_keys: Kept[list[tuple[int, int, int]]] = Kept(most=16)
_rates: Kept[list[ListRate]] = Kept(most=4)
_drifted: Kept[list[tuple[int]]] = Kept(most=8)


def candidate_keys(
    kind: str,
    day: date,
    *,
    fit: bool = True,
    department: int | None = None,
    items: Collection[int] | None = None,
) -> list[tuple[int, int, int]]:
    """The candidates as (order of the department, item, department), of one department, among these items (None: all)."""
    rows = candidates(kind, day, fit=fit).order_by("department__order", "pk")
    found = _keys.get(
        (kind, day, fit, *mark()), lambda: list(rows.values_list("department__order", "pk", "department_id"))
    )
    return [key for key in found if (department is None or key[2] == department) and (items is None or key[1] in items)]


def judged(kind: str, items: Iterable[int], day: date) -> dict[int, tuple[str, rules.Judged]]:
    """Name and verdict of each of these items that can be applied for; two queries."""
    held = list(_standing().filter(pk__in=list(items)))
    inside: set[int] = set()
    if kind == ListKind.ONE_WINDOW:
        inside = set(
            _standing()
            .filter(pk__in=[item.pk for item in held])
            .filter(fitting(kind, day))
            .values_list("pk", flat=True)
        )
    found = {}
    for item in held:
        edition = item.current
        if edition is None:
            continue
        facts = rules.ListFacts(edition.visits, edition.channels, edition.delivery_by_post, item.pk in inside)
        found[item.pk] = (item.name, rules.judge(kind, facts))
    return found


def list_rates(day: date) -> list[ListRate]:
    """All lists with their numbers, counted once for each state of catalogue and lists."""
    return _rates.get((day, *mark()), lambda: count_rates(day))


def count_rates(day: date) -> list[ListRate]:
    """The same, counted anew."""
    whole = _standing().count()
    batches = dict(
        ListBatch.objects.filter(state__in=["published", "in_force"]).values_list("kind").annotate(n=Count("pk"))
    )
    counted = {
        kind: (listed, running)
        for kind, listed, running in ListLine.objects.filter(
            removed_on__isnull=True, batch__state__in=["published", "in_force"], item__status="active"
        )
        .values_list("kind")
        .annotate(
            listed=Count("pk"),
            running=Count("pk", filter=Q(batch__state="in_force", batch__in_force_on__lte=day)),
        )
    }
    return [
        ListRate(kind, label, batches.get(kind, 0), *counted.get(kind, (0, 0)), candidates(kind, day).count(), whole)
        for kind, label in ListKind.pairs()
    ]


def batch_sizes(batches: Iterable[int]) -> dict[int, int]:
    """How many items stand on each of these batches."""
    rows = ListLine.objects.filter(batch__in=list(batches), removed_on__isnull=True).values_list("batch")
    return dict(rows.annotate(n=Count("pk")).order_by())


def listed_lines(kind: str) -> QuerySet[ListLine]:
    """What the public reads: lines of published batches that stand, with item, department and batch."""
    return ListLine.objects.filter(
        kind=kind, removed_on__isnull=True, batch__state__in=["published", "in_force"], item__status="active"
    ).select_related("item__department", "item__current", "batch")


def lines_in_order(lines: Sequence[int]) -> list[ListLine]:
    """These lines with item, department and batch, in this order."""
    held = ListLine.objects.select_related("item__department", "batch").in_bulk(list(lines))
    return [held[pk] for pk in lines if pk in held]


def listings_of(item_id: int) -> list[ListLine]:
    """The published lists on which an item stands."""
    found = ListLine.objects.filter(item=item_id, removed_on__isnull=True, batch__state__in=["published", "in_force"])
    return list(found.select_related("batch").order_by("kind"))


def drifted(kind: str, day: date) -> list[tuple[int]]:
    """Keys of the lines whose item does not fit any more."""
    standing = ListLine.objects.filter(kind=kind, removed_on__isnull=True)
    gone = standing.exclude(item__in=_standing().filter(fitting(kind, day)).values("pk"))
    return _drifted.get((kind, day, *mark()), lambda: list(gone.order_by("pk").values_list("pk")))


def drift(kind: str, day: date, lines: Iterable[int]) -> list[Drift]:
    """These lines with what stands against them."""
    held = list(ListLine.objects.filter(pk__in=list(lines)).select_related("item__department", "batch").order_by("pk"))
    verdicts = judged(kind, [line.item_id for line in held], day)
    return [
        Drift(line, verdicts[line.item_id][1].said if line.item_id in verdicts else "事项已经不在办") for line in held
    ]
