"""kill -9 of a Yimen process leaves the server up; the next clean exit stops it. No pid is remembered for ever."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import psycopg

from tests.installations import ROOT, clean_environment, wait_until
from tests.launcher.test_start_and_stop import runs
from yimen.house.launcher import serve_embedded

HOLD = """
import sys, time
from pathlib import Path
from yimen.house.launcher import serve_embedded
with serve_embedded(Path(sys.argv[1])) as database:
    print("up", database.url, flush=True)
    sys.stdin.readline()
"""


def hold(home: Path) -> subprocess.Popen[str]:
    """Another process that uses the server until it reads a line."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(home)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env=clean_environment(),
    )
    assert process.stdout is not None
    assert process.stdout.readline().startswith("up ")
    return process


def test_the_server_outlives_a_killed_parent_and_stops_with_the_next(home: Path) -> None:
    process = hold(home)
    process.kill()
    process.communicate()
    assert runs(home)
    with serve_embedded(home) as database, psycopg.connect(database.url) as connection:
        assert connection.execute("select 1").fetchone() == (1,)
    assert not runs(home)


def test_a_killed_neighbour_does_not_keep_it_up_nor_take_it_down(home: Path) -> None:
    killed, steady = hold(home), hold(home)
    killed.kill()
    killed.communicate()
    with serve_embedded(home):
        pass
    assert runs(home), "the steady neighbour still uses it"
    steady.communicate("\n", timeout=30)
    assert not runs(home)


def test_sigterm_is_a_clean_exit_of_a_command(home: Path) -> None:
    script = HOLD.replace("import sys, time", "import sys, signal\nsignal.signal(15, lambda *_: sys.exit(143))")
    process = subprocess.Popen(
        [sys.executable, "-c", script, str(home)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env=clean_environment(),
    )
    assert process.stdout is not None
    process.stdout.readline()
    process.terminate()
    wait_until(lambda: process.poll() is not None, what="the end of the command")
    process.communicate()
    assert not runs(home)
