"""One step of each of many matters, in one statement: what a change of the calendar or a move to another version does.

The rows are locked by the caller and thought over one by one before; here they are only told.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from django.db import connection

from yimen.ground.identity.rules import SYSTEM
from yimen.ground.kit import audit, outbox
from yimen.ground.matters import lifecycle
from yimen.ground.matters.asking import Asked
from yimen.ground.matters.clocks import ClockMark, ClockRow
from yimen.ground.matters.fast_forward import recorded
from yimen.ground.matters.thinking import events_json


@dataclass(frozen=True, slots=True)
class Told:
    """What is told to one matter. `key` is the caller's own number for it; `version` its procedure's from now on, where it changes."""

    key: int
    asked: Asked
    facts: dict[str, Any]
    row: ClockRow | None = None
    mark: ClockMark | None = None
    events: Sequence[outbox.Event] = ()
    version: int | None = None


_TAKE = """
select x.item, t.verdict, t.seq
from jsonb_to_recordset(%s::jsonb)
     as x(item bigint, matter bigint, version integer, origins text, clock text, facts text, clock_row jsonb, events jsonb)
cross join lateral matters_take_step(
    x.matter, x.version, x.origins::text[], %s, null, %s, %s, '', '', %s, '', x.clock, x.facts, '[]',
    x.clock_row, null, x.events, %s, null, %s) t
"""
_PIN = (
    "update matters_matter m set procedure_version = (x.v ->> 1)::smallint"
    " from jsonb_array_elements(%s::jsonb) as x(v) where m.id = (x.v ->> 0)::bigint"
)


def take_many(told: Iterable[Told], *, action: str, at: datetime) -> dict[int, int]:
    """Take this common step of each, by the system; key → number of the step. One that has moved meanwhile is left out.

    In the caller's transaction, with the matters' rows locked. A new version of the procedure is pinned with the step.
    """
    rows = list(told)
    if not rows:
        return {}
    asked = [
        {
            "item": each.key,
            "matter": each.asked.id,
            "version": each.asked.version,
            "origins": _origins(each.asked, action),
            "clock": each.mark.text() if each.mark else "",
            "facts": _json(each.facts),
            "clock_row": each.row,
            "events": msgspec.json.decode(events_json(each.events) or "null"),
        }
        for each in rows
    ]
    context = audit.current()
    with connection.cursor() as cursor:
        cursor.execute(
            _TAKE, [_json(asked), action, SYSTEM.uid, SYSTEM.name, at, context.request_id, recorded(at, None)]
        )
        taken = {key: seq for key, verdict, seq in cursor.fetchall() if verdict == "taken"}
        pinned = [[each.asked.id, each.version] for each in rows if each.version is not None and each.key in taken]
        if pinned:
            cursor.execute(_PIN, [_json(pinned)])
    return taken


def _origins(asked: Asked, action: str) -> str:
    table = lifecycle.procedure(asked.procedure, asked.procedure_version)
    return "{" + ",".join(table.origins(table.step(action))) + "}"


def _json(value: object) -> str:
    return msgspec.json.encode(value, enc_hook=str).decode()
