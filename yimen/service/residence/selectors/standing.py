"""How every item stands to the hall on a day, kept in this process: what the lists behind the report turn the pages of.

To judge 23 000 items takes a tenth of a second, and a page shows thirty of them. So the judgement of all is made once and
kept until something moves that it rests on (`keeping.mark`), or the day. What a page says of its rows is read anew.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from django.db import connection

from yimen.ground.kit.keeping import Kept
from yimen.service.residence.selectors.keeping import mark

ENTERED = "entered"


@dataclass(frozen=True, slots=True)
class Standing:
    """One item in use: its place in the order of the lists, how it stands ("" where no directory names it), whether it is in
    the hall.
    """

    order: int
    item_id: int
    department_id: int
    status: str
    entered: bool

    @property
    def key(self) -> tuple[int, int]:
        """By department, then by item."""
        return self.order, self.item_id

    def counts_as(self, state: str) -> bool:
        """Whether a number of the report counts it."""
        if state == "all":
            return True
        if state == ENTERED:
            return self.entered
        return bool(self.status) if state == "must" else self.status == state


_STANDINGS = """
select coalesce(u."order", 0), i.id, i.department_id, coalesce(m.status, ''), t.item_id is not null
from catalogue_serviceitem i
join organisations_unit u on u.id = i.department_id and u.kind = 'department' and u.dissolved_on is null
left join residence_must(%(day)s::date) m on m.item_id = i.id
left join residence_entered(%(day)s::date) t on t.item_id = i.id
where i.status <> 'cancelled' and i.current_id is not null
order by 1, 2
"""

_standings: Kept[list[Standing]] = Kept(most=4)


def standings(day: date) -> list[Standing]:
    """Every item in use of a department in being, by department and item."""
    return _standings.get((day, *mark()), lambda: _read(day))


def _read(day: date) -> list[Standing]:
    with connection.cursor() as cursor:
        cursor.execute(_STANDINGS, {"day": day})
        return [Standing(*row) for row in cursor.fetchall()]


def listed(
    state: str, day: date, departments: Collection[int] | None = None, items: Collection[int] | None = None
) -> list[tuple[int, int]]:
    """Keys (order, item) of what a number of the report counts, of these departments and among these items (None: all)."""
    return [
        each.key
        for each in standings(day)
        if each.counts_as(state)
        and (departments is None or each.department_id in departments)
        and (items is None or each.item_id in items)
    ]
