"""The disk under the embedded database is full: said plainly, nothing half-made is left, and with room it goes on."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from yimen.house.launcher import LauncherRefusal, serve_embedded

pytestmark = pytest.mark.skipif(
    os.geteuid() != 0 or not shutil.which("mount"), reason="only root mounts a disk of its own"
)


def mounted(place: Path, *options: str) -> bool:
    """Whether a small disk could be mounted there; a container may forbid it even to root."""
    return not subprocess.run(
        ["mount", "-t", "tmpfs", "-o", ",".join(("mode=0755", *options)), "tmpfs", str(place)],
        check=False,
        capture_output=True,
    ).returncode


@pytest.fixture
def disk(short_folder: Path) -> Iterator[Path]:
    """A disk of 200 MB."""
    place = short_folder / "disk"
    place.mkdir()
    if not mounted(place, "size=200m"):
        pytest.skip("this machine lets nobody mount a disk")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


@contextmanager
def filled(disk: Path, *, leave: int) -> Iterator[None]:
    """All but so many bytes are taken."""
    filler = disk / "filler"
    with filler.open("wb") as out:
        os.posix_fallocate(out.fileno(), 0, shutil.disk_usage(disk).free - leave)
    try:
        yield
    finally:
        filler.unlink()


def test_no_room_for_a_new_cluster(disk: Path) -> None:
    home = disk / "var" / "postgres"
    with filled(disk, leave=5_000_000), pytest.raises(LauncherRefusal) as refused, serve_embedded(home):
        pass
    assert "磁盘空间" in refused.value.next_step
    assert not (home / "data").exists()
    assert not (home / "data.new").exists()
    with serve_embedded(home) as database, psycopg.connect(database.url) as connection:
        assert connection.execute("select 1").fetchone() == (1,)


def test_a_disk_that_fills_up_loses_nothing_that_was_committed(disk: Path) -> None:
    home = disk / "var" / "postgres"
    with serve_embedded(home) as database:
        with psycopg.connect(database.owner_url) as connection:
            connection.execute("create table kept as select generate_series(1, 1000) as number")
        with filled(disk, leave=1_000_000), pytest.raises(psycopg.Error), psycopg.connect(database.owner_url) as full:
            full.execute("create table big as select repeat('x', 1000) from generate_series(1, 300000)")
    with serve_embedded(home) as database, psycopg.connect(database.owner_url) as connection:
        assert connection.execute("select count(*) from kept").fetchone() == (1000,)
        assert connection.execute("select to_regclass('big')").fetchone() == (None,)
        connection.execute("create table again as select 1")
