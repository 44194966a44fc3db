"""The power list on a day, changes, duties, and what else pages ask one by one (R027)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Q, QuerySet

from yimen.ground.kit.keeping import Kept
from yimen.service.catalogue import selectors as catalogue
from yimen.service.reform.models import (
    Change,
    ChangeBatch,
    Duty,
    Exercise,
    ItemClass,
    ItemTags,
    Rebuilding,
    Simplification,
    Suspension,
    Wording,
)
from yimen.service.reform.rules import WORDINGS, ChangeKind, ChangeState
from yimen.service.reform.selectors.figures import rows

if TYPE_CHECKING:
    from yimen.service.catalogue.models import ItemEdition, ServiceItem


@dataclass(slots=True)
class Power:
    """A line of the list on a day: the edition in force, its duty, who else exercises it, whether it is suspended."""

    edition: ItemEdition
    duty: Duty | None = None
    exercises: list[Exercise] = field(default_factory=list)
    suspension: Suspension | None = None


def powers(
    day: date, *, department: int | None = None, unit: int | None = None, kind: str = "", text: str = ""
) -> QuerySet[ItemEdition]:
    """The editions that stand on the list on a day; of a department, or of a unit that exercises powers handed to it."""
    found = catalogue.in_force_on(day)
    if department is not None:
        found = found.filter(item__department=department)
    if unit is not None:
        found = found.filter(item__in=exercised_by(unit, day).values("item"))
    if kind:
        found = found.filter(kind=kind)
    if text.isascii() and text:
        found = found.filter(Q(name__icontains=text) | Q(item__code=text))
    elif text:  # no code, and Chinese has no cases: a third of the time over a whole catalogue
        found = found.filter(name__contains=text)
    return found


def editions_in_order(editions: Sequence[int]) -> list[ItemEdition]:
    """These editions with item and department, in this order."""
    held = catalogue.editions_by_id(editions)
    return [held[pk] for pk in editions if pk in held]


def exercised_by(unit: int, day: date) -> QuerySet[Exercise]:
    """What a unit exercises on a day by empowerment or delegation."""
    return _standing(Exercise.objects.filter(unit=unit), day)


def _standing(found: QuerySet[Any], day: date) -> QuerySet[Any]:
    return found.filter(Q(until__isnull=True) | Q(until__gt=day), since__lte=day)


def with_duties(editions: Sequence[ItemEdition], day: date) -> list[Power]:
    """The lines of a page with what belongs to them; three queries."""
    found = {edition.item_id: Power(edition) for edition in editions}
    ids = list(found)
    for duty in _standing(Duty.objects.filter(item__in=ids), day):
        found[duty.item_id].duty = duty
    for held in (
        _standing(Exercise.objects.filter(item__in=ids), day).select_related("unit").order_by("unit__order", "id")
    ):
        found[held.item_id].exercises.append(held)
    for stop in _standing(Suspension.objects.filter(item__in=ids), day):
        found[stop.item_id].suspension = stop
    return [found[edition.item_id] for edition in editions]


_counts: Kept[dict[int, int]] = Kept(most=8)


def power_counts(day: date) -> list[dict[str, Any]]:
    """How many powers each department has on the list of a day: `id`, `name`, `items`. Counted once for each state of the
    catalogue.
    """
    counts = _counts.get((day, catalogue.version()), lambda: count_powers(day))
    named = rows(
        'select u.id, u.name from organisations_unit u where u.id = any(%(ids)s) order by u."order", u.id',
        {"ids": list(counts)},
    )
    return [row | {"items": counts[row["id"]]} for row in named]


def count_powers(day: date) -> dict[int, int]:
    """The same counts, made anew, by department."""
    found = powers(day).order_by().values_list("item__department").annotate(items=Count("pk"))
    return {department: items for department, items in found if department is not None}


def receiving_units(day: date) -> list[dict[str, Any]]:
    """Units that exercise powers handed to them on a day: `id`, `name`, `items`."""
    return rows(
        """
        select u.id, u.name, count(*) as items from reform_exercise x join organisations_unit u on u.id = x.unit_id
        where x.since <= %(day)s and (x.until is null or x.until > %(day)s) group by u.id, u.name order by u."order", u.id
        """,
        {"day": day},
    )


# Changes

PERIOD = "coalesce(b.effective_on, (b.created_at at time zone 'Asia/Shanghai')::date)"
"""The day by which a change is counted: from when it holds, or while that is open when it was proposed."""

CHANGES = f"""
select c.id, c.kind, c.state, c.name, c.outcome, c.department_id, u.short_name as department, b.uid, b.title, b.document,
       b.state as batch_state, {PERIOD} as day, i.code,
       (select count(*) from reform_change_units r where r.change_id = c.id) as receivers
from reform_change c join reform_changebatch b on b.id = c.batch_id
join organisations_unit u on u.id = c.department_id left join catalogue_serviceitem i on i.id = c.item_id
where b.state <> 'dropped' and {PERIOD} between %(since)s and %(until)s
  and (%(departments)s::bigint[] is null or c.department_id = any(%(departments)s))
  and (%(kind)s = '' or c.kind = %(kind)s) and (%(state)s = '' or c.state = %(state)s)
"""  # noqa: S608 - ours


def changes(
    since: date,
    until: date,
    departments: list[int] | None,
    *,
    kind: str = "",
    state: str = "",
    month: str = "",
    after: int = 0,
    before: int = 0,
    most: int | None = 50,
) -> list[dict[str, Any]]:
    """Single changes of a span, by id; with `before` the last ones before it."""
    values = {"since": since, "until": until, "departments": departments, "kind": kind, "state": state, "after": after, "before": before,
              "most": most, "month": month}  # fmt: skip
    way = "desc" if before else "asc"
    statement = f"""select * from ({CHANGES}) found where id > %(after)s and (%(before)s = 0 or id < %(before)s)
                    and (%(month)s = '' or to_char(day, 'YYYY-MM') = %(month)s) order by id {way} limit %(most)s"""  # noqa: S608 - ours
    found = rows(statement, values)
    kinds, states = ChangeKind.labels(), ChangeState.labels()
    for row in found:
        row["kind_said"], row["state_said"] = kinds[row["kind"]], states[row["state"]]
    return found[::-1] if before else found


def tally(batch: ChangeBatch) -> list[tuple[str, str, int]]:
    """Counts by kind of a batch: (kind, label, number), only kinds that occur (the seed: 56 undertaken, 11, 1)."""
    counts: dict[str, int] = {}
    for kind in Change.objects.filter(batch=batch).values_list("kind", flat=True):
        counts[kind] = counts.get(kind, 0) + 1
    return [(kind, label, counts[kind]) for kind, label in ChangeKind.pairs() if kind in counts]


def tallies(batches: Iterable[ChangeBatch]) -> dict[int, str]:
    """The same in words for a page of batches, one query: `68 项 = 承接 56、取消 11、调整 1`."""
    found = rows(
        "select batch_id, kind, count(*) as number from reform_change where batch_id = any(%(ids)s) group by 1, 2",
        {"ids": [batch.pk for batch in batches]},
    )
    said: dict[int, dict[str, int]] = {}
    for row in found:
        said.setdefault(row["batch_id"], {})[row["kind"]] = row["number"]
    return {pk: counts_said(counts) for pk, counts in said.items()}


def counts_said(counts: dict[str, int]) -> str:
    """`68 项 = 承接 56、取消 11、调整 1`."""
    parts = [f"{label} {counts[kind]}" for kind, label in ChangeKind.pairs() if counts.get(kind)]
    whole = f"{sum(counts.values())} 项"
    return (
        f"{whole} = {'、'.join(parts)}"
        if len(parts) > 1
        else f"{whole}，{parts[0].split(' ')[0]}"
        if parts
        else "还没有事项"
    )


# One item


@dataclass(frozen=True, slots=True)
class Measures:
    """What has been entered of an item."""

    tags: ItemTags | None
    simplifications: list[Simplification]
    rebuildings: list[Rebuilding]
    classes: list[ItemClass]
    duty: Duty | None
    exercises: list[Exercise]
    changes: list[Change]


def measures_of(item: ServiceItem, day: date) -> Measures:
    """Everything that the reform knows of one item."""
    return Measures(
        ItemTags.objects.filter(item=item).first(),
        list(Simplification.objects.filter(item=item).order_by("until", "-since", "-id")),
        list(Rebuilding.objects.filter(item=item).order_by("-on", "-id")),
        list(ItemClass.objects.filter(members__item=item)),
        _standing(Duty.objects.filter(item=item), day).first(),
        list(_standing(Exercise.objects.filter(item=item), day).select_related("unit")),
        list(Change.objects.filter(item=item).select_related("batch").order_by("-batch__created_at", "-id")[:20]),
    )


def suggested_tags(edition: ItemEdition, *, nearby: bool) -> dict[str, bool]:
    """What the edition itself suggests for the four handlings (R043): settled at once; online; at a place near by (a kiosk, or
    a town that exercises the power); at most one visit.
    """
    return {
        "at_once": edition.case_kind == "instant",
        "online": "online" in edition.channels,
        "nearby": nearby or "kiosk" in edition.channels,
        "once": edition.visits is not None and edition.visits <= 1,
    }


def wordings() -> dict[str, str]:
    """Every word and target of this place, defaults filled in."""
    held = dict(Wording.objects.values_list("key", "text"))
    return {key: held.get(key) or default for key, (_, default, _) in WORDINGS.items()}
