"""One PostgreSQL cluster: make it, join it, start it, stop it.

Whether a server runs is found out by connecting, never from a pid file: pids are left behind and used again.
"""

from __future__ import annotations

import os
import shutil
import time
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import psycopg

from yimen.house.launcher.places import (
    SOCKET_NAME,
    Place,
    discard_socket_folder,
    make_folder,
    socket_folder,
    trusted_socket_folder,
)
from yimen.house.launcher.refusals import LauncherRefusal

OWNER, APP, DATABASE = "yimen_owner", "yimen_app", "yimen"
PORT = 5432
PATIENCE_SECONDS = 120
LONGEST_LOG_BYTES = 10_000_000

SETTINGS = {
    "listen_addresses": "",
    "port": str(PORT),
    "unix_socket_permissions": "0700",
    "max_connections": "60",
    "max_locks_per_transaction": "256",  # a restore replaces every table and index in one transaction
    "shared_buffers": "48MB",
    "jit": "off",
    "max_wal_size": "512MB",
    "autovacuum_max_workers": "2",
    "max_parallel_workers": "2",
    "timezone": "Asia/Shanghai",
    "log_timezone": "Asia/Shanghai",
    "log_line_prefix": "%m [%p] ",
    "log_checkpoints": "off",
}
"""Small: the whole of Yimen, idle, should fit into 450 MB. A throw-away cluster adds `FAST_AND_LOOSE`."""

FAST_AND_LOOSE = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "shared_buffers": "128MB",
    "max_connections": "120",
}


@dataclass(frozen=True, slots=True)
class Server:
    """A server that answered, and the folder of its socket."""

    place: Place
    socket_folder: Path

    def url(self, user: str, database: str = DATABASE) -> str:
        """The libpq URL for that role and database."""
        return f"postgresql://{user}@/{database}?host={quote(str(self.socket_folder), safe='')}&port={PORT}"


def running(place: Place) -> Server | None:
    """The server of this data if one answers; waits for one that is starting, recovering or stopping.

    Raises `LauncherRefusal` when it does neither within two minutes. Call it under the start lock.
    """
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        left_behind = _pid_file(place)
        if left_behind is None:
            return None
        pid, folder = left_behind
        if trusted_socket_folder(folder, place) and _answers(folder):
            return Server(place, folder)
        if not _is_postmaster(pid, place):
            _remove_stale(place, folder)
            return None
        if time.monotonic() > deadline:
            raise LauncherRefusal(
                f"数据库进程 {pid} 在，但两分钟内没有应答（可能正在做故障恢复）。",
                next_step=f"请稍后重试；运行日志在 {place.data / 'server.log'}。",
            )
        time.sleep(0.1)


def initialise(place: Place) -> None:
    """Make a new cluster beside its final name, then rename: a start that was cut short leaves nothing half-made."""
    if (place.data / "PG_VERSION").exists():
        return
    making = place.data.with_name("data.new")
    shutil.rmtree(making, ignore_errors=True)
    make_folder(making, mode=0o700)
    place.account.give(making)
    command = [
        place.binaries.tool("initdb"),
        f"--pgdata={making}",
        f"--username={OWNER}",
        "--auth=trust",  # the socket's folder is closed to everyone but the server's account and root
        "--encoding=UTF8",
        "--locale=C.UTF-8",
        "--data-checksums",
        "--no-instructions",
    ]
    if place.binaries.major >= 17:
        command += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    done = place.account.run(command)
    if done.returncode != 0:
        shutil.rmtree(making, ignore_errors=True)
        raise LauncherRefusal(
            f"新建数据库目录失败：{_last_line(done.stderr or done.stdout)}",
            next_step="请检查磁盘空间与目录权限，然后重试。",
        )
    with (making / "postgresql.conf").open("a") as conf:
        conf.write("\ninclude = 'yimen.conf'\ninclude_if_exists = 'local.conf'\n")
    making.rename(place.data)


def start(place: Place, *, throw_away: bool = False, wanted: Path | None = None) -> Server:
    """Start the server and wait until it answers. Raises `LauncherRefusal` with the last line of its log.

    `wanted` is the socket folder that others already know.
    """
    folder = socket_folder(place, wanted)
    settings = SETTINGS | (FAST_AND_LOOSE if throw_away else {}) | {"unix_socket_directories": str(folder)}
    if place.binaries.major >= 18:
        settings |= {"io_method": "sync"}  # three processes less; this is a small cluster
    _write_settings(place, settings)
    log = _rotated_log(place)
    command = [place.binaries.tool("pg_ctl"), "start", "-w", "-s"]
    command += ["-t", str(PATIENCE_SECONDS), "-D", str(place.data), "-l", str(log)]
    for attempt in range(30):
        done = place.account.run(command)
        if done.returncode == 0 and _answers(folder):
            return Server(place, folder)
        tail = log.read_text(errors="replace")[-2000:] if log.exists() else done.stderr
        if "shared memory block" not in tail or attempt == 29:
            break
        time.sleep(1)  # children of a killed postmaster are still going home
    discard_socket_folder(folder, place)
    raise LauncherRefusal(
        f"数据库没有启动：{_last_line(tail)}",
        next_step=f"完整的日志在 {log}；可运行 yimen doctor 查看原因。",
    )


def stop(place: Place) -> None:
    """Stop the server of this data, if there is one, and wait until it has gone. Open connections are ended."""
    left_behind = _pid_file(place)
    if left_behind is None:
        return
    command = [place.binaries.tool("pg_ctl"), "stop", "-w", "-s", "-m", "fast"]
    done = place.account.run([*command, "-t", str(PATIENCE_SECONDS), "-D", str(place.data)])
    if done.returncode != 0 and _pid_file(place) is not None and _is_postmaster(left_behind[0], place):
        raise LauncherRefusal(
            f"数据库没有停下：{_last_line(done.stderr)}", next_step="请稍后再试，或查看是否有长时间的操作没有结束。"
        )
    discard_socket_folder(left_behind[1], place)


def alive(server: Server) -> bool:
    """Whether its process is there: cheap enough to be asked several times a second by who watches over it."""
    left_behind = _pid_file(server.place)
    return left_behind is not None and _is_postmaster(left_behind[0], server.place)


def prepare_roles(server: Server) -> None:
    """The two roles and the database, made once: `yimen_owner` changes structure, `yimen_app` works at run time."""
    with psycopg.connect(server.url(OWNER, "postgres"), autocommit=True) as connection:
        if not connection.execute("select 1 from pg_roles where rolname = %s", [APP]).fetchone():
            connection.execute(f"create role {APP} login")
        if not connection.execute("select 1 from pg_database where datname = %s", [DATABASE]).fetchone():
            connection.execute(f"create database {DATABASE}")


def _answers(folder: Path) -> bool:
    try:
        psycopg.connect(host=str(folder), port=PORT, user=OWNER, dbname="postgres", connect_timeout=5).close()
    except psycopg.OperationalError:
        return False
    return True


def _pid_file(place: Place) -> tuple[int, Path] | None:
    """The postmaster's pid and socket folder as the file says, which may be long out of date."""
    try:
        lines = (place.data / "postmaster.pid").read_text().splitlines()
        return int(lines[0]), Path(lines[4] if len(lines) > 4 and lines[4] else place.data)
    except (FileNotFoundError, ValueError, IndexError):
        return None


def _is_postmaster(pid: int, place: Place) -> bool:
    """Whether that process is alive and works in our data folder; a pid used again by somebody else is not ours."""
    proc = Path("/proc") / str(pid)
    if Path("/proc/self").exists():
        try:
            return (proc / "cwd").resolve(strict=True) == place.data.resolve()
        except OSError:  # gone, a zombie, or another user's
            return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _remove_stale(place: Place, folder: Path) -> None:
    """PostgreSQL takes a living pid in its lock files for a rival even when it is a stranger's, and would not start.

    Against children of a killed server that still work, the shared memory guards it, which is found by the data folder.
    """
    (place.data / "postmaster.pid").unlink(missing_ok=True)
    if trusted_socket_folder(folder, place):
        (folder / f"{SOCKET_NAME}.lock").unlink(missing_ok=True)
        discard_socket_folder(folder, place)


def _write_settings(place: Place, settings: dict[str, str]) -> None:
    lines = ["# Written by Yimen at each start; put your own settings into local.conf beside this file."]
    lines += [f"{name} = '{value.replace(chr(39), chr(39) * 2)}'" for name, value in settings.items()]
    path = place.data / "yimen.conf"
    path.write_text("\n".join(lines) + "\n")
    path.chmod(0o600)
    place.account.give(path)


def _rotated_log(place: Place) -> Path:
    log = place.data / "server.log"
    if log.exists() and log.stat().st_size > LONGEST_LOG_BYTES:
        log.replace(log.with_name("server.log.1"))
    return log


def _last_line(text: str) -> str:
    lines = [line for line in text.strip().splitlines() if line.strip()]
    telling = [line for line in lines if "FATAL" in line or "error:" in line or "could not" in line]
    return (telling or lines or ["没有更多说明"])[-1].strip()
