"""The only writer of what reports count: facts from cases, sums from facts (R078).

`note` runs in the outbox handler of each event of a case and is idempotent: it looks at what the case has by now and adds
the facts that are not there yet. `make_good` does the same for every case that lacks one (after a bulk load, and nightly);
`recount` builds the sums of some months anew. A fact once noted is never rewritten, so that a department that is merged
away keeps what it did.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db import connection, transaction

CASES_AT_ONCE = 20_000

_HAPPENED = """
select m.id as matter_id, f.measure, f.at, (f.at at time zone 'Asia/Shanghai')::date as day, m.department_id, m.centre_id,
       m.division_id, c.item_id, m.channel,
       -- What ends at receipt is a 退办件 (R051), what was declared urgent a 特办件 (R056), a notice of what lacks makes a
       -- 补办件 (R052); else the kind is the item's.
       case when f.measure in ('declined', 'not_required') then 'refused'
            when f.measure = 'corrected' then 'supplement'
            when f.decided and c.marks like '%% special %%' then 'special'
            else c.kind end as kind,
       case when f.decided then m.work_days end as work_days, case when f.decided then m.on_time end as on_time,
       case when f.decided then c.office_days end as office_days, case when f.decided then c.applicant_days end as applicant_days,
       case when f.decided then c.special_days end as special_days,
       f.measure = 'granted' and exists (
           select from matters_step s where s.matter_id = m.id and s.action = 'grant_at_once') as at_once
  from matters_matter m
  join cases_case c on c.matter_id = m.id
 cross join lateral (values
       ('submitted', m.opened_at, false),
       ('accepted', c.accepted_at, false),
       ('granted', case when c.decision = 'granted' then c.decided_at end, true),
       ('refused', case when c.decision = 'refused' then c.decided_at end, true),
       ('declined', case when m.state = 'declined' then m.closed_at end, false),
       ('not_required', case when m.state = 'not_required' then m.closed_at end, false),
       ('corrected', case when c.corrections > 0 then (
           select min(s.happened_at) from matters_step s
            where s.matter_id = m.id and s.action in ('request_correction', 'request_review_correction')) end, false),
       ('withdrawn', case when m.state = 'withdrawn' then m.closed_at end, false),
       ('delivered', c.delivered_at, false)
       ) as f(measure, at, decided)
 where f.at is not null"""

_COLUMNS = (
    "matter_id, measure, at, day, department_id, centre_id, division_id, item_id, kind, channel, work_days, on_time, "
    "office_days, applicant_days, special_days, at_once"
)
_SUMS = "number, timed, on_time, at_once, days, told_apart, office_days, applicant_days, special_days"
_KEY = "grain, start, measure, department_id, centre_id, division_id, kind, channel"
_SUMMED = f"""
select g.grain, g.start, measure, department_id, centre_id, division_id, kind, channel, count(*) as number,
       count(on_time) as timed, count(*) filter (where on_time) as on_time, count(*) filter (where at_once) as at_once,
       coalesce(sum(work_days), 0) as days, count(office_days) as told_apart, coalesce(sum(office_days), 0) as office_days,
       coalesce(sum(applicant_days), 0) as applicant_days, coalesce(sum(special_days), 0) as special_days
  from {{facts}}
 cross join lateral (values ('day', day), ('month', date_trunc('month', day)::date)) as g(grain, start)
 group by {_KEY}
 order by {_KEY}"""  # noqa: S608 - constants; in one order, so that two workers never wait for each other

_NOTE = f"""
with fresh as (
    insert into cases_casefact ({_COLUMNS})
    select {_COLUMNS} from ({_HAPPENED} and {{which}}) happened
    on conflict (matter_id, measure) do nothing
    returning *)
insert into cases_casesum ({_KEY}, {_SUMS})
{_SUMMED.format(facts="fresh")}
on conflict ({_KEY}) do update set
    number = cases_casesum.number + excluded.number, timed = cases_casesum.timed + excluded.timed,
    on_time = cases_casesum.on_time + excluded.on_time, at_once = cases_casesum.at_once + excluded.at_once,
    days = cases_casesum.days + excluded.days, told_apart = cases_casesum.told_apart + excluded.told_apart,
    office_days = cases_casesum.office_days + excluded.office_days,
    applicant_days = cases_casesum.applicant_days + excluded.applicant_days,
    special_days = cases_casesum.special_days + excluded.special_days"""  # noqa: S608

NOTE_ONE = _NOTE.format(which="m.id = %s")
NOTE_SOME = _NOTE.format(which="m.id > %s and m.id <= %s")

_RECOUNT = f"""
insert into cases_casesum ({_KEY}, {_SUMS})
{_SUMMED.format(facts="(select * from cases_casefact where day >= %s and day < %s) facts")}"""  # noqa: S608


@dataclass(frozen=True, slots=True)
class Differs:
    """A sum that is not what its facts add up to."""

    month: date
    measure: str
    stored: int
    counted: int


def note(matter_id: int) -> None:
    """Add what happened to this case since it was last looked at; nothing where everything is noted."""
    with connection.cursor() as cursor:
        cursor.execute(NOTE_ONE, [matter_id])


def make_good() -> int:
    """Note every case that lacks a fact; returns how many facts were added. Commits in parts of 20 000 cases."""
    with connection.cursor() as cursor:
        cursor.execute("select coalesce(min(matter_id) - 1, 0), coalesce(max(matter_id), 0) from cases_case")
        at, last = cursor.fetchone()
        cursor.execute("select count(*) from cases_casefact")
        before = cursor.fetchone()[0]
        while at < last:
            with transaction.atomic():
                cursor.execute(NOTE_SOME, [at, at + CASES_AT_ONCE])
            at += CASES_AT_ONCE
        cursor.execute("select count(*) from cases_casefact")
        added: int = cursor.fetchone()[0] - before
    return added


def compare() -> list[Differs]:
    """Each month and measure whose sum is not the number of its facts; an empty list is what one wants to see."""
    with connection.cursor() as cursor:
        cursor.execute(
            """with counted as (select date_trunc('month', day)::date as month, measure, count(*) as n
                                  from cases_casefact group by 1, 2),
                    stored as (select date_trunc('month', start)::date as month, measure,
                                      sum(number) filter (where grain = 'month') as n,
                                      sum(number) filter (where grain = 'day') as by_day
                                 from cases_casesum group by 1, 2)
               select month, measure, coalesce(stored.n, 0), coalesce(counted.n, 0)
                 from counted full join stored using (month, measure)
                where coalesce(counted.n, 0) <> coalesce(stored.n, 0) or coalesce(stored.n, 0) <> coalesce(stored.by_day, 0)
                order by 1, 2"""
        )
        return [Differs(*row) for row in cursor.fetchall()]


def recount(months: Sequence[date]) -> None:
    """Build the sums of these months (first days) anew from their facts, each in one transaction."""
    for month in months:
        after = date(month.year + month.month // 12, month.month % 12 + 1, 1)
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("lock table cases_casesum in share row exclusive mode")
            cursor.execute("delete from cases_casesum where start >= %s and start < %s", [month, after])
            cursor.execute(_RECOUNT, [month, after])


def nightly() -> dict[str, int]:
    """What was slept through is noted, and sums that differ are built anew; returns how many of each."""
    added = make_good()
    wrong = compare()
    recount(sorted({each.month for each in wrong}))
    return {"facts": added, "sums": len(wrong)}
