"""The live part as browsers meet it: a real process, some hundreds of open streams, and what becomes of them."""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import sys
import time
from collections.abc import Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.db import connection

from tests.installations import ROOT, clean_environment, wait_until
from tests.launcher.test_serve import free_port
from yimen.ground.kit import live
from yimen.house import streams
from yimen.house.config import Config
from yimen.house.hub import Hub

MANY = 300
SLOWEST = 2.0
"""p99 of the way from the commit to the last of many readers; alone on a machine it is about a tenth."""


@dataclass
class Running:
    """The process, its port, and the database it listens to."""

    process: subprocess.Popen[bytes]
    port: int
    database: psycopg.Connection[Any]

    def notify(self, *ids: int) -> None:
        said = f'{{"t":"test.lights","i":[{",".join(map(str, ids))}]}}'
        self.database.execute("select pg_notify(%s, %s)", [live.CHANNEL, said])

    def get(self, path: str, *headers: str) -> socket.socket:
        opened = socket.create_connection(("127.0.0.1", self.port), timeout=15)
        lines = [f"GET {path} HTTP/1.1", "Host: localhost", *headers]
        opened.sendall("\r\n".join([*lines, "", ""]).encode())
        return opened

    def status(self, path: str, *headers: str) -> int:
        with self.get(path, *headers) as opened:
            return int(opened.recv(4000).split()[1])

    def stream(self, reader: str = "sun", last: str = "") -> socket.socket:
        return self.get(f"/live/?ticket={ticket(reader)}&last={last}", f"Origin: {settings.ORIGIN}")


def alone(course: Coroutine[Any, Any, None]) -> None:
    """Run it to its end in a thread of its own: a browser of another test may hold a loop in this one."""
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, course).result(30)


def ticket(reader: str = "sun") -> str:
    return live.issue_ticket(["test.lights"], SimpleNamespace(uid=reader))


def read(stream: socket.socket, *until: str, seconds: float = 15) -> str:
    """What the stream says until all of these were said."""
    said, deadline = "", time.monotonic() + seconds
    while not all(each in said for each in until):
        assert time.monotonic() < deadline, f"{until} not in {said!r}"
        piece = stream.recv(8000)
        assert piece, f"ended: {said!r}"
        said += piece.decode()
    return said


@pytest.fixture(autouse=True)
def topic(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "_topics", {"test.lights": lambda actor: True})


@pytest.fixture
def running(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Running]:
    with django_db_blocker.unblock():
        connection.ensure_connection()
        info = connection.connection.info
        url = f"postgresql://{info.user}:{info.password or ''}@/{info.dbname}?host={info.host}&port={info.port}"
        connection.close()
    port, folder = free_port(), tmp_path_factory.mktemp("live")
    environment = clean_environment(
        DATABASE_URL=url, YIMEN_VAR=str(folder), YIMEN_LIVE_PORT=str(port), YIMEN_LIVE="direct",
        YIMEN_SECRET_KEY=settings.SECRET_KEY, YIMEN_ORIGIN=settings.ORIGIN, YIMEN_METRICS_TOKEN="measure",
    )  # fmt: skip
    process = subprocess.Popen([sys.executable, "-m", "yimen.house.live"], env=environment, cwd=ROOT)
    with psycopg.connect(url, autocommit=True) as database:
        here = Running(process, port, database)
        wait_until(lambda: answers(here), what="the live process")
        yield here
    if process.poll() is None:
        process.terminate()
        process.wait(20)


def answers(running: Running) -> bool:
    try:
        return running.status("/readyz") == 200
    except OSError:
        return False


def test_only_a_fresh_ticket_of_our_own_page_opens_a_stream(running: Running) -> None:
    assert running.status("/live/healthz") == 200
    assert running.status("/live/") == 401
    assert running.status(f"/live/?ticket={ticket()[:-2]}xx") == 401
    assert running.status("/live/?ticket=%00%ff&last=" + "9" * 5000) == 401
    assert running.status(f"/live/?ticket={ticket()}", "Origin: http://elsewhere.example") == 403
    assert running.status(f"/live/?ticket={ticket()}", "Origin: http://[") == 403
    assert running.status("/desk/") == 404
    once = ticket()
    with running.get(f"/live/?ticket={once}") as opened:
        assert "event: hello" in read(opened, "hello")
        assert running.status(f"/live/?ticket={once}") == 401, "a ticket opens one stream"


def test_numbers_only_for_who_knows_the_token(running: Running) -> None:
    assert running.status("/metrics") == 404
    with running.get("/metrics", "Authorization: Bearer measure") as opened:
        assert "yimen_live_database_up 1" in read(opened, "database_up")


def test_some_hundreds_hear_within_the_same_second(running: Running) -> None:
    opened = [running.stream(f"reader {each // 20}") for each in range(MANY)]
    for each in opened:
        read(each, "hello")
    times = []
    for number in range(3):
        time.sleep(streams.REST_SECONDS)
        began = time.perf_counter()
        running.notify(number)
        for each in opened:
            assert f'"i":[{number}]' in read(each, "\n\n")
            times.append(time.perf_counter() - began)
    for each in opened:
        each.close()
    times.sort()
    p99 = times[int(len(times) * 0.99)]
    print(f"{MANY} streams: p50 {times[len(times) // 2] * 1000:.0f} ms, p99 {p99 * 1000:.0f} ms")
    assert p99 < SLOWEST


def test_who_comes_back_gets_what_was_missed(running: Running) -> None:
    with running.stream() as opened:
        place = read(opened, "hello").partition("id: ")[2].split("\n")[0].strip()
    running.notify(41)
    running.notify(42)
    with running.stream(last=place) as opened:
        assert '"i":[41,42]' in read(opened, "news")
    for stranger in ("0000-3", "nonsense", f"{place}99999", "一"):
        with running.stream(last=stranger.encode().hex() if stranger == "一" else stranger) as opened:
            read(opened, "event: reload")


def test_one_reader_does_not_take_every_place(running: Running) -> None:
    opened = [running.stream("greedy") for _ in range(streams.MOST_FOR_ONE)]
    for each in opened:
        read(each, "hello")
    assert running.status(f"/live/?ticket={ticket('greedy')}") == 429
    assert running.status("/live/healthz") == 200
    for each in opened:
        each.close()
    wait_until(lambda: running.status(f"/live/?ticket={ticket('greedy')}") == 200, what="room again")


def test_a_lost_database_is_told_and_found_again(running: Running) -> None:
    with running.stream() as opened:
        read(opened, "hello")
        running.database.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity"
            " where application_name = %s and datname = current_database()",
            [live.APPLICATION],
        )
        read(opened, "event: away", "event: back", "event: reload")
        running.notify(5)
        read(opened, '"i":[5]')


def test_told_to_stop_it_ends_its_streams_and_itself(running: Running) -> None:
    opened = running.stream()
    read(opened, "hello")
    running.process.terminate()
    assert running.process.wait(4) == 0
    assert opened.recv(100) in (b"0\r\n\r\n", b"")
    opened.close()


# --- Without a process


def test_memory_follows_the_ring_not_the_readers() -> None:
    async def lived() -> None:
        hub = Hub(size=10)
        hub.arrived()
        start = hub.place
        for number in range(25):
            hub.take(f'{{"t":"a.b","i":[{number}]}}')
        assert len(hub._ring) == 10
        assert hub.since(start, frozenset({"a.b"})).missed
        assert hub.since(f"{hub.epoch}-15", frozenset({"a.b"})).news == {"a.b": tuple(range(15, 25))}
        assert hub.since(f"{hub.epoch}-15", frozenset({"c.d"})).news == {}
        before = hub.place
        hub.take("not json")
        hub.take('{"t": 5, "i": []}')
        hub.take('{"t": "a.b", "i": [' + "1," * 2000 + "1]}")
        assert hub.place == before

    alone(lived())


def test_who_does_not_read_is_dropped(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(streams, "SEND_SECONDS", 0.05)
    for name in [name for name in os.environ if name.startswith("YIMEN_")]:
        monkeypatch.delenv(name)
    here = streams.Streams(Config.read(), "")

    async def blocked(message: dict[str, Any]) -> None:
        if message["type"] == "http.response.body":
            await asyncio.sleep(60)

    async def never() -> dict[str, Any]:
        await asyncio.sleep(60)
        return {}

    async def lived() -> None:
        scope = {"type": "http", "method": "GET", "path": "/live/", "headers": [], "client": ("192.0.2.7", 1)}
        scope["query_string"] = f"ticket={ticket()}".encode()
        await asyncio.wait_for(here(scope, never, blocked), 3)

    alone(lived())
    assert (here.dropped, here.open) == (1, 0)


def test_a_stream_ends_within_minutes_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "STREAM_SECONDS", (0.1, 0.1))
    for name in [name for name in os.environ if name.startswith("YIMEN_")]:
        monkeypatch.delenv(name)
    here, said = streams.Streams(Config.read(), ""), []
    here.hub.arrived()

    async def keep(message: dict[str, Any]) -> None:
        said.append(message)

    async def never() -> dict[str, Any]:
        await asyncio.sleep(60)
        return {}

    async def lived() -> None:
        scope = {"type": "http", "method": "GET", "path": "/live/", "headers": [], "client": ("192.0.2.7", 1)}
        scope["query_string"] = f"ticket={ticket()}".encode()
        await asyncio.wait_for(here(scope, never, keep), 3)

    alone(lived())
    assert b"event: renew" in said[-1]["body"]
    assert not said[-1]["more_body"]
