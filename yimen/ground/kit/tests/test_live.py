"""Signals go out with the commit or not at all; a ticket is for what its bearer may hear, for a minute, unchanged."""

from __future__ import annotations

import json
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import psycopg
import pytest
from django.core import signing
from django.db import connection, transaction
from django.test import RequestFactory

from yimen.ground.kit import live
from yimen.ground.kit.outbox import OutsideTransactionError

SUN = SimpleNamespace(uid="6d0e", hears=True)
QIAN = SimpleNamespace(uid="9a11", hears=False)


@pytest.fixture(autouse=True)
def topic(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "_topics", {})
    live.register_topic("test.lights", lambda actor: actor.hears)


@pytest.fixture
def listener(committed_db: Any) -> Iterator[psycopg.Connection[Any]]:
    connection.ensure_connection()
    with psycopg.connect(connection.connection.info.dsn, autocommit=True) as held:
        held.execute(f"listen {live.CHANNEL}")
        yield held


def heard(listener: psycopg.Connection[Any]) -> list[dict[str, Any]]:
    return [json.loads(each.payload) for each in listener.notifies(timeout=0.2)]


def test_heard_after_the_commit_and_each_signal_once(listener: psycopg.Connection[Any]) -> None:
    with transaction.atomic():
        live.announce("test.lights", 7, 8)
        live.announce("test.lights", 7, 8)
        assert heard(listener) == []
    assert heard(listener) == [{"t": "test.lights", "i": [7, 8]}]


def test_many_are_said_as_many_and_a_rollback_says_nothing(listener: psycopg.Connection[Any]) -> None:
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        live.announce("test.lights", 1)
        raise ZeroDivisionError
    with transaction.atomic():
        live.announce("test.lights", *range(live.MOST_IDS + 1))
    assert heard(listener) == [{"t": "test.lights", "i": []}]


def test_no_signal_without_a_transaction_or_a_topic(committed_db: Any) -> None:
    with pytest.raises(OutsideTransactionError):
        live.announce("test.lights", 1)
    with pytest.raises(KeyError), transaction.atomic():
        live.announce("test.nothing", 1)


def test_a_ticket_says_what_may_be_heard() -> None:
    ticket = live.read_ticket(live.issue_ticket(["test.lights", "test.lights"], SUN))
    assert ticket.topics == ("test.lights",)
    assert ticket.who == "6d0e"


def test_who_may_not_hear_gets_none() -> None:
    with pytest.raises(live.NotYours):
        live.issue_ticket(["test.lights"], QIAN)
    for names in ([], ["test.other"], ["test.lights"] + [f"test.t{each}" for each in range(9)]):
        with pytest.raises(live.UnknownTopic):
            live.issue_ticket(names, SUN)


def test_changed_old_and_foreign_tickets_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    good = live.issue_ticket(["test.lights"], SUN)
    foreign = signing.dumps({"t": ["test.lights"], "w": "x", "n": "1"}, salt="something.else")
    odd = signing.dumps(["test.lights"], salt=live._SALT)
    for text in ("", "a:b:c", good[:-1], "x" + good, foreign, odd, "\x00" * 9, "一"):
        with pytest.raises(live.TicketRefused):
            live.read_ticket(text)
    monkeypatch.setattr(live, "TICKET_SECONDS", -1)
    with pytest.raises(live.TicketRefused):
        live.read_ticket(good)


@pytest.mark.parametrize(
    ("way", "host", "address"),
    [
        ("proxy", "testserver", "/live/"),
        ("direct", "localhost:8000", "http://localhost:8001/live/"),
        ("direct", "testserver", ""),
        ("off", "localhost", ""),
    ],
)
def test_where_the_browser_listens(settings: Any, way: str, host: str, address: str) -> None:
    settings.LIVE, settings.LIVE_HOSTS, settings.LIVE_PORT = way, ("localhost",), 8001
    settings.ALLOWED_HOSTS = ["*"]
    assert live.stream_address(RequestFactory().get("/", headers={"Host": host})) == address
