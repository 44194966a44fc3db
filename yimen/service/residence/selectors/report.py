"""三集中 and 应进未进: what each department has in the hall and what it lacks (R004, R020).

These reports compare whole tables of catalogue, organisation and residence in one statement each; the functions behind them
stand in `sql/0001_must.sql`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, fields
from datetime import date
from typing import TYPE_CHECKING, Any

from django.db import connection
from django.db.models import Q, QuerySet
from django.db.models.expressions import RawSQL

from yimen.ground.organisations import selectors as organisations
from yimen.service.catalogue import selectors as catalogue
from yimen.service.residence import rules

if TYPE_CHECKING:
    from yimen.service.catalogue.models import ServiceItem

ITEM_STATES = {
    "all": "在用事项",
    "must": "应进驻",
    "in": "已进驻",
    "missing": "应进未进",
    "elsewhere": "进驻地点不符",
    "decided_out": "经决定调出",
    "entered": "大厅在办",
}
"""What the numbers of the report count; each opens a list."""


@dataclass(frozen=True, slots=True)
class Concentration:
    """One department: functions, items and staff, in the hall of how many; chief representative; points of 三到位 reached.

    `items` are all in use; of the `must` that the directory names, `placed` stand where they must, `elsewhere` in another
    hall, `decided_out` were moved out by decision, `missing` are 应进未进. `entered` are all in the hall, named or not.
    """

    id: int
    name: str
    short_name: str
    functions: int
    functions_in: int
    items: int
    must: int
    placed: int
    elsewhere: int
    decided_out: int
    missing: int
    entered: int
    posts: int
    posts_held: int
    windows: int
    chief: bool
    points: int
    reached: int

    @property
    def functions_rate(self) -> float | None:
        """职能: in the hall of those registered, in percent."""
        return rules.rate(self.functions_in, self.functions)

    @property
    def items_rate(self) -> float | None:
        """事项: placed of those that must be."""
        return rules.rate(self.placed, self.must)

    @property
    def staff_rate(self) -> float | None:
        """人员: posts held of those for the hall."""
        return rules.rate(self.posts_held, self.posts)

    @property
    def lacking(self) -> tuple[str, ...]:
        """Which of the three is not whole, in words."""
        found = []
        if self.functions_in < self.functions:
            found.append(f"职能缺 {self.functions - self.functions_in}")
        if self.missing or self.elsewhere:
            found.append(f"事项缺 {self.missing + self.elsewhere}")
        if self.posts_held < self.posts or not self.posts:
            found.append(f"人员缺 {self.posts - self.posts_held}" if self.posts else "没有派驻岗位")
        if not self.chief:
            found.append("没有首席代表")
        return tuple(found)


_REPORT = """
with department as (
    select u.id, u.name, u.short_name, u.path, u."order" from organisations_unit u where u.id = any(%(departments)s::bigint[])
), must as (
    select m.department_id, count(*) as must, count(*) filter (where m.status = 'in') as placed,
        count(*) filter (where m.status = 'elsewhere') as elsewhere,
        count(*) filter (where m.status = 'decided_out') as decided_out,
        count(*) filter (where m.status = 'missing') as missing
    from residence_must(%(day)s::date) m group by 1
), item as (
    select i.department_id, count(*) as items, count(t.item_id) as entered
    from catalogue_serviceitem i left join residence_entered(%(day)s::date) t on t.item_id = i.id
    where i.status <> 'cancelled' and i.current_id is not null group by 1
), inside as (
    select distinct e.function_id from residence_entry e join organisations_window w on w.id = e.window_id
    where e.function_id is not null and e.from_on <= %(day)s::date and (e.to_on is null or e.to_on >= %(day)s::date)
      and (w.closed_on is null or w.closed_on > %(day)s::date)
), function as (
    select f.department_id, count(*) as functions, count(n.function_id) as functions_in
    from residence_function f left join inside n on n.function_id = f.id
    where (f.ended_on is null or f.ended_on > %(day)s::date) and f.kind <> 'supervision' group by 1
), post as (
    select d.id as department_id,
        count(*) filter (where u.approval_section or p.window_id is not null) as posts,
        count(*) filter (where (u.approval_section or p.window_id is not null) and held.now) as posts_held,
        bool_or(p.duty = 'chief' and held.now) as chief
    from department d
    join organisations_unit u on starts_with(u.path, d.path)
    join organisations_post p on p.unit_id = u.id and p.abolished_on is null
    cross join lateral (select p.account_id is not null and p.held_from <= %(day)s::date
        and (p.held_to is null or p.held_to >= %(day)s::date) as now) held
    group by 1
), served as (
    select s.unit_id as department_id, count(*) as windows
    from organisations_window_departments s join organisations_window w on w.id = s.window_id
    where w.closed_on is null and w.kind in ('comprehensive', 'department') group by 1
), reached as (
    select m.department_id, count(*) as reached
    from residence_readinessmark m join residence_readinesspoint p on p.id = m.point_id
    where m.reached and p.ended_on is null group by 1
)
select d.id, d.name, d.short_name, coalesce(f.functions, 0), coalesce(f.functions_in, 0), coalesce(i.items, 0),
    coalesce(m.must, 0), coalesce(m.placed, 0), coalesce(m.elsewhere, 0), coalesce(m.decided_out, 0), coalesce(m.missing, 0),
    coalesce(i.entered, 0), coalesce(p.posts, 0), coalesce(p.posts_held, 0), coalesce(s.windows, 0), coalesce(p.chief, false),
    (select count(*) from residence_readinesspoint where ended_on is null), coalesce(r.reached, 0)
from department d
left join must m on m.department_id = d.id left join item i on i.department_id = d.id
left join function f on f.department_id = d.id left join post p on p.department_id = d.id
left join served s on s.department_id = d.id left join reached r on r.department_id = d.id
where coalesce(i.items, 0) + coalesce(f.functions, 0) + coalesce(m.must, 0) > 0
order by coalesce(m.missing, 0) + coalesce(m.elsewhere, 0) desc, d."order", d.id
"""


def concentration(day: date, within: Q | None = None, *, only: int | None = None) -> list[Concentration]:
    """The report 三集中, one row for each department that has items or functions, those that lack most first.

    `within` narrows the departments (`policies.departments`); `only` is one of them.
    """
    units = organisations.departments()
    if within is not None:
        units = units.filter(within)
    if only is not None:
        units = units.filter(pk=only)
    with connection.cursor() as cursor:
        cursor.execute(_REPORT, {"departments": list(units.values_list("pk", flat=True)), "day": day})
        return [Concentration(*row) for row in cursor.fetchall()]


def totals(rows: Iterable[Concentration]) -> dict[str, int]:
    """The sums of the report's numbers, by name."""
    counted = [each.name for each in fields(Concentration) if each.name not in ("id", "name", "short_name", "chief")]
    held = list(rows)
    return {name: sum(getattr(row, name) for row in held) for name in counted} | {
        "chief": sum(row.chief for row in held)
    }


@dataclass(frozen=True, slots=True)
class Duty:
    """What the directory asks of an item: which line, in which form, how it stands, since when it is lacking."""

    item_id: int
    line_id: int
    place: str
    status: str
    since: date

    @property
    def status_label(self) -> str:
        """In words."""
        return ITEM_STATES[self.status]

    @property
    def place_label(self) -> str:
        """In words."""
        return rules.PLACES[self.place]


def duties_of(items: Collection[int], day: date) -> dict[int, Duty]:
    """The duty of each of these items that the directory in force names."""
    if not items:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            "select item_id, line_id, place, status, since from residence_must(%s::date, %s::bigint[])",
            [day, list(items)],
        )
        return {row[0]: Duty(*row) for row in cursor.fetchall()}


def must_ids(items: Collection[int], day: date) -> set[int]:
    """Which of these items the directory in force names."""
    return set(duties_of(items, day))


def items_in_state(state: str, day: date, within: Q | None = None) -> QuerySet[ServiceItem]:
    """The items behind a number of the report, a word of `ITEM_STATES`."""
    found = catalogue.items().filter(current__isnull=False).exclude(status="cancelled")
    if within is not None:
        found = found.filter(department__in=organisations.departments().filter(within))
    else:
        found = found.filter(department__in=organisations.departments())
    if state == "entered":
        return found.filter(pk__in=RawSQL("select item_id from residence_entered(%s::date)", [day]))
    if state == "all":
        return found
    params: list[Any] = [day]
    narrowed = ""
    if state != "must":
        params.append(state)
        narrowed = " where status = %s"
    return found.filter(pk__in=RawSQL(f"select item_id from residence_must(%s::date){narrowed}", params))  # noqa: S611, S608
