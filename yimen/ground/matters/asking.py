"""What a step needs to know of its matter, read in one query."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
from django.db import connection

from yimen.ground.kit.postgresql.statements import Statement
from yimen.ground.kit.refusals import NotFound
from yimen.ground.matters.clocks import ClockMark


@dataclass(frozen=True, slots=True)
class Asked:
    """What a step needs to know of its matter, read in one query."""

    id: int
    code: str
    procedure: str
    procedure_version: int
    state: str
    version: int
    subject: str
    applicant_id: int | None
    department_id: int
    window_id: int | None
    centre_id: int | None
    division_id: str
    person_id: int | None
    person_name: str
    calendar_version: int
    marks: tuple[ClockMark, ...]
    holds: tuple[tuple[str, str], ...]


ASKED = """m.id, m.code, m.procedure, m.procedure_version, m.state, m.version, m.subject, m.applicant_id, m.department_id,
       m.window_id, m.centre_id, m.division_id, m.person_id, m.person_name,
       (select version from calendar_calendarversion where id = 1),
       (select json_agg(json_build_array(s.seq, s.clock) order by s.seq)::text
          from matters_step s where s.matter_id = m.id and s.clock <> ''),
       (select json_agg(json_build_array(h.point, h.reason))::text
          from matters_hold h where h.matter_id = m.id and h.lifted_at is null)"""
"""The columns of `Asked` from `matters_matter m`, for a module that asks for more in the same query; see `read_asked`."""


_ASK = f"select {ASKED} from matters_matter m where m."  # noqa: S608 (a constant of ours)


_ASK_BY_ID, _ASK_BY_CODE = Statement(f"{_ASK}id = %s"), Statement(f"{_ASK}code = %s")


def ask(which: int | str) -> Asked:
    """Read a matter (by id or number), its version, clock marks and holds in one query; raises `NotFound`."""
    row = (_ASK_BY_ID if isinstance(which, int) else _ASK_BY_CODE).first([which])
    if row is None:
        raise NotFound("没有找到这件事。", next_step="请核对编号。")
    return read_asked(row)


_ASK_MANY = f"select {ASKED} from matters_matter m where m.id = any(%s)"  # noqa: S608 (a constant of ours)


def ask_many(ids: Sequence[int]) -> dict[int, Asked]:
    """The same for many matters in one query, by id; those that are not there are absent."""
    with connection.cursor() as cursor:
        cursor.execute(_ASK_MANY, [list(ids)])
        return {row[0]: read_asked(row) for row in cursor.fetchall()}


def read_asked(row: Sequence[Any]) -> Asked:
    """What the columns `ASKED` said."""
    plain: Any
    *plain, marks, holds = row
    plain += [
        tuple(ClockMark.read(text, seq) for seq, text in _marks.decode(marks)) if marks else (),
        _holds.decode(holds) if holds else (),
    ]
    return Asked(*plain)


_marks = msgspec.json.Decoder(list[tuple[int, str]])


_holds = msgspec.json.Decoder(tuple[tuple[str, str], ...])
