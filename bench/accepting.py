"""Accept a case: over HTTP, in process, and by pgbench with the same SQL function and the same arguments.

Before the rounds, the arguments of `cases_accept` for every waiting case are written into `bench_call`, as our own code
makes them; pgbench reads them there by one indexed lookup, and each contestant gets a block of cases of its own.
"""

from __future__ import annotations

import json
import subprocess
import tempfile
import time
from functools import cache
from pathlib import Path
from typing import Any
from unittest import mock

import psycopg

from bench.crew import PROCESSES, Crew, crew, rate
from bench.http import Shot, served, shoot
from bench.report import Row
from bench.rounds import take_turns
from bench.server import Server
from bench.town import Town
from bench.work import Shared, in_threads

CLIENTS = 8
FASTEST = 4000
"""Cases a second that no contestant reaches; what the blocks and the stack are cut by."""

_CALL = """
select verdict from bench_call b, cases_accept(
    b.matter, 1, array['received'], 'reviewing', b.letter::jsonb, b.kind, b.actor, b.actor_name, b.post, b."window",
    clock_timestamp(), '', b.clock, b.clock_row::jsonb, null, b.event::jsonb, 'bench', null)
where b.n = (select nextval('bench_next'));
"""
_TABLE = """
drop table if exists bench_call;
create table bench_call (n bigint primary key, clerk int, matter bigint, code text, letter text, kind text, actor uuid,
                         actor_name text, post text, "window" text, clock text, clock_row text, event text);
drop sequence if exists bench_next;
create sequence bench_next;
"""
_FILL = """
insert into bench_call
select {places} * (row_number() over (order by id) - 1) + %(clerk)s + 1, %(clerk)s, id, code,
       replace(replace(replace(%(letter)s, '#uid#', gen_random_uuid()::text), '#code#', 'P' || lpad(id::text, 11, '0')), '#case#', code),
       %(kind)s, %(actor)s, %(actor_name)s, %(post)s, %(window)s, %(clock)s, %(clock_row)s,
       json_build_array('cases.CaseAccepted', json_build_object('matter_id', id, 'code', code, 'at', now()))::text
  from matters_matter where state = 'received' and window_id = %(place)s
"""


def measure(server: Server, town: Town, *, rounds: int, seconds: float) -> list[Row]:
    """The two rows of the table, in one set of rounds."""
    with psycopg.connect(server.owner("large"), autocommit=True) as connection, tempfile.TemporaryDirectory() as folder:
        with crew("accepting:prepare", server.environment("large", as_owner=True), 1) as preparer:
            preparer.order({"town": str(server.home / "town.json")})
        stack = Stack(connection, town, reach=int(seconds * FASTEST))
        script = Path(folder) / "accept.sql"
        script.write_text(" ".join(_CALL.split()))
        Path(folder).chmod(0o755)
        with (
            served(server.environment("large")) as address,
            crew("accepting:accept", server.environment("large")) as workers,
        ):
            rivals = {
                "http": lambda: stack.timed(
                    lambda block: shoot(stack.shots(block, address), address, seconds, CLIENTS)
                ),
                "pgbench": lambda: stack.timed(lambda block: _pgbench(server, script, block, connection, seconds)),
                "in_process": lambda: stack.timed(lambda block: _in_process(workers, block, server, seconds)),
            }
            for warm in rivals.values():
                warm()
            scores = take_turns(rivals, rounds)
    by_hand = scores.median("pgbench")
    return [
        Row("HTTP accept-a-case incl. session, permission, validation, audit ÷ pgbench, same SQL function",
            scores.ratio("http", "pgbench"), "", 0.25, 0.35, detail=f"{scores.median('http'):.0f} ÷ {by_hand:.0f} cases/s"),
        Row("in-process accept ÷ pgbench", scores.ratio("in_process", "pgbench"), "", 0.55, 0.75,
            detail=f"{scores.median('in_process'):.0f} ÷ {by_hand:.0f} cases/s; {PROCESSES} processes × 4 threads"),
    ]  # fmt: skip


class Stack:
    """The waiting cases, given out block by block; what became of a block is asked of the database."""

    def __init__(self, connection: psycopg.Connection[Any], town: Town, *, reach: int) -> None:
        self._connection, self._town = connection, town
        self._size = int(self._one("select max(n) from bench_call"))
        self._reach, self._next = reach, 1

    def timed(self, run: Any) -> float:
        """Cases accepted in a second by a contestant who may take the next block."""
        first, last = self._next, min(self._next + self._reach, self._size)
        if last - first < CLIENTS * 8:
            raise RuntimeError("the stack of waiting cases is used up: raise its size in bench/__main__.py")
        began = time.perf_counter()
        seconds = run((first, last)) or time.perf_counter() - began
        # Without an upper bound: pgbench stops by the clock and not at the end of its block.
        done, farthest = self._row(
            "select count(*), max(b.n) from bench_call b join matters_matter m on m.id = b.matter"
            " where b.n >= %s and m.state = 'reviewing'",
            [first],
        )
        if not done:
            raise RuntimeError("nothing was accepted")
        self._next = int(farthest) + 1
        return float(done) / seconds

    def shots(self, block: tuple[int, int], address: str) -> list[Shot]:
        """The requests that accept the block's cases, each with its clerk's token."""
        rows = self._connection.execute(
            "select code, clerk from bench_call where n between %s and %s order by n", block
        )
        return [
            Shot(f"/api/v1/applications/{code}/accept", self._town.clerks[clerk].token, b"{}") for code, clerk in rows
        ]

    def _one(self, sql: str) -> Any:
        return self._row(sql, [])[0]

    def _row(self, sql: str, values: list[int]) -> tuple[Any, ...]:
        row = self._connection.execute(sql, values).fetchone()
        assert row is not None
        return row


def _pgbench(
    server: Server, script: Path, block: tuple[int, int], connection: psycopg.Connection[Any], seconds: float
) -> float:
    from yimen.house.launcher import client_tool

    connection.execute("select setval('bench_next', %s, false)", [block[0]])
    run = subprocess.run(
        [client_tool("pgbench", connection.info.server_version // 10000), "--no-vacuum", "--protocol=prepared",
         f"--client={CLIENTS}", "--jobs=2", f"--time={max(1, round(seconds))}", f"--file={script}", server.app("large")],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if run.returncode:
        raise RuntimeError(run.stderr)
    said = run.stdout
    rates = [float(line.split()[2]) for line in said.splitlines() if line.startswith("tps")]
    done = [int(line.split(":")[1].split("/")[0]) for line in said.splitlines() if "actually processed" in line]
    return done[0] / rates[0]


def _in_process(workers: Crew, block: tuple[int, int], server: Server, seconds: float) -> float:
    town = str(server.home / "town.json")
    orders = [
        {"town": town, "first": block[0], "last": block[1], "seconds": seconds, "part": part, "parts": PROCESSES}
        for part in range(PROCESSES)
    ]
    answers = workers.order(*orders)
    return sum(answer["done"] for answer in answers) / rate(answers)


# Inside a worker


@cache
def _actors(town: str) -> dict[int, Any]:
    from yimen.ground.identity.models import Account
    from yimen.ground.kit.moments import now
    from yimen.ground.organisations.selectors import actor_for

    clerks = Town.read(Path(town)).clerks
    return {place: actor_for(Account.objects.get(pk=clerk.account), now()) for place, clerk in enumerate(clerks)}


def accept(town: str, first: int, last: int, seconds: float, part: int, parts: int) -> dict[str, float]:
    """Accept cases of the block through the service, as a view would."""
    from django.db import connection

    from yimen.ground.kit.moments import now
    from yimen.service.cases.services import accept_case

    actors = _actors(town)
    with connection.cursor() as cursor:
        cursor.execute(
            "select code, clerk from bench_call where n between %s and %s and n %% %s = %s order by n",
            [first, last, parts, part],
        )
        waiting = Shared(iter(cursor.fetchall()))

    def act() -> None:
        code, clerk = waiting.take()  # type: ignore[misc]
        accept_case(code=code, actor=actors[clerk], at=now())

    return in_threads(act, seconds)


def prepare(town: str) -> int:
    """Write the arguments of `cases_accept` for every waiting case into `bench_call`; returns how many."""
    from django.db import connection

    from yimen.ground.kit.moments import now
    from yimen.ground.matters.services import post_of
    from yimen.service.cases.services import acceptance

    clerks = Town.read(Path(town)).clerks
    with connection.cursor() as cursor:
        cursor.execute(_TABLE)
        for place, actor in _actors(town).items():
            cursor.execute(
                "select code from matters_matter where state = 'received' and window_id = %s order by id desc limit 1",
                [clerks[place].window],
            )
            (code,) = cursor.fetchone()
            told: dict[str, Any] = {}

            def note(case: Any, thought: Any, slip: Any, *_rest: Any, told: dict[str, Any] = told) -> Any:
                told.update(case=case, thought=thought, slip=slip)
                return acceptance.thread.Taken(0, 0, 0, 0, "", now())

            with mock.patch.object(acceptance, "_tell", note):
                acceptance.accept_case(code=code, actor=actor, at=now())
            letter = json.loads(told["slip"].text)
            given = letter["code"]
            letter |= {"uid": "#uid#", "code": "#code#"}
            text = json.dumps(letter, ensure_ascii=False, separators=(",", ":")).replace(given, "#code#")
            cursor.execute(
                _FILL.format(places=len(clerks)),
                {
                    "clerk": place, "letter": text.replace(code, "#case#"), "kind": told["case"].kind, "actor": actor.uid,
                    "actor_name": actor.name, "post": post_of(actor), "window": actor.window,
                    "clock": told["thought"].clock, "clock_row": told["thought"].clock_row, "place": clerks[place].window,
                },
            )  # fmt: skip
        cursor.execute("grant select on bench_call to public")
        cursor.execute("grant all on sequence bench_next to public")
        cursor.execute("vacuum analyze bench_call")
        cursor.execute("select count(*) from bench_call")
        return int(cursor.fetchone()[0])
