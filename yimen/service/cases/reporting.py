"""What may be asked of the figures: tables by department, kind, channel, month or item, and the lists behind them (R078).

Whole months are read from the month sums and the rest from the day sums, so that ten years cost what a quarter costs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from django.db import connection
from django.db.models import Q, QuerySet

from yimen.ground.identity.rules import Actor
from yimen.ground.kit.periods import Period
from yimen.service.cases.models import CaseFact
from yimen.service.cases.rates import Numbers

FIGURES = "cases.figures"
By = Literal["department", "kind", "channel", "month", "centre", "item"]
BY: dict[By, str] = {
    "department": "按部门", "kind": "按办件类型", "channel": "按申请渠道", "month": "按月", "centre": "按中心", "item": "按事项",
}  # fmt: skip
MOST_GROUPS = 3000
DECIDED = ("granted", "refused")

LISTS: dict[str, Q] = {
    "submitted": Q(measure="submitted"),
    "accepted": Q(measure="accepted"),
    "returned": Q(measure__in=("declined", "not_required")),
    "granted": Q(measure="granted"),
    "refused": Q(measure="refused"),
    "corrected": Q(measure="corrected"),
    "withdrawn": Q(measure="withdrawn"),
    "delivered": Q(measure="delivered"),
    "completed": Q(measure__in=DECIDED),
    "on_time": Q(measure__in=DECIDED, on_time=True),
    "late": Q(measure__in=DECIDED, on_time=False),
    "immediate": Q(measure__in=DECIDED, kind="instant"),
    "at_once": Q(measure="granted", at_once=True),
}
"""For each number of the table: the facts it counts."""


@dataclass(frozen=True, slots=True)
class Group:
    """One row of the table: what it stands for (an id, a code, a month's first day) and its numbers."""

    key: str
    numbers: Numbers


@dataclass(frozen=True, slots=True)
class Place:
    """Which cases an actor's report is about; empty means all."""

    departments: tuple[int, ...] = ()
    centres: tuple[int, ...] = ()
    division: str = ""
    nothing: bool = False

    def where(self) -> tuple[str, list[Any]]:
        """As SQL over a table that has the columns of the facts."""
        if self.nothing:
            return "false", []
        parts: list[str] = []
        values: list[Any] = []
        if self.departments:
            parts.append("department_id = any(%s)")
            values.append(list(self.departments))
        if self.centres:
            parts.append("centre_id = any(%s)")
            values.append(list(self.centres))
        if self.division:
            parts.append("division_id like %s")
            values.append(f"{self.division}%")
        return " or ".join(parts) or "true", values

    def condition(self) -> Q:
        """The same as a filter on `CaseFact`."""
        if self.nothing:
            return Q(pk__in=[])
        found = Q()
        if self.departments:
            found |= Q(department__in=self.departments)
        if self.centres:
            found |= Q(centre__in=self.centres)
        if self.division:
            found |= Q(division__code__startswith=self.division)
        return found


def place_of(actor: Actor) -> Place:
    """Whose cases this actor's report is about."""
    if actor.kind == "system":
        return Place()
    departments: list[int] = []
    centres: list[int] = []
    division = ""
    for held in actor.held(FIGURES):
        match held.scope:
            case "all":
                return Place()
            case "department":
                departments += [place] if (place := held.scope_id or actor.department_id) else []
            case "centre":
                centres += [place] if (place := held.scope_id or actor.centre_id) else []
            case "division":
                division = min(division or held.scope_path, held.scope_path, key=len)
    if not departments and not centres and not division:
        return Place(nothing=True)
    return Place(tuple(departments), tuple(centres), division)


_COLUMNS = """
    coalesce(sum(number) filter (where measure = 'submitted'), 0), coalesce(sum(number) filter (where measure = 'accepted'), 0),
    coalesce(sum(number) filter (where measure = 'declined'), 0), coalesce(sum(number) filter (where measure = 'not_required'), 0),
    coalesce(sum(number) filter (where measure = 'granted'), 0), coalesce(sum(number) filter (where measure = 'refused'), 0),
    coalesce(sum(number) filter (where measure = 'withdrawn'), 0), coalesce(sum(number) filter (where measure = 'delivered'), 0),
    coalesce(sum(timed), 0), coalesce(sum(on_time), 0), coalesce(sum(at_once), 0),
    coalesce(sum(number) filter (where measure in ('granted', 'refused') and kind = 'instant'), 0), coalesce(sum(days), 0),
    coalesce(sum(told_apart), 0), coalesce(sum(office_days), 0), coalesce(sum(applicant_days), 0), coalesce(sum(special_days), 0),
    coalesce(sum(number) filter (where measure = 'corrected'), 0)"""

_GROUPS: dict[By, str] = {
    "department": "department_id::text", "kind": "kind", "channel": "channel", "centre": "coalesce(centre_id::text, '')",
    "month": "date_trunc('month', start)::date::text", "item": "item_id::text",
}  # fmt: skip


def table(period: Period, by: By, place: Place, *, department: int | None = None) -> list[Group]:
    """The report's rows, by key; `department` narrows it. At most 3 000 groups."""
    grouped, (rows, values) = _GROUPS[by], _source(period, by)
    where, more = place.where()
    if department is not None:
        where, more = f"({where}) and department_id = %s", [*more, department]
    sql = f"select {grouped}, {_COLUMNS} from ({rows}) sums where {where} group by 1 order by 1 limit {MOST_GROUPS}"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(sql, [*values, *more])
        return [Group(key, Numbers(*(int(each) for each in numbers))) for key, *numbers in cursor.fetchall()]


def whole(groups: Sequence[Group]) -> Numbers:
    """The row below the table."""
    return sum((group.numbers for group in groups), Numbers())


def _source(period: Period, by: By) -> tuple[str, list[Any]]:
    if by == "item":  # sums know no item; the facts do, and there are no more of them than cases in the period
        return (
            """select item_id, measure, department_id, centre_id, division_id, kind, 1 as number,
                      (on_time is not null)::int as timed, coalesce(on_time, false)::int as on_time, at_once::int as at_once,
                      coalesce(work_days, 0) as days, (office_days is not null)::int as told_apart,
                      coalesce(office_days, 0) as office_days, coalesce(applicant_days, 0) as applicant_days,
                      coalesce(special_days, 0) as special_days
                 from cases_casefact where day >= %s and day < %s""",
            [period.first, period.after],
        )
    if months := period.whole_months():
        start, end = months
        return (
            """select * from cases_casesum where grain = 'month' and start >= %s and start < %s
               union all select * from cases_casesum
                where grain = 'day' and (start >= %s and start < %s or start >= %s and start < %s)""",
            [start, end, period.first, start, end, period.after],
        )
    return "select * from cases_casesum where grain = 'day' and start >= %s and start < %s", [
        period.first,
        period.after,
    ]


def listed(
    which: str, period: Period, place: Place, *, by: By | None = None, key: str = "", department: int | None = None
) -> QuerySet[CaseFact]:
    """The facts behind one number of the table, with matter and department; `which` is a key of `LISTS`."""
    found = CaseFact.objects.filter(place.condition(), LISTS[which], day__gte=period.first, day__lt=period.after)
    if department is not None:
        found = found.filter(department=department)
    match by:
        case "department" | "centre" | "item":
            found = found.filter(**{by: int(key)}) if key.isdigit() else found.filter(**{f"{by}__isnull": True})
        case "kind" | "channel":
            found = found.filter(**{by: key})
        case "month":
            month = date.fromisoformat(key)
            found = found.filter(day__gte=month, day__lt=date(month.year + month.month // 12, month.month % 12 + 1, 1))
    return found.select_related("matter", "department", "item")


def monthly(period: Period, place: Place, *, department: int | None = None) -> dict[date, Numbers]:
    """The numbers of each month the period touches, months without cases included."""
    found = {
        date.fromisoformat(group.key): group.numbers for group in table(period, "month", place, department=department)
    }
    return {month: found.get(month, Numbers()) for month in period.months()}
