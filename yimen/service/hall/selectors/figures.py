"""What a span of days says: how long people waited and were served, and whether those who went ahead cost the others too much."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import connection

from yimen.ground.kit.moments import CHINA

_BY = {
    "group": "g.prefix || ' ' || g.name",
    "window": "coalesce(o.number || ' 号 ' || o.name, '没有叫到')",
    "priority": "coalesce(nullif(t.priority, ''), case when t.way = 'appointment' then 'appointment' else 'ordinary' end)",
    "way": "t.way",
    "hour": "to_char(t.issued_at at time zone 'Asia/Shanghai', 'HH24')",
    "day": "to_char(t.issued_at at time zone 'Asia/Shanghai', 'YYYY-MM-DD')",
}
"""By what the tickets are counted."""

_SQL = """
select {by}, count(*), coalesce(sum(t.party), 0), count(*) filter (where t.state = 'done'),
       count(*) filter (where t.state = 'no_show' or t.state = 'passed'), count(*) filter (where t.state in ('expired', 'withdrawn')),
       percentile_cont(0.5) within group (order by extract(epoch from t.called_at - t.queued_at) / 60)
           filter (where t.called_at is not null),
       percentile_cont(0.9) within group (order by extract(epoch from t.called_at - t.queued_at) / 60)
           filter (where t.called_at is not null),
       percentile_cont(0.5) within group (order by extract(epoch from t.ended_at - t.began_at) / 60)
           filter (where t.state = 'done' and t.began_at is not null)
from hall_ticket t join hall_group g on g.id = t.group_id left join organisations_window o on o.id = t.window_id
where t.hall_id = any (%s) and t.issued_at >= %s and t.issued_at < %s
group by 1 order by 1
"""


@dataclass(frozen=True, slots=True)
class Figure:
    """One line: tickets, people, served, not come, given up; median and 90th percentile of the wait, median of the service, in
    minutes (None where nothing was measured)."""

    name: str
    tickets: int
    people: int
    served: int
    absent: int
    gone: int
    wait: float | None
    wait_long: float | None
    service: float | None


def figures(halls: list[int], first: date, last: date, by: str) -> list[Figure]:
    """The lines of a table; raises KeyError for an unknown `by`."""
    with connection.cursor() as cursor:
        cursor.execute(_SQL.format(by=_BY[by]), [halls, _begin(first), _begin(last + timedelta(days=1))])
        return [Figure(*row) for row in cursor.fetchall()]


def _begin(day: date) -> datetime:
    return datetime.combine(day, time(0), tzinfo=CHINA)


@dataclass(frozen=True, slots=True)
class Fairness:
    """Priority against ordinary: waits of both, how often somebody ordinary was overtaken, and by how much at most."""

    ordinary: Figure | None
    ahead_wait: float | None
    ahead: int
    overtaken: int
    most_overtaken: int
    longest_ordinary: float | None


_FAIR = """
with called as (
    select t.id, t.group_id, t.ahead, t.queued_at, t.called_at from hall_ticket t
    where t.hall_id = any (%s) and t.issued_at >= %s and t.issued_at < %s and t.called_at is not null),
overtaken as (
    select o.id, count(a.id) as times from called o join called a on a.group_id = o.group_id and a.ahead and not o.ahead
        and a.queued_at > o.queued_at and a.called_at < o.called_at and a.queued_at < o.called_at
    group by o.id)
select (select count(*) from called where ahead),
       (select percentile_cont(0.5) within group (order by extract(epoch from called_at - queued_at) / 60) from called where ahead),
       (select max(extract(epoch from called_at - queued_at) / 60) from called where not ahead),
       (select count(*) from overtaken), coalesce((select max(times) from overtaken), 0)
"""


def fairness(halls: list[int], first: date, last: date) -> Fairness:
    """The open report: whoever asks whether priority is fair reads it here."""
    lines = {each.name: each for each in figures(halls, first, last, "priority")}
    with connection.cursor() as cursor:
        cursor.execute(_FAIR, [halls, _begin(first), _begin(last + timedelta(days=1))])
        row: tuple[Any, ...] = cursor.fetchone()
    ahead, wait, longest, overtaken, most = row
    return Fairness(lines.get("ordinary"), wait, ahead, overtaken, most, longest)
