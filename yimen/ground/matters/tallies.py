"""How many matters are open, and how many came and went on a day: sums that cost what there are groups, not matters.

Triggers append differences (`sql/0008_board.sql`); `fold` adds them up; `recount` compares with the matters themselves.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db import connection, transaction
from django.db.models import Q, QuerySet, Sum

from yimen.ground.identity.rules import Actor
from yimen.ground.kit.moments import CHINA, day_of
from yimen.ground.matters.models import Tally

_LOCK = 7101
_GROUP = "what, day, light, procedure, department_id, centre_id, division_id"

_FOLD = f"""
with gone as (
    delete from matters_tally where not folded returning {_GROUP}, count
), summed as (
    select {_GROUP}, sum(count) as count from gone group by {_GROUP}
)
insert into matters_tally ({_GROUP}, count, folded)
select {_GROUP}, count, true from summed where count <> 0
on conflict ({_GROUP}) where folded do update set count = matters_tally.count + excluded.count
"""  # noqa: S608 - constants of ours


def fold() -> int:
    """Add the appended differences up; returns how many groups changed. Of several at once one does it, the others pass."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("select pg_try_advisory_xact_lock(%s)", [_LOCK])
        if not cursor.fetchone()[0]:
            return 0
        cursor.execute(_FOLD)
        changed: int = cursor.rowcount
        return changed


def counted(actor: Actor, permission: str) -> QuerySet[Tally]:
    """The tally rows within the actor's scope for a permission; sum `count`. A scope of one person or window holds none."""
    found = Q(pk__in=[])
    for held in actor.held(permission):
        match held.scope:
            case "all":
                return Tally.objects.all()
            case "department":
                found |= Q(department=held.scope_id or actor.department_id or 0)
            case "centre":
                found |= Q(centre=held.scope_id or actor.centre_id or 0)
            case "division":
                found |= Q(division__code__startswith=held.scope_path)
            case _:
                pass
    return Tally.objects.filter(found)


def closed_by_department(actor: Actor, permission: str, first: date, last: date) -> list[tuple[int, str, int]]:
    """(department, `closed` or `late`, how many) of these days, within the actor's scope for a permission."""
    rows = counted(actor, permission).filter(what__in=("closed", "late"), day__range=(first, last))
    return list(rows.order_by().values_list("department", "what").annotate(n=Sum("count")).filter(n__gt=0))


def total(rows: QuerySet[Tally]) -> int:
    """The sum of these rows."""
    return int(rows.aggregate(all=Sum("count"))["all"] or 0)


@dataclass(frozen=True, slots=True)
class Differs:
    """A group whose kept count is not what the matters say: `said` was kept, `found` is true."""

    what: str
    day: date | None
    light: str
    procedure: str
    department_id: int
    centre_id: int | None
    division: str
    said: int
    found: int


_TRUE = """
select 'open'::varchar as what, null::date as day, light, procedure, department_id, centre_id, division_id, count(*) as count
from matters_matter where closed_at is null group by 3, 4, 5, 6, 7
union all
select 'opened', (opened_at at time zone 'Asia/Shanghai')::date, '', procedure, department_id, centre_id, division_id, count(*)
from matters_matter where opened_at >= %(since)s group by 2, 4, 5, 6, 7
union all
select case when n = 1 then 'closed' else 'late' end, (closed_at at time zone 'Asia/Shanghai')::date, '', procedure,
       department_id, centre_id, division_id, count(*)
from matters_matter cross join generate_series(1, 2) as twice(n)
where closed_at >= %(since)s and (n = 1 or not on_time) group by 1, 2, 4, 5, 6, 7
"""
_COMPARE = f"""
with both_sides as (
    select {_GROUP}, 0::bigint as said, count as found from ({_TRUE}) as matters
    union all
    select {_GROUP}, count, 0 from matters_tally
    where day is null or day >= (%(since)s at time zone 'Asia/Shanghai')::date
)
select {_GROUP}, sum(said)::bigint, sum(found)::bigint from both_sides
group by {_GROUP} having sum(said) <> sum(found) order by {_GROUP}
"""  # noqa: S608 - constants of ours
_MEND = f"""
insert into matters_tally ({_GROUP}, count, folded) values (%s, %s, %s, %s, %s, %s, %s, %s, false)
"""  # noqa: S608 - constants of ours

LOOKED_BACK = timedelta(days=40)


@transaction.atomic
def recount(at: datetime, *, back: timedelta = LOOKED_BACK, mend: bool = False) -> list[Differs]:
    """Compare the kept counts with a count of the matters themselves, the days as far as `back`; `mend` puts them right.

    One statement sees both sides at one moment, so that nothing in motion looks like a difference.
    """
    since = datetime.combine(day_of(at - back), time(), tzinfo=CHINA)
    with connection.cursor() as cursor:
        cursor.execute(_COMPARE, {"since": since})
        found = [Differs(*row) for row in cursor.fetchall()]
        if mend:
            for each in found:
                cursor.execute(
                    _MEND,
                    [each.what, each.day, each.light, each.procedure, each.department_id, each.centre_id, each.division,
                     each.found - each.said],
                )  # fmt: skip
    return found
