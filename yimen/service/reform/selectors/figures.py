"""Items as figures: one row an item with everything that the reform counts of it, as of a day (R028, R040–R046).

Every report adds up these rows, and every number of a report opens the rows behind it, by the same condition (`MEASURES`):
that is why the two cannot disagree. The rows are read set-wise from the catalogue's editions; nothing is stored twice
(decision 0027).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection

from yimen.ground.kit.keeping import Kept
from yimen.service.catalogue import selectors as catalogue
from yimen.service.reform.models import ItemClass
from yimen.service.reform.rules import ON_APPLICATION

FACTS = """
select i.id, i.uid, i.code, i.name, i.department_id, u.name as department, u.short_name, i.national, i.status,
       coalesce(e.kind, i.kind) as kind, e.id as edition_id, e.number as edition,
       coalesce(e.kind, i.kind) = any(%(on_application)s) as on_application,
       i.national and length(i.base_code) = 12 as referenced,
       e.id is not null as published,
       exists (select from catalogue_itemedition d where d.item_id = i.id and d.status in ('draft', 'legal_check', 'passed'))
           as drafted,
       'online' = any(e.channels) as online,
       'online' = any(e.channels) and coalesce(e.visits, 1) = 0 as full_online,
       e.online_depth, e.visits, e.fee, e.case_kind, e.channels,
       e.legal_limit, e.legal_unit, e.promise_limit, e.promise_unit,
       e.legal_limit > 0 and e.promise_limit is not null and (e.promise_unit = e.legal_unit or e.promise_limit = 0)
           as comparable,
       case when e.legal_limit > 0 and (e.promise_unit = e.legal_unit or e.promise_limit = 0)
            then 1 - e.promise_limit::numeric / e.legal_limit end as reduction,
       case when jsonb_array_length(e.steps) > 0 then jsonb_array_length(e.steps)
            else (%(usual_steps)s::jsonb ->> e.kind)::int end as steps,
       t.item_id is not null as tagged,
       coalesce(t.at_once, false) as tag_at_once, coalesce(t.online, false) as tag_online,
       coalesce(t.nearby, false) as tag_nearby, coalesce(t.once, false) as tag_once,
       exists (select from reform_simplification s where s.item_id = i.id and s.kind = 'filing' and s.since <= %(day)s
               and (s.until is null or s.until > %(day)s)) as simple_filing,
       exists (select from reform_simplification s where s.item_id = i.id and s.kind = 'delegated' and s.since <= %(day)s
               and (s.until is null or s.until > %(day)s)) as simple_delegated,
       exists (select from reform_simplification s where s.item_id = i.id and s.kind = 'paperless' and s.since <= %(day)s
               and (s.until is null or s.until > %(day)s)) as simple_paperless
from catalogue_serviceitem i
left join organisations_unit u on u.id = i.department_id
left join catalogue_itemedition e on e.item_id = i.id and e.status in ('published', 'retired') and e.effective_on <= %(day)s
      and (e.retired_on is null or e.retired_on > %(day)s)
left join reform_itemtags t on t.item_id = i.id
where i.created_at < (%(day)s::date + 1)::timestamp at time zone 'Asia/Shanghai'
  and (i.cancelled_on is null or i.cancelled_on > %(day)s)
  and (%(departments)s::bigint[] is null or i.department_id = any(%(departments)s))
"""
"""A cancelled item is out from its day on; an item without an edition in force that day has empty elements."""

MEASURES: dict[str, tuple[str, str]] = {
    "all": ("全部事项", "true"),
    "referenced": ("引用上级目录的事项", "referenced"),
    "not_referenced": ("没有引用上级目录的事项", "not referenced"),
    "published": ("已填报发布的事项", "published"),
    "unpublished": ("没有发布的事项", "not published"),
    "drafted": ("没有发布、正在填报的事项", "not published and drafted"),
    "in_force": ("现行事项", "published"),
    "on_application": ("依申请事项", "published and on_application"),
    "online": ("可网上办的依申请事项", "published and on_application and online"),
    "not_online": ("还不能网上办的依申请事项", "published and on_application and not coalesce(online, false)"),
    "full_online": ("全程网办的依申请事项", "published and on_application and full_online"),
    "comparable": ("能算提速的事项", "comparable"),
    "not_comparable": ("有两个时限、但单位不同不能比的事项",
        "published and legal_limit > 0 and promise_limit is not null and not comparable"),
    "no_limits": ("缺法定或承诺时限的事项", "published and (legal_limit is null or legal_limit = 0 or promise_limit is null)"),
    "two_thirds": ("提速三分之二以上的事项", "comparable and promise_limit * 3 <= legal_limit"),
    "half": ("提速一半以上的事项", "comparable and promise_limit * 2 <= legal_limit"),
    "not_faster": ("没有提速的事项", "comparable and promise_limit >= legal_limit"),
    "tagged": ("已认定四办的事项", "published and tagged"),
    "untagged": ("没有认定四办的事项", "published and not tagged"),
    "tag_at_once": ("四办之一", "published and tag_at_once"),
    "tag_online": ("四办之二", "published and tag_online"),
    "tag_nearby": ("四办之三", "published and tag_nearby"),
    "tag_once": ("四办之四", "published and tag_once"),
    "simple_filing": ("备案简化的事项", "simple_filing"),
    "simple_delegated": ("管理权下放的事项", "simple_delegated"),
    "simple_paperless": ("业务无纸化的事项", "simple_paperless"),
}  # fmt: skip
"""What a report counts: key → (what the list behind it is called, the condition over a row of `FACTS`)."""

BUCKETS = ("not_faster", "r0", "r20", "r40", "r60", "r80")
for _low, _high in ((0, 20), (20, 40), (40, 60), (60, 80), (80, 101)):
    _said = f"提速 {_low}%—{min(_high, 100)}%"
    _from = f"comparable and promise_limit < legal_limit and reduction >= {_low / 100}"
    MEASURES[f"r{_low}"] = (f"{_said}的事项", f"{_from} and reduction < {_high / 100}")


CLASS_MEASURES = {
    "class_kept": ("达标的事项", "comparable and promise_limit * {d} <= legal_limit * {n}"),
    "class_violating": ("没有压缩到规定幅度的事项", "comparable and promise_limit * {d} > legal_limit * {n}"),
    "class_unclear": ("不能比的事项", "comparable is not true"),
}
"""The same for a class of items with its own target: d and n are its denominator and numerator."""


def of_class(held: ItemClass, measure: str = "") -> tuple[str, str]:
    """What narrows the figures to a class, and to one of its measures if named: over the item `i`, and over its figures."""
    member = f"i.id in (select item_id from reform_itemclassmember where item_class_id = {int(held.pk)})"  # noqa: S608 - a number
    if measure not in CLASS_MEASURES:
        return member, "true"
    return member, CLASS_MEASURES[measure][1].format(d=int(held.denominator), n=int(held.numerator))


_counts: Kept[dict[str, int]] = Kept(most=16)


def class_counts(held: ItemClass, reach: Reach) -> dict[str, int]:
    """How many items of a class count under each of its measures, and in `all`; counted once for each state of catalogue and
    class.
    """
    members = rows(
        "select count(*), max(id) from reform_itemclassmember where item_class_id = %(id)s", {"id": held.pk}
    )[0]
    departments = None if reach.departments is None else tuple(sorted(reach.departments))
    rule = (held.pk, held.numerator, held.denominator, *members.values())
    return _counts.get((reach.day, departments, catalogue.version(), rule), lambda: count_class(held, reach))


def count_class(held: ItemClass, reach: Reach) -> dict[str, int]:
    """The same, counted anew."""
    member, _ = of_class(held)
    columns = ", ".join(f"count(*) filter (where {of_class(held, name)[1]}) as {name}" for name in CLASS_MEASURES)
    found = rows(f"select count(*) as all, {columns} from ({FACTS} and {member}) facts", reach.values())[0]  # noqa: S608 - ours
    return {name: int(number) for name, number in found.items()}


@dataclass(frozen=True, slots=True)
class Reach:
    """What is counted: the day, and the departments (None: all)."""

    day: date
    departments: list[int] | None = None

    def values(self) -> dict[str, Any]:
        """For `FACTS`."""
        return {
            "day": self.day,
            "departments": self.departments,
            "on_application": list(ON_APPLICATION),
            "usual_steps": json.dumps(catalogue.steps_by_kind()),
        }


def rows(statement: str, values: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The rows of a statement as dictionaries."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        names = [column.name for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def counted(reach: Reach, measures: Sequence[str], more: str = "", by: str = "department_id") -> list[dict[str, Any]]:
    """Counts of these measures by department (`name`, `key`), by name; `more` adds aggregates of one's own.

    `by` is a column of `FACTS`: `department_id`, `kind`.
    """
    named = {"department_id": "coalesce(min(short_name), '（部门未对应）')", "kind": "min(kind)"}[by]
    columns = ", ".join(f"count(*) filter (where {MEASURES[name][1]}) as {name}" for name in measures)
    statement = (
        f"with facts as ({FACTS}) select {by} as key, {named} as name, {columns}{', ' + more if more else ''} "  # noqa: S608 - ours
        f"from facts group by {by} order by 2, 1"
    )
    return rows(statement, reach.values())


def total(reach: Reach, measures: Sequence[str], more: str = "") -> dict[str, Any]:
    """The same over everything."""
    columns = ", ".join(f"count(*) filter (where {MEASURES[name][1]}) as {name}" for name in measures)
    statement = f"with facts as ({FACTS}) select {columns}{', ' + more if more else ''} from facts"  # noqa: S608 - ours
    return rows(statement, reach.values())[0]


def behind(
    reach: Reach,
    measure: str,
    *,
    text: str = "",
    kind: str = "",
    after: int = 0,
    before: int = 0,
    most: int | None = 50,
    condition: str = "",
    among: str = "true",
) -> list[dict[str, Any]]:
    """The items behind a number in the order of their ids, from the one after `after`; with `before` the last ones before
    it. `most` None gives all of them. `condition` is over a row of `FACTS`, `among` over the item `i` itself.
    """
    statement = (
        f"{FACTS} and i.id > %(after)s and (%(before)s = 0 or i.id < %(before)s) "
        f"and (%(text)s = '' or i.name ilike %(like)s or i.code = %(text)s) "
        f"and (%(kind)s = '' or coalesce(e.kind, i.kind) = %(kind)s) and {among}"
    )
    where = MEASURES[measure][1] + (f" and {condition}" if condition else "")
    values = {
        **reach.values(), "after": after, "before": before, "text": text, "like": f"%{_literal(text)}%", "kind": kind, "most": most,
    }  # fmt: skip
    if most is None:
        return rows(f"select * from ({statement}) facts where {where} order by id", values)  # noqa: S608 - ours
    # First which rows, by the columns that the condition asks; the others are worked out for these alone.
    # Of a few items (a class) they are walked in order until the page is full; of all, the database finds its own way.
    way = "desc" if before else "asc"
    walked = f"{statement} order by i.id {way} offset 0" if among != "true" else statement
    chosen = rows(f"select id from ({walked}) facts where {where} order by id {way} limit %(most)s", values)  # noqa: S608
    return rows(f"{FACTS} and i.id = any(%(ids)s) order by i.id", {**values, "ids": [row["id"] for row in chosen]})


def _literal(text: str) -> str:
    """Text for `like`, its signs meaning themselves."""
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def share(part: int | None, whole: int | None) -> float | None:
    """A rate in per cent with one decimal; None of nothing."""
    return round(100 * part / whole, 1) if whole and part is not None else None
