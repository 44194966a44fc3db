"""The database goes away under a running site and comes back: people are told plainly, and nobody has to restart anything."""

from __future__ import annotations

import http.client
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from tests.faults.loader import Loader
from tests.faults.test_killed_under_load import ask
from tests.installations import Installation, set_up, wait_until
from tests.launcher.test_serve import Serving, children
from yimen.house.launcher import Database, cluster, serve_embedded

PLAIN = "系统暂时连不上数据库"


@dataclass(frozen=True)
class Elsewhere(Installation):
    """An installation whose database is somebody else's to start and stop."""

    database: Database

    def environment(self, **more: str) -> dict[str, str]:
        return super().environment(**self.database.environment(), **more)


@pytest.fixture(scope="module")
def site() -> Iterator[tuple[Serving, dict[str, Any]]]:
    """`yimen serve` with DATABASE_URL, and the cast with its tokens."""
    with set_up() as here, serve_embedded(here.home) as database:
        stage = ask(here, "build")
        serving = Serving(Elsewhere(here.var, database))
        wait_until(serving.answers, what="an answer")
        try:
            yield serving, stage
        finally:
            serving.process.terminate()
        assert serving.process.wait(60) == 0


def server_of(serving: Serving) -> cluster.Server:
    assert isinstance(serving.installation, Elsewhere)
    assert serving.installation.database.server is not None
    return serving.installation.database.server


def asked(serving: Serving, path: str, method: str = "GET", **headers: str) -> tuple[int, str, str]:
    """Status, media type, body."""
    connection = http.client.HTTPConnection("127.0.0.1", serving.port, timeout=20)
    try:
        connection.request(method, path, headers=headers)
        answer = connection.getresponse()
        return answer.status, answer.headers.get("Content-Type", ""), answer.read().decode("utf-8", "replace")
    finally:
        connection.close()


def test_away_and_back(site: tuple[Serving, dict[str, Any]]) -> None:
    serving, stage = site
    server = server_of(serving)
    parts = [serving.part("yimen.house.web") or 0, serving.part("yimen.house.worker") or 0]
    parts += children(parts[0])
    for path in ("/", "/items/", "/readyz"):
        assert asked(serving, path)[0] == 200

    cluster.stop(server.place)

    for cookie in ("", "session=" + "a" * 43):
        for path in ("/items/", "/sign-in/", "/desk/", "/my/"):
            began = time.monotonic()
            status, kind, said = asked(serving, path, Cookie=cookie)
            assert time.monotonic() - began < 10
            if "session" not in cookie and path not in ("/items/",):
                continue  # asks nothing of the database
            assert (status, PLAIN in said) == (503, True), (path, status, said[:500])
            assert kind.startswith("text/html")
            assert "一两分钟后再试" in said
    bearer = {"Authorization": f"Bearer {stage['tokens']['li']}"}
    status, kind, said = asked(serving, "/api/v1/items", **bearer)
    assert (status, kind.partition(";")[0], PLAIN in json.loads(said)["title"]) == (
        503,
        "application/problem+json",
        True,
    )
    assert asked(serving, "/healthz")[0] == 200
    status, _, said = asked(serving, "/readyz")
    assert (status, '"database": false' in said) == (503, True)
    status, _, said = asked(serving, "/metrics")
    assert (status, "yimen_database_up 0.0" in said) == (200, True)

    cluster.start(server.place, wanted=server.socket_folder)

    began = time.monotonic()
    wait_until(serving.answers, seconds=30, what="an answer after the return")
    assert time.monotonic() - began < 10
    loader = Loader(serving.port, stage["item"], tokens=stage["tokens"], most=10).start()
    loader.wait()
    assert (len(loader.submitted), loader.strange, loader.failures) == (10, [], 0), (
        "every thread has found its way back"
    )
    assert [pid for pid in parts if pid] == [
        serving.part("yimen.house.web"),
        serving.part("yimen.house.worker"),
        *children(parts[0]),
    ], "nothing had to be restarted"
    wait_until(lambda: waiting(serving) == (0, 0), seconds=60, what="the worker's return: news told, steps sealed")


def waiting(serving: Serving) -> tuple[int, int]:
    """Deliveries not made, steps not sealed."""
    _, _, said = asked(serving, "/metrics")
    numbers = dict(line.rsplit(" ", 1) for line in said.splitlines() if line and not line.startswith("#"))
    return int(float(numbers["yimen_outbox_waiting"])), int(float(numbers["yimen_steps_unsealed"]))


def test_the_sums_of_all_processes_are_one_number(site: tuple[Serving, dict[str, Any]]) -> None:
    serving, _ = site

    def counted() -> float:
        _, _, said = asked(serving, "/metrics")
        return sum(
            float(line.rsplit(" ", 1)[1])
            for line in said.splitlines()
            if line.startswith('yimen_requests_total{method="GET",status="404"')
        )

    before = counted()
    for _ in range(60):
        assert asked(serving, "/nowhere")[0] == 404
    assert [counted() for _ in range(6)] == [before + 60] * 6, "whichever process answers"
