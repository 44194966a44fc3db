"""县与市完整对接: items of a lower hall beside those of the upper one, by base code (R002)."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import connection


@dataclass(frozen=True, slots=True)
class TierGap:
    """A base code that stands on one side only: `above` (the upper hall alone has it) or `below`."""

    side: str
    base_code: str
    name: str
    department: str
    items: int


_GAPS = """
with side as (
    select i.base_code, min(i.name) as name, min(u.name) as department, count(*) as items, u.division_id
    from catalogue_serviceitem i join organisations_unit u on u.id = i.department_id
    where i.status <> 'cancelled' and i.current_id is not null and i.base_code <> '' and i.national
      and u.division_id in (%(upper)s, %(lower)s)
    group by i.base_code, u.division_id
)
select case when s.division_id = %(upper)s then 'above' else 'below' end, s.base_code, s.name, s.department, s.items
from side s
where not exists (select from side o where o.base_code = s.base_code and o.division_id <> s.division_id)
order by 1, s.department, s.name, s.base_code
"""


def tier_gaps(upper: str, lower: str) -> list[TierGap]:
    """Base codes that only one of two divisions has, the upper one's first. Items without a national code have no base that
    two halls could share and are left out."""
    with connection.cursor() as cursor:
        cursor.execute(_GAPS, {"upper": upper, "lower": lower})
        return [TierGap(*row) for row in cursor.fetchall()]
