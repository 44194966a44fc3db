"""A prepared statement gives what a cursor gives, and raises what a cursor raises, in a transaction and outside."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import psycopg
import pytest
from django.db import DataError, OperationalError, ProgrammingError, connection, transaction
from django.test.utils import CaptureQueriesContext

from yimen.ground.kit.postgresql.statements import Statement

MOMENT = datetime(2026, 10, 1, 9, 30, 15, 123456, tzinfo=UTC)
EVERYTHING = Statement(
    "select %s::text, %s::int, %s::bigint, %s::bool, %s::date, %s::timestamptz, %s::uuid, %s::varchar, null::text"
)
VALUES: list[Any] = [
    "𠮷䶮 'quoted' \\ %", 7, 2**40, True, date(2026, 10, 1), MOMENT, UUID(int=5), None,
]  # fmt: skip
NOTHING = Statement("select 1 where %s::int > 5")


def test_every_type_outside_a_transaction(committed_db: Any) -> None:
    assert EVERYTHING.one(VALUES) == (*VALUES, None)


def test_every_type_inside_one(committed_db: Any) -> None:
    with transaction.atomic():
        assert EVERYTHING.one(VALUES) == (*VALUES, None)


def test_no_row(committed_db: Any) -> None:
    assert NOTHING.first([1]) is None
    assert NOTHING.value([1]) is None
    assert NOTHING.value([6]) == 1
    with pytest.raises(RuntimeError, match="no row"):
        NOTHING.one([1])


def test_it_is_prepared_anew_after_a_rollback(committed_db: Any) -> None:
    EVERYTHING.one(VALUES)
    with transaction.atomic():
        for _ in range(3):
            EVERYTHING.one(VALUES)
        transaction.set_rollback(True)
    assert EVERYTHING.one(VALUES) == (*VALUES, None)


def test_it_is_prepared_anew_on_a_new_connection(committed_db: Any) -> None:
    EVERYTHING.one(VALUES)
    connection.close()
    assert EVERYTHING.one(VALUES) == (*VALUES, None)


def test_refusals_are_django_s(committed_db: Any) -> None:
    with pytest.raises(DataError, match="division by zero") as refused:
        Statement("select 1 / %s::int").one([0])
    assert getattr(refused.value.__cause__, "sqlstate", "") == "22012"
    with pytest.raises(ProgrammingError, match="nowhere"):
        Statement("select %s::int from nowhere").one([0])
    with pytest.raises(DataError, match="NUL"):
        EVERYTHING.one(["one\0two", *VALUES[1:]])
    with pytest.raises(TypeError, match="list"):
        NOTHING.first([[1]])  # type: ignore[list-item]
    assert EVERYTHING.one(VALUES) == (*VALUES, None)


def test_a_code_of_our_own_is_told(committed_db: Any) -> None:
    """What said_in_chinese reads."""
    with connection.cursor() as cursor:
        cursor.execute("create function pg_temp.refuse(text) returns int language plpgsql as"
                       " $$ begin raise exception '不' using errcode = 'YM412'; end $$")  # fmt: skip
    with pytest.raises(Exception, match="不") as refused:
        Statement("select pg_temp.refuse(%s)").one(["x"])
    assert getattr(refused.value.__cause__, "sqlstate", "") == "YM412"


def test_a_connection_that_was_cut_is_noticed_and_replaced(committed_db: Any) -> None:
    NOTHING.first([1])
    with psycopg.connect(committed_db.owner_url, autocommit=True) as other:
        other.execute("select pg_terminate_backend(%s, 5000)", [connection.connection.info.backend_pid])
    with pytest.raises(OperationalError):
        NOTHING.first([1])
    connection.close_if_unusable_or_obsolete()
    assert NOTHING.value([6]) == 1


def test_who_counts_queries_sees_it(committed_db: Any) -> None:
    with CaptureQueriesContext(connection) as seen:
        NOTHING.first([1])
    assert len(seen) == 1
