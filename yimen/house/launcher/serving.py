"""A database for as long as it is used: the given server, or the embedded one, shared by all that use it."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from yimen.house.launcher import cluster, locks, places
from yimen.house.launcher.refusals import LauncherRefusal

if TYPE_CHECKING:
    from yimen.house.config import Config


@dataclass(frozen=True, slots=True)
class Database:
    """Where to connect: `url` at run time, `owner_url` for structure, demo and bulk loading."""

    url: str
    owner_url: str
    server: cluster.Server | None = None

    @property
    def embedded(self) -> bool:
        """Whether Yimen itself runs this server."""
        return self.server is not None

    def revive(self, home: Path) -> bool:
        """Start the embedded server again, at the same address, if it has died; returns whether it had."""
        if self.server is None or cluster.alive(self.server):
            return False
        with locks.starting(home):
            if cluster.running(self.server.place) is None:
                cluster.start(self.server.place, wanted=self.server.socket_folder)
        return True

    def environment(self) -> dict[str, str]:
        """The variables by which a child process finds this database."""
        return {"DATABASE_URL": self.url, "DATABASE_OWNER_URL": self.owner_url}


@contextmanager
def serve_database(config: Config) -> Iterator[Database]:
    """The installation's database. With `DATABASE_URL` set that one; else the embedded server in `var/postgres`.

    The embedded server is started if nobody runs it, and stopped by the last process that leaves. Raises
    `LauncherRefusal` when it cannot be used, or in production without YIMEN_ALLOW_EMBEDDED=1.
    """
    if config.database_url:
        yield Database(config.database_url, config.owner_database_url or config.database_url)
        return
    if config.mode == "production" and not config.allow_embedded:
        raise LauncherRefusal(
            "正式运行（YIMEN_MODE=production）没有设置 DATABASE_URL，内置数据库只供试用、测试和小型中心。",
            next_step="请设置 DATABASE_URL 指向 PostgreSQL 15–18；确要使用内置数据库，设 YIMEN_ALLOW_EMBEDDED=1。",
        )
    with serve_embedded(config.var / "postgres") as database:
        yield database


@contextmanager
def serve_embedded(home: Path) -> Iterator[Database]:
    """The embedded cluster whose home is that folder. Safe to enter many times, in many processes, at once."""
    _make_home(home)
    with locks.starting(home):
        place = places.settle(home)
        using = locks.use(home)
        try:
            server = cluster.running(place) or _started(place)
            cluster.prepare_roles(server)
        except BaseException:
            locks.leave(using)
            raise
    try:
        yield Database(server.url(cluster.APP), server.url(cluster.OWNER), server)
    finally:
        locks.leave(using)
        with locks.starting(home):
            if locks.nobody_left(home):
                cluster.stop(place)


def embedded_state(home: Path) -> tuple[places.Place, cluster.Server | None] | None:
    """What stands there, without starting anything; None where no cluster was made yet. For `doctor`."""
    if not home.exists():
        return None
    with locks.starting(home):
        place = places.settle(home)
        return place, cluster.running(place)


def discard_embedded(home: Path) -> None:
    """Remove the cluster and its data for good. Raises `LauncherRefusal` while anybody uses it."""
    if not home.exists():
        return
    with locks.starting(home):
        if not locks.nobody_left(home):
            raise LauncherRefusal("数据库正在使用，不能清除。", next_step="请先停止正在运行的 yimen serve，然后重试。")
        place = places.settle(home)
        if cluster.running(place):
            cluster.stop(place)
        places.discard(home)


@contextmanager
def throw_away() -> Iterator[Database]:
    """A cluster for tests in a temporary folder, fast and not durable. It goes even if we are killed with kill -9."""
    folder = Path(tempfile.mkdtemp(prefix="yimen-test-"))
    folder.chmod(0o711)
    place = places.settle(folder)
    cluster.initialise(place)
    server = cluster.start(place, throw_away=True)
    undertaker = _undertaker(place, folder)
    try:
        cluster.prepare_roles(server)
        yield Database(server.url(cluster.APP), server.url(cluster.OWNER), server)
    finally:
        cluster.stop(place)
        places.discard(folder)
        undertaker.communicate()


def _started(place: places.Place) -> cluster.Server:
    cluster.initialise(place)
    return cluster.start(place)


def _make_home(home: Path) -> None:
    places.make_folder(home.parent, mode=0o755)
    places.make_folder(home, mode=0o711)


def _undertaker(place: places.Place, folder: Path) -> subprocess.Popen[bytes]:
    """A shell that waits for our end (its standard input closes) and then clears up what may still be there."""
    script = 'cat >/dev/null; [ -d "$3" ] && { kill -INT "$1"; sleep 3; rm -rf "$2" "$3"; } 2>/dev/null'
    pid = (place.data / "postmaster.pid").read_text().split()[0]
    return subprocess.Popen(
        ["/bin/sh", "-c", script, "sh", pid, str(folder), str(place.data.parent)],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd="/",
        start_new_session=True,
        env={"PATH": os.environ.get("PATH", "/usr/bin:/bin")},
    )
