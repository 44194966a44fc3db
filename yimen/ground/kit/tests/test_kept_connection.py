"""A kept connection is looked at before each request, without a round trip while all is well."""

from __future__ import annotations

import time
from typing import Any

import psycopg
import pytest
from django.db import DataError, connection, transaction
from django.db.backends.postgresql import base


def asked(monkeypatch: Any) -> list[int]:
    """Counts the questions over the wire."""
    found: list[int] = []
    real = base.DatabaseWrapper.is_usable

    def counted(wrapper: base.DatabaseWrapper) -> bool:
        found.append(1)
        return real(wrapper)

    monkeypatch.setattr(base.DatabaseWrapper, "is_usable", counted)
    return found


def test_a_standing_connection_is_not_asked(committed_db: Any, monkeypatch: Any) -> None:
    connection.ensure_connection()
    questions = asked(monkeypatch)
    assert connection.is_usable()
    assert questions == []


def test_a_long_unused_one_is(committed_db: Any, monkeypatch: Any) -> None:
    connection.ensure_connection()
    questions = asked(monkeypatch)
    monkeypatch.setattr(connection, "_asked_at", time.monotonic() - 31)
    assert connection.is_usable()
    assert questions == [1]


def test_the_server_s_farewell_is_noticed(committed_db: Any) -> None:
    connection.ensure_connection()
    with psycopg.connect(committed_db.owner_url, autocommit=True) as other:
        other.execute("select pg_terminate_backend(%s, 5000)", [connection.connection.info.backend_pid])
    assert not connection.is_usable()


def test_a_failed_transaction_is_not_usable(committed_db: Any) -> None:
    with transaction.atomic():
        with connection.cursor() as cursor, pytest.raises(DataError):
            cursor.execute("select 1 / 0")
        assert not connection.is_usable()
        transaction.set_rollback(True)
