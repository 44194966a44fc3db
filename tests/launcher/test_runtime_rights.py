"""At run time nobody rewrites the ledger, the audit or the seals: the role itself has no right to."""

from __future__ import annotations

import psycopg
import pytest

from conftest import CommittedDatabase
from yimen.house.launcher.grants import (
    append_only_tables,
    grant_runtime_role,
    owns_tables,
    tables_it_could_rewrite,
    tables_only_by_function,
)


@pytest.fixture
def app(committed_db: CommittedDatabase) -> str:
    if committed_db.app_url == committed_db.owner_url:
        pytest.skip("this server has no role yimen_app")
    return committed_db.app_url


def test_ledger_audit_and_seals_are_declared_append_only() -> None:
    assert {"kit_auditentry", "matters_step", "matters_seal", "matters_sealentry"} <= set(append_only_tables())


@pytest.mark.parametrize("verb", ["update {} set id = id", "delete from {}", "truncate {}"])
def test_the_runtime_role_cannot_rewrite_them(app: str, verb: str) -> None:
    with psycopg.connect(app, autocommit=True) as connection:
        for table in append_only_tables():
            column = connection.execute(
                "select attname from pg_attribute where attrelid = %s::regclass and attnum > 0 order by attnum limit 1",
                [table],
            ).fetchone()
            assert column is not None
            statement = verb.format(table).replace("id = id", f"{column[0]} = {column[0]}")
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(statement.encode())


def test_the_runtime_role_writes_no_step_but_through_the_function(app: str) -> None:
    assert {"matters_step", "matters_unsealed"} <= set(tables_only_by_function())
    with psycopg.connect(app, autocommit=True) as connection:
        for table in tables_only_by_function():
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(f"insert into {table} default values".encode())


@pytest.mark.parametrize(
    "statement",
    ["create table mine (a int)", "drop table kit_serial", "delete from django_migrations", "create role other"],
)
def test_the_runtime_role_changes_no_structure(app: str, statement: str) -> None:
    with psycopg.connect(app, autocommit=True) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute(statement.encode())


def test_the_runtime_role_works_with_the_rest(app: str) -> None:
    with psycopg.connect(app) as connection:
        connection.execute("insert into kit_serial (series, last) values ('probe', 1)")
        connection.execute("update kit_serial set last = 2 where series = 'probe'")
        connection.execute("delete from kit_serial where series = 'probe'")


@pytest.mark.commits
def test_a_right_given_by_mistake_is_seen_and_taken_back(app: str) -> None:
    from django.db import connection

    assert not owns_tables("yimen_app")
    with connection.cursor() as cursor:
        cursor.execute("grant update on matters_step to yimen_app")
    assert tables_it_could_rewrite("yimen_app") == ["matters_step"]
    assert grant_runtime_role()
    assert tables_it_could_rewrite("yimen_app") == []
