"""Several workers, real commits: each delivery once, nobody sleeps through a publication."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import psycopg
import pytest
from django.db import connection, connections, transaction

from yimen.ground.kit import outbox
from yimen.ground.kit.models import Delivery
from yimen.ground.kit.outbox import Event, deliver_once, handles, publish, work


@dataclass(frozen=True)
class TicketCalled(Event):
    number: int


@pytest.fixture(autouse=True)
def own_handlers(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(outbox, "_subscriptions", {})
    yield


def run_in_threads(count: int, job: object) -> None:
    def run() -> None:
        try:
            job()  # type: ignore[operator]
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)


def wait_until(condition: object, seconds: float = 10) -> None:
    end = time.monotonic() + seconds
    while not condition():  # type: ignore[operator]
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.01)


def test_four_workers_deliver_each_event_once(committed_db: Any) -> None:
    heard: Counter[int] = Counter()

    @handles(TicketCalled)
    def hears(event: TicketCalled) -> None:
        heard[event.number] += 1

    with transaction.atomic():
        for number in range(60):
            publish(TicketCalled(number))

    def drain() -> None:
        for _ in range(20):
            deliver_once(30)

    run_in_threads(4, drain)
    assert heard == Counter(range(60))
    assert Delivery.objects.filter(state="done").count() == 60


def test_a_rollback_publishes_nothing(committed_db: Any) -> None:
    heard = []

    @handles(TicketCalled)
    def hears(event: TicketCalled) -> None:
        heard.append(event.number)

    with pytest.raises(RuntimeError), transaction.atomic():
        publish(TicketCalled(1))
        raise RuntimeError
    assert deliver_once() == 0
    assert heard == []


def test_an_outside_handler_runs_with_no_transaction_open(committed_db: Any) -> None:
    seen = []

    @handles(TicketCalled, outside=True)
    def sends(event: TicketCalled) -> None:
        seen.append(connection.in_atomic_block)
        if len(seen) == 1:
            raise OSError("no line")

    with transaction.atomic():
        publish(TicketCalled(1))
    deliver_once()
    row = Delivery.objects.get()
    assert (row.state, row.attempts, seen) == ("waiting", 1, [False])
    Delivery.objects.update(next_at="2020-01-01T00:00:00Z")
    deliver_once()
    assert Delivery.objects.get().state == "done"


def test_the_worker_wakes_at_once_survives_a_lost_connection_and_stops(committed_db: Any) -> None:
    heard = []

    @handles(TicketCalled)
    def hears(event: TicketCalled) -> None:
        heard.append(event.number)

    stop = threading.Event()
    worker = threading.Thread(target=work, args=(stop,), kwargs={"idle_seconds": 5})
    worker.start()
    try:
        time.sleep(0.5)
        began = time.monotonic()
        with transaction.atomic():
            publish(TicketCalled(1))
        wait_until(lambda: heard == [1])
        assert time.monotonic() - began < 3, "woken, not found by the next poll"
        settings = connection.settings_dict
        with psycopg.connect(
            host=settings["HOST"], port=settings["PORT"], user=settings["USER"], dbname="postgres", autocommit=True
        ) as admin:
            admin.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity where datname = %s and pid <> %s",
                [committed_db.name, connection.connection.info.backend_pid],
            )
        with transaction.atomic():
            publish(TicketCalled(2))
        wait_until(lambda: heard == [1, 2])
    finally:
        stop.set()
        worker.join(20)
    assert not worker.is_alive()


def test_two_thousand_numbers_without_gap_from_eight_threads(committed_db: Any) -> None:
    from yimen.ground.kit.numbering import next_number

    given: list[int] = []

    def take() -> None:
        for turn in range(100):
            try:
                with transaction.atomic():
                    number = next_number("清卫受字2026")
                    if turn % 10 == 9:
                        raise LookupError
                    given.append(number)
            except LookupError:
                pass

    run_in_threads(8, take)
    assert sorted(given) == list(range(1, 721))
