"""Masses of cases by SQL: what years of work leave behind, and a stack of applications that wait for acceptance.

Every row is valid: links are computed by the ledger's own function, so `verify` finds nothing. Concluded cases carry four
steps, waiting ones carry one, with the letter and the audit row of their submission.
"""

from __future__ import annotations

from datetime import UTC, datetime

import psycopg

CHUNK = 25_000

# n numbers the case; each belongs to one of the templates in turn.
_NUMBERED = """
create temp table numbered on commit drop as
select t.*, n.n, nextval(pg_get_serial_sequence('matters_matter', 'id')) as new_id, gen_random_uuid() as new_uid,
       left(t.code, 31) || to_char(date '2000-01-01' + (n.n / 80000)::int, 'YYYYMMDD') || lpad((n.n / {templates} %% 10000)::text, 4, '0')
           as new_code,
       {opened} as new_opened
  from generate_series(%(first)s::int, %(last)s::int) n(n)
  join lateral (select m.*, s.clock as step_clock, s.facts as step_facts, row_number() over (order by m.id) - 1 as place
                  from matters_matter m join matters_step s on s.matter_id = m.id and s.seq = 1
                 where m.id = any(%(templates)s)) t on t.place = n.n %% {templates}
"""
_WAITING_OPENED = "timestamptz %(now)s - interval '1 hour' - (n.n %% 600) * interval '1 second'"
_CLOSED_OPENED = "timestamptz %(now)s - interval '30 days' - (n.n %% 1000003) * interval '61 seconds'"

_COURSE: tuple[tuple[str, str, str, str], ...] = (
    ("submit", "", "received", "0"),
    ("accept", "received", "reviewing", "1 hour"),
    ("grant_at_once", "reviewing", "granted", "2 days"),
    ("deliver", "granted", "concluded", "3 days"),
)


def fill(url: str, templates: list[int], *, closed: int, waiting: int, at: datetime | None = None) -> None:
    """Add so many concluded and waiting cases, then ANALYZE."""
    moment = at or datetime.now(UTC)
    with psycopg.connect(url, autocommit=True) as connection:
        start = connection.execute("select count(*) from matters_matter").fetchone()[0]  # type: ignore[index]
        for total, course in ((closed, _COURSE), (waiting, _COURSE[:1])):
            for first in range(start, start + total, CHUNK):
                last = min(first + CHUNK, start + total) - 1
                _chunk(connection, templates, first, last, course, moment)
            start += total
        connection.execute("vacuum (analyze)")
        connection.execute("checkpoint")


def _chunk(
    connection: psycopg.Connection, templates: list[int], first: int, last: int, course: tuple, at: datetime
) -> None:
    done = len(course) > 1
    said = {"first": first, "last": last, "templates": templates, "now": at.isoformat()}
    with connection.transaction():
        opened = _CLOSED_OPENED if done else _WAITING_OPENED
        opened = opened.replace("timestamptz %(now)s", "%(now)s::timestamptz")
        connection.execute(_NUMBERED.format(templates=len(templates), opened=opened), said)
        connection.execute(_steps(connection, course))
        connection.execute(_MATTERS.format(steps=len(course), **_ENDING[done]))
        connection.execute(
            "insert into matters_step select distinct on (s.id) s.* from made, lateral unnest(steps) s order by s.id"
        )
        connection.execute("insert into matters_unsealed (step_id) select s.id from made, lateral unnest(steps) s")
        connection.execute(_CASES.format(done=str(done).lower()))
        connection.execute(_MATERIALS.format(state="'accepted'" if done else "m.state"))
        if not done:
            connection.execute(_LETTERS)
            connection.execute(_AUDIT)


def _steps(connection: psycopg.Connection, course: tuple) -> str:
    """One row a case with the array of its steps, each linked to the one before."""
    columns = [
        row[0]
        for row in connection.execute(
            "select attname from pg_attribute where attrelid = 'matters_step'::regclass and attnum > 0 order by attnum"
        )
    ]
    laterals = []
    for seq, (action, source, target, later) in enumerate(course, 1):
        happened = f"c.new_opened + interval '{later}'"
        values = {
            "id": "nextval(pg_get_serial_sequence('matters_step', 'id'))",
            "seq": str(seq),
            "action": f"'{action}'",
            "from_state": f"'{source}'",
            "to_state": f"'{target}'",
            "actor_uid": "'00000000-0000-0000-0000-000000000000'::uuid",
            "actor_name": "'一门系统'",
            "actor_post": "'系统'",
            "window": "''",
            "happened_at": happened,
            "recorded_at": happened,
            "basis": "''",
            "clock": "replace(c.step_clock, '+08:00', '+08:00')" if seq == 1 else "''",
            "facts": "c.step_facts" if seq == 1 else "'{}'",
            "documents": "'[]'",
            "procedure": "c.procedure",
            "division": "c.division_id",
            "link": "null::bytea",
            "matter_id": "c.new_id",
        }
        row = ", ".join(values[name] for name in columns)
        before = f"(s{seq - 1}.s).link" if seq > 1 else "''::bytea"
        linked = ", ".join(
            f"matters_link({before}, b{seq}.s)" if name == "link" else f"(b{seq}.s).{_quoted(name)}" for name in columns
        )
        laterals.append(f"lateral (select row({row})::matters_step as s offset 0) b{seq}")
        laterals.append(f"lateral (select row({linked})::matters_step as s offset 0) s{seq}")
    steps = ", ".join(f"s{seq}.s" for seq in range(1, len(course) + 1))
    return (
        f"create temp table made on commit drop as select c.*, array[{steps}] as steps"  # noqa: S608 (constants above)
        f" from numbered c, {', '.join(laterals)}"
    )


_ENDING = {
    True: {
        "state": "'concluded'", "clock": "''", "due_on": "null", "due_at": "null", "legal": "null", "warn": "null",
        "sort": "timestamptz '9000-01-01'", "watch": "null", "closed": "new_opened + interval '3 days'", "outcome": "'concluded'",
        "work_days": "2", "on_time": "true",
    },
    False: {
        "state": "state", "clock": "clock", "due_on": "due_on", "due_at": "due_at", "legal": "legal_due_on",
        "warn": "warn_at", "sort": "sort_at + (n % 100000) * interval '1 second'", "watch": "watch_at", "closed": "null", "outcome": "''",
        "work_days": "null", "on_time": "null",
    },
}  # fmt: skip

_MATTERS = """
insert into matters_matter (id, uid, procedure, procedure_version, code, title, subject, state, version, last_seq, last_link,
    applicant_name, person_name, channel, opened_at, clock, due_on, due_at, legal_due_on, warn_at, stopped_since, provisional,
    sort_at, watch_at, light, closed_at, outcome, work_days, on_time, applicant_id, centre_id, department_id, division_id,
    person_id, post_id, window_id)
select new_id, new_uid, procedure, procedure_version, new_code, title, subject, {state}, {steps}, {steps},
    (steps[{steps}]).link, applicant_name, person_name, channel, new_opened, {clock}, {due_on}, {due_at}, {legal}, {warn},
    null, false, {sort}, {watch}, '', {closed}, {outcome}, {work_days}, {on_time}, applicant_id, centre_id, department_id, division_id,
    person_id, post_id, window_id
  from made
"""
_CASES = """
insert into cases_case (matter_id, form_version, kind, answers, situation, contact_name, contact_phone, delivery_method,
    delivery_address, slip_number, accepted_at, corrections, extended_days, decided_at, decision, decision_number,
    decision_reason, delivered_at, receiver, delivery_proof, edition_id, item_id)
select m.new_id, c.form_version, c.kind, c.answers, c.situation, c.contact_name, c.contact_phone, c.delivery_method, c.delivery_address,
    case when {done} then '受〔2024〕' || m.n || '号' else '' end, case when {done} then m.new_opened end, 0, 0,
    case when {done} then m.new_opened + interval '2 days' end, case when {done} then 'granted' else '' end, '', '',
    case when {done} then m.new_opened + interval '3 days' end, '', '', c.edition_id, c.item_id
  from made m join cases_case c on c.matter_id = m.id
"""
_MATERIALS = """
insert into cases_casematerial (case_id, "order", material_id, name, required, state, note, checked_by)
select c.new_id, m."order", m.material_id, m.name, m.required, {state}, m.note, m.checked_by
  from made c join cases_casematerial m on m.case_id = c.id
"""
_LETTERS = """
insert into documents_letter (uid, code, kind, number, series, year, serial, matter_code, facts, seal_id, seal_text,
    issued_at, issued_by_uid, issued_by, issued_by_account_id, signature, voided_by, void_reason)
select gen_random_uuid(), 'B' || lpad(c.new_id::text, 11, '0'), l.kind, 'B' || c.new_id, l.series || 'B', l.year, c.new_id,
    c.new_code, l.facts, l.seal_id, l.seal_text, l.issued_at, l.issued_by_uid, l.issued_by, l.issued_by_account_id, '', '', ''
  from made c join documents_letter l on l.matter_code = c.code
"""
_AUDIT = """
insert into kit_auditentry (actor_uid, actor_name, actor_post, action, target_kind, target, result, reason, request_id,
    ip, facts, before_hash, after_hash)
select '00000000-0000-0000-0000-000000000000', '一门系统', '系统', 'licence.submit', 'matter', c.new_code, 'ok', '', '', null,
    '{}', '', ''
  from made c
"""


def _quoted(name: str) -> str:
    return f'"{name}"'
