"""`yimen simulate` by COPY against SQL that writes the very same rows.

The rows that a simulation wrote are put into staging tables of another copy of the same database, and from there SQL
inserts them in the order of a `generate_series`, one statement a table. What SQL can compute it computes, the links of
the ledger; what it cannot (cipher texts, seals) it is given. Keys, indexes and triggers cost both the same.
"""

from __future__ import annotations

import time

import psycopg
from psycopg import sql

from bench.crew import crew
from bench.report import Row
from bench.rounds import take_turns
from bench.server import Server


def measure(server: Server, *, rounds: int, cases: int) -> list[Row]:
    """The row of the table."""
    server.create("county", "bare")
    with crew("simulating:county", server.environment("county", as_owner=True), 1) as builder:
        builder.order({})
    written: list[int] = []

    def simulated() -> float:
        server.create("simulated", "county")
        with crew("simulating:simulate", server.environment("simulated", as_owner=True), 1) as worker:
            done = worker.order({"cases": cases})[0]
        written.append(done["rows"])
        return float(done["rows"] / done["seconds"])

    def inserted() -> float:
        server.create("inserted", "county")
        rows, seconds = _insert_same(server.owner("simulated"), server.owner("inserted"))
        return rows / seconds

    scores = take_turns({"simulate": simulated, "sql": inserted}, 1)
    for _ in range(rounds - 1):
        for name, run in (("simulate", simulated), ("sql", inserted)):
            scores.of[name].append(run())
    return [
        Row("simulate by COPY ÷ SQL insert of the same rows", scores.ratio("simulate", "sql"), "", 0.5, 0.8,
            detail=f"{scores.median('simulate'):,.0f} ÷ {scores.median('sql'):,.0f} rows/s; {cases:,} cases, {written[0]:,} rows")
    ]  # fmt: skip


def _insert_same(source: str, target: str) -> tuple[int, float]:
    """Stage the rows that `source` has beyond `target`, insert them; how many, in how many seconds."""
    with psycopg.connect(source) as one, psycopg.connect(target) as other:
        other.execute("create schema stage")
        staged = []
        for table, key in _tables(one):
            name, stage = sql.Identifier(table), sql.Identifier("stage", table)
            other.execute(sql.SQL("create unlogged table {} (like {})").format(stage, name))
            with (
                one.cursor().copy(sql.SQL("copy {} to stdout (format binary)").format(name)) as out,
                other.cursor().copy(sql.SQL("copy {} from stdin (format binary)").format(stage)) as into,
            ):
                for data in out:
                    into.write(data)
            known = sql.SQL("delete from {} s using {} t where s.{key} = t.{key}")
            other.execute(known.format(stage, name, key=sql.Identifier(key)))
            other.execute(sql.SQL("alter table {} add stage_number bigserial").format(stage))
            staged.append(table)
        other.commit()
        other.autocommit = True
        other.execute("vacuum (analyze)")
        other.execute("checkpoint")
        other.autocommit = False
        rows = 0
        began = time.perf_counter()
        for table in staged:
            rows += other.execute(_insert(other, table)).rowcount
        other.commit()
        return rows, time.perf_counter() - began


def _insert(connection: psycopg.Connection, table: str) -> sql.Composed:
    """The statement that writes a table's staged rows in the order of their numbers."""
    found = connection.execute(
        "select attname from pg_attribute where attrelid = %s::regclass and attnum > 0 and not attisdropped"
        " order by attnum",
        [table],
    )
    columns = [name for (name,) in found]
    values = [sql.SQL("s.{}").format(sql.Identifier(name)) for name in columns]
    if table == "matters_step":
        given = list(values)
        before = sql.SQL("coalesce(lag(s.link) over (partition by s.matter_id order by s.seq), ''::bytea)")
        values[columns.index("link")] = sql.SQL("matters_link({}, row({row})::matters_step)").format(
            before, row=sql.SQL(", ").join(given)
        )
    stage = sql.Identifier("stage", table)
    return sql.SQL(
        "insert into {table} overriding system value select {values}"
        " from generate_series(1, (select count(*) from {stage})) n join {stage} s on s.stage_number = n"
    ).format(table=sql.Identifier(table), stage=stage, values=sql.SQL(", ").join(values))


def _tables(connection: psycopg.Connection) -> list[tuple[str, str]]:
    """Every table of ours with its key, but for the counts: triggers write those beside what is inserted."""
    return connection.execute(
        "select c.relname, a.attname from pg_class c join pg_index i on i.indrelid = c.oid and i.indisprimary"
        " join pg_attribute a on a.attrelid = c.oid and a.attnum = i.indkey[0]"
        " where c.relkind = 'r' and c.relnamespace = 'public'::regnamespace and c.relname <> 'matters_tally' order by c.oid"
    ).fetchall()


# Inside a worker


def county() -> None:
    """The demo county, without villages."""
    from yimen.ground.kit.moments import now
    from yimen.house.simulate.entrance import county_first

    county_first(now(), villages=False)


def simulate(cases: int) -> dict[str, float]:
    """Simulate, as `yimen simulate` does."""
    from yimen.house.simulate.entrance import simulate as run

    done = run(cases=cases, seed=1)
    return {"rows": done["rows"], "seconds": done["seconds"]}
