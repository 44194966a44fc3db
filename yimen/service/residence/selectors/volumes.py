"""How much comes in where (R024), and what is taken in outside the windows it has entered (R020)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import Q, QuerySet, Value

from yimen.ground.organisations import selectors as organisations
from yimen.service.cases import selectors as cases
from yimen.service.catalogue import selectors as catalogue
from yimen.service.residence.selectors.settings import number


@dataclass(frozen=True, slots=True)
class VolumeRow:
    """A department, window or item with its volume in a period; `thing` is what is counted, or None where it is gone."""

    id: int
    name: str
    sub: str
    received: int
    decided: int
    few: bool


def volume_rows(
    by: str, first: date, last: date, within: Q | None = None, *, department_id: int | None = None
) -> list[VolumeRow]:
    """Volumes of every department, window or item that stands, the fewest first; those without any case have 0."""
    return fewest(by, first, last, within, department_id=department_id, most=None).rows


@dataclass(frozen=True, slots=True)
class Fewest:
    """The fewest first, at most so many as asked for; the most; how many there are in all."""

    rows: list[VolumeRow]
    best: list[VolumeRow]
    whole: int


def fewest(
    by: str, first: date, last: date, within: Q | None = None, *, department_id: int | None = None, most: int | None
) -> Fewest:
    """The same, but of things without any case only as many as are shown: a catalogue has thousands of those."""
    counted = {
        each.id: each for each in cases.volumes(by, first, last, department_id=department_id) if each.id is not None
    }
    floor, things = few(first, last), _things(by, within, department_id)

    def row(thing: Any) -> VolumeRow:
        pk, name, sub = thing
        volume = counted.get(pk)
        received = volume.received if volume else 0
        return VolumeRow(pk, name, sub or "", received, volume.decided if volume else 0, received < floor)

    busy = sorted((row(each) for each in things.named(only=counted)), key=lambda each: (each.received, each.name))
    idle = [each for each in busy if not each.received]
    idle = sorted([*idle, *(row(each) for each in things.named(but=counted, most=most))], key=lambda each: each.name)
    best = sorted((each for each in busy if each.received), key=lambda each: -each.received)[:10]
    rows = [*idle, *(each for each in busy if each.received)]
    return Fewest(rows if most is None else rows[:most], best, things.count())


def few(first: date, last: date) -> float:
    """Below how many cases a period counts as little business: the monthly number of the settings, by its days."""
    return number("few_cases") * ((last - first).days + 1) / 30


@dataclass(frozen=True, slots=True)
class _Things:
    """What is counted, with the columns that name it."""

    found: QuerySet[Any]
    columns: tuple[str, str, str]

    def named(
        self, *, only: Collection[int] | None = None, but: Collection[int] = (), most: int | None = None
    ) -> list[Any]:
        """(id, name, small line below), by name."""
        rows = self.found.exclude(pk__in=but) if only is None else self.found.filter(pk__in=only)
        return list(rows.order_by(self.columns[1], "pk").values_list(*self.columns)[:most])

    def count(self) -> int:
        """How many there are."""
        return self.found.count()


class _Windows(_Things):
    """Windows, whose names are put together."""

    def named(
        self, *, only: Collection[int] | None = None, but: Collection[int] = (), most: int | None = None
    ) -> list[Any]:
        """(id, name, centre), by name."""
        rows = self.found.exclude(pk__in=but) if only is None else self.found.filter(pk__in=only)
        found = [(window.pk, str(window), window.centre.name) for window in rows]
        return sorted(found, key=lambda each: each[1])[:most]


def _things(by: str, within: Q | None, department_id: int | None) -> _Things:
    departments = organisations.departments()
    if within is not None:
        departments = departments.filter(within)
    if department_id is not None:
        departments = departments.filter(pk=department_id)
    if by == "window":
        windows = organisations.open_windows().filter(
            kind__in=["comprehensive", "department"], departments__in=departments
        )
        return _Windows(windows.distinct(), ("pk", "", ""))
    items = catalogue.items().filter(current__isnull=False).exclude(status="cancelled")
    if by == "item":
        return _Things(items.filter(department__in=departments), ("pk", "name", "department__short_name"))
    served = departments.filter(pk__in=items.values("department"))
    return _Things(served.annotate(none=Value("")), ("pk", "name", "none"))


@dataclass(frozen=True, slots=True)
class Outside:
    """A case taken in outside: at a window that its item has not entered, or for an item that is nowhere in the hall."""

    code: str
    title: str
    item_code: str
    department: str
    window: str
    opened_at: datetime
    why: str


_OUTSIDE = """
select m.code, m.title, i.code, u.short_name, coalesce(w.name || ' ' || w.number || ' 号', ''), m.opened_at,
    case when anywhere.is then '事项没有进驻受理的窗口' else '事项没有进驻大厅' end
from matters_matter m
join cases_case c on c.matter_id = m.id
join catalogue_serviceitem i on i.id = c.item_id
join organisations_unit u on u.id = m.department_id
left join organisations_window w on w.id = m.window_id
cross join lateral (select (m.opened_at at time zone 'Asia/Shanghai')::date as day) d
cross join lateral (select exists (select from residence_entry e where e.item_id = i.id and e.from_on <= d.day
    and (e.to_on is null or e.to_on >= d.day)) as is) anywhere
where m.opened_at >= %(first)s and m.opened_at < %(last)s
  and (%(departments)s::bigint[] is null or m.department_id = any(%(departments)s::bigint[]))
  and (not anywhere.is or (m.channel = 'window' and not exists (
      select from residence_entry e where e.item_id = i.id and e.window_id = m.window_id and e.from_on <= d.day
        and (e.to_on is null or e.to_on >= d.day))))
  and (%(beyond)s::timestamptz is null or m.opened_at < %(beyond)s::timestamptz)
order by m.opened_at desc, m.id desc limit %(most)s
"""


def outside(
    first: date, last: date, within: Q | None = None, *, beyond: datetime | None = None, most: int = 50
) -> list[Outside]:
    """Cases taken in outside from `first` to `last`, newest first; `beyond` goes on after the last one shown."""
    values: dict[str, Any] = {
        "first": cases.start_of(first), "last": cases.start_of(last + timedelta(days=1)), "beyond": beyond, "most": most,
        "departments": None if within is None else list(
            organisations.departments().filter(within).values_list("pk", flat=True)
        ),
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_OUTSIDE, values)
        return [Outside(*row) for row in cursor.fetchall()]
