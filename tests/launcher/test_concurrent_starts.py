"""Many processes start at the same moment: one cluster is made, one server runs, all of them work."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.installations import ROOT, clean_environment
from tests.launcher.test_start_and_stop import runs

START = """
import sys, time
from pathlib import Path
import psycopg
from yimen.house.launcher import serve_embedded
for turn in range(int(sys.argv[2])):
    with serve_embedded(Path(sys.argv[1])) as database, psycopg.connect(database.url) as connection:
        print(connection.execute("select pg_postmaster_start_time()").fetchone()[0].isoformat())
        sys.stdout.flush()
        sys.stdin.readline() if sys.argv[2] == "1" else None
"""


def begin(home: Path, turns: int) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", START, str(home), str(turns)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env=clean_environment(),
    )


def test_six_cold_starts_at_once_share_one_server(home: Path) -> None:
    processes = [begin(home, 1) for _ in range(6)]
    started = []
    for process in processes:
        assert process.stdout is not None
        started.append(process.stdout.readline().strip())
    errors = [process.communicate("\n", timeout=60)[1] for process in processes]
    assert errors == [""] * 6
    assert len(set(started)) == 1
    assert not runs(home)


def test_starting_and_stopping_in_turn_never_fails(home: Path) -> None:
    processes = [begin(home, 6) for _ in range(3)]
    for process in processes:
        _, errors = process.communicate(timeout=120)
        assert process.returncode == 0, errors
    assert not runs(home)
