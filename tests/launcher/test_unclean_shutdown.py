"""The server was killed, or the machine lost power: the next start recovers, whatever the pid file says."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from tests.installations import wait_until
from yimen.house.launcher import Database, serve_embedded


def postmaster(database: Database) -> int:
    assert database.server is not None
    return int((database.server.place.data / "postmaster.pid").read_text().split()[0])


def test_a_killed_server_is_started_again_with_what_was_committed(home: Path) -> None:
    with serve_embedded(home) as database:
        with psycopg.connect(database.owner_url) as connection:
            connection.execute("create table promised as select 7 as number")
        os.kill(postmaster(database), signal.SIGKILL)
        with serve_embedded(home) as again, psycopg.connect(again.owner_url) as connection:
            assert connection.execute("select number from promised").fetchone() == (7,)


def test_revive_brings_it_back_at_the_same_address(home: Path) -> None:
    with serve_embedded(home) as database:
        assert not database.revive(home)
        os.kill(postmaster(database), signal.SIGKILL)
        wait_until(lambda: database.revive(home), what="the death of the server")
        with psycopg.connect(database.url) as connection:
            assert connection.execute("select 1").fetchone() == (1,)


@pytest.mark.parametrize("whose", ["a stranger's", "a zombie's", "nobody's"])
def test_a_pid_file_with_a_pid_that_is_not_ours_does_not_stop_a_start(home: Path, whose: str) -> None:
    with serve_embedded(home) as database:
        assert database.server is not None
        pid_file = database.server.place.data / "postmaster.pid"
        lines = pid_file.read_text().splitlines()
        os.kill(postmaster(database), signal.SIGKILL)
    stranger = subprocess.Popen(
        [sys.executable, "-c", "input()" if whose != "a zombie's" else ""], stdin=subprocess.PIPE
    )
    if whose == "a zombie's":
        os.waitid(os.P_PID, stranger.pid, os.WEXITED | os.WNOWAIT)
    number = 4_000_000 if whose == "nobody's" else stranger.pid
    pid_file.write_text("\n".join([str(number), *lines[1:]]) + "\n")
    try:
        with serve_embedded(home) as database, psycopg.connect(database.url) as connection:
            assert connection.execute("select 1").fetchone() == (1,)
    finally:
        stranger.communicate(b"\n")
