"""The watch over the clocks: what a sweep costs follows what is due, not what is open (architecture §6).

Two databases with few and many open cases; in each the same number falls due for its warning, and one process sweeps. And a
sweep that finds nothing, beside one indexed lookup. All watchers are there: effects, reminders, and supervision's lights, each
change of which is written down. And the board over the many, from its sums.
"""

from __future__ import annotations

import time
from statistics import median
from typing import Any

from bench.crew import crew
from bench.fill import fill
from bench.report import Row
from bench.rounds import take_turns
from bench.server import Server
from bench.town import Town

TIMES = 300
"""So many empty sweeps and lookups a round."""


def measure(server: Server, town: Town, *, few: int, many: int, due: int, rounds: int) -> list[Row]:
    """The rows of the table."""
    templates = [clerk.template for clerk in town.clerks]
    for name, count in (("watch_few", few), ("watch_many", many)):
        server.create(name, "base")
        fill(server.owner(name), templates, closed=0, waiting=count)
    with (
        crew("watching:sweep", server.environment("watch_few"), 1) as small,
        crew("watching:sweep", server.environment("watch_many"), 1) as large,
    ):
        for warm in (small, large):
            warm.order({"due": due})
        seconds = {"few": small, "many": large}
        scores = take_turns(
            {name: (lambda crew=each: crew.order({"due": due})[0]["seconds"]) for name, each in seconds.items()}, rounds
        )
        idle = [large.order({"due": 0})[0] for _ in range(rounds)]
        boards = [large.order({"due": 0, "board": True})[0] for _ in range(rounds)]
    empty, lookup = (median(each[name] for each in idle) for name in ("empty", "lookup"))
    return [
        Row(f"sweep of {due:,} due clocks, {many:,} open ÷ {few:,} open", scores.ratio("many", "few"), "×", 1.6, 1.2,
            better="less", detail=f"{scores.median('many') * 1000:.0f} ÷ {scores.median('few') * 1000:.0f} ms; a warning and a light each"),
        Row("sweep with nothing due ÷ one indexed lookup", empty / lookup, "×", 25, 15, better="less",
            detail=f"{empty * 1e6:.0f} ÷ {lookup * 1e6:.0f} µs, {many:,} open"),
        Row("the board from its sums", median(each["warm"] for each in boards) * 1000, "ms", 50, 20, better="less",
            detail=f"the first {max(each['first'] for each in boards) * 1000:.0f} ms, {many:,} open"),
    ]  # fmt: skip


# Inside a worker


def sweep(due: int, board: bool = False) -> dict[str, Any]:
    """Let so many open cases fall due for their warning, and sweep; with none, compare an empty sweep with a lookup.

    With `board` the board is read instead.
    """
    if board:
        return _read_board()
    from yimen.ground.kit.moments import now
    from yimen.ground.kit.postgresql.statements import Statement
    from yimen.ground.matters.watching import sweep as look
    from yimen.ground.matters.watching import sweep_all

    if due:
        _fall_due(due)
        began = time.perf_counter()
        done = sweep_all(now())
        if (done.looked, done.failed) != (due, 0):
            raise RuntimeError(f"looked at {done.looked}, {done.failed} put off, {due} were due")
        return {"seconds": time.perf_counter() - began}
    one = Statement("select code from matters_matter where id = %s")
    return {
        "empty": _each(lambda: look(now())),
        "lookup": _each(lambda: one.first([1])),
    }


def _read_board() -> dict[str, float]:
    from uuid import uuid4

    from yimen.ground.identity.rules import Actor, Permission
    from yimen.ground.kit.moments import now
    from yimen.watch.supervision import selectors
    from yimen.watch.supervision.policies import WATCH

    actor = Actor(uid=uuid4(), name="监察员", kind="staff", permissions=frozenset({Permission(WATCH, "all")}))
    seconds = []
    for _ in range(20):
        began = time.perf_counter()
        if not selectors.board(actor, now()).whole.open:
            raise RuntimeError("the board shows nothing")
        seconds.append(time.perf_counter() - began)
    return {"first": seconds[0], "warm": median(seconds[1:])}


def _each(act: Any) -> float:
    act()
    began = time.perf_counter()
    for _ in range(TIMES):
        act()
    return (time.perf_counter() - began) / TIMES


def _fall_due(due: int) -> None:
    """The limits of so many cases, taken all over the table, end in an hour, so that one working day before has begun."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "update matters_matter set due_at = clock_timestamp() + interval '1 hour', watch_at = clock_timestamp()"
            " where id in (select id from matters_matter where state = 'received' and watch_at > clock_timestamp()"
            " order by md5(id::text || clock_timestamp()::text) limit %s)",
            [due],
        )
        if cursor.rowcount != due:
            raise RuntimeError(f"{cursor.rowcount} cases fell due, not {due}")
