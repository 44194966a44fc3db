"""A statement that is asked at every click: prepared once a connection, sent and answered in one call of libpq.

psycopg waits for its socket in Python, which with Django's cursor around it costs as much as the server needs for a short
answer (docs/benchmarks.md, in-process accept). Only in autocommit, where a statement stands for itself; in a transaction,
and where somebody counts or watches the queries, it goes by the cursor like any other.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime
from itertools import count
from typing import Any
from uuid import UUID

import psycopg
from django.db import DEFAULT_DB_ALIAS, connections
from psycopg.errors import InvalidSqlStatementName, error_from_result
from psycopg.pq import DiagnosticField, ExecStatus
from psycopg.pq.abc import PGconn, PGresult

Value = str | int | date | datetime | UUID | None

_names = count(1)
_READ: dict[int, Callable[[bytes], Any]] = {
    16: b"t".__eq__,
    20: int,
    21: int,
    23: int,
    25: bytes.decode,
    1043: bytes.decode,
    1082: lambda text: date.fromisoformat(text.decode()),
    1184: lambda text: datetime.fromisoformat(text.decode()),
    2950: lambda text: UUID(text.decode()),
}
"""How a value is read, by the number of its type: truth, whole numbers, text, day, moment, uuid."""


class Statement:
    """A row for some values; `%s` stands for each in turn, with a cast where its type is not plain from its place.

    Columns are of the types above; JSON is asked for as text.
    """

    def __init__(self, sql: str) -> None:
        first, *others = sql.split("%s")
        self._sql = sql
        self._numbered = "".join([first, *(f"${place}{part}" for place, part in enumerate(others, 1))]).encode()
        self._name = b"yimen_%d" % next(_names)

    def first(self, values: Sequence[Value]) -> tuple[Any, ...] | None:
        """The first row, or None without one; raises what a cursor raises (`django.db.Error`)."""
        database = connections[DEFAULT_DB_ALIAS]
        if database.in_atomic_block or database.execute_wrappers or database.queries_logged:
            with database.cursor() as cursor:
                cursor.execute(self._sql, values)
                found: tuple[Any, ...] | None = cursor.fetchone()
                return found
        database.close_if_health_check_failed()
        database.ensure_connection()
        with database.wrap_database_errors:
            result = self._result(database.connection.pgconn, [_sent(value) for value in values])
        if not result.ntuples:
            return None
        return tuple(_received(result, place) for place in range(result.nfields))

    def one(self, values: Sequence[Value]) -> tuple[Any, ...]:
        """The row of a statement that always has one."""
        row = self.first(values)
        if row is None:
            raise RuntimeError(f"no row came of: {self._sql}")
        return row

    def value(self, values: Sequence[Value]) -> Any:
        """The first column of the first row; None without one."""
        row = self.first(values)
        return row[0] if row else None

    def _result(self, line: PGconn, values: list[Any]) -> PGresult:
        try:
            return _good(line.exec_prepared(self._name, values))
        except InvalidSqlStatementName:
            # New to this connection, or swept away: psycopg deallocates everything at a rollback. Nothing has been done yet.
            _good(line.prepare(self._name, self._numbered))
            return _good(line.exec_prepared(self._name, values))


def _good(result: PGresult) -> PGresult:
    if result.status in (ExecStatus.TUPLES_OK, ExecStatus.COMMAND_OK):
        return result
    if result.error_field(DiagnosticField.SQLSTATE) is None:
        raise psycopg.OperationalError(result.get_error_message())  # nobody answered
    raise error_from_result(result, encoding="utf-8")


def _sent(value: Value) -> bytes | None:
    if value is None:
        return None
    if isinstance(value, str):
        if "\0" in value:
            raise psycopg.DataError("PostgreSQL text fields cannot contain NUL (0x00) bytes")
        return value.encode()
    if isinstance(value, int | date | UUID):
        return str(value).encode()
    raise TypeError(f"a statement takes text, numbers, days, moments and uuids, not {type(value).__name__}")


def _received(result: PGresult, place: int) -> Any:
    value = result.get_value(0, place)
    return None if value is None else _READ[result.ftype(place)](value)
