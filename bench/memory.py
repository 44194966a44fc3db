"""Memory of the whole of `make run`, idle: every process of it, shared pages divided among those who share them (PSS)."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.error import URLError
from urllib.request import urlopen

from bench.report import Row
from bench.server import Server

QUIET_SECONDS = 20


def measure(server: Server, *, full: bool) -> list[Row]:
    """The row of the table. Unless `full`, the bench's own server is used, so that only web and worker are weighed."""
    with TemporaryDirectory(prefix="yimen-idle-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        if full:
            environment = {k: v for k, v in os.environ.items() if not k.startswith(("DATABASE", "YIMEN_"))}
            environment["YIMEN_VAR"] = folder
        else:
            environment = server.environment("base")
        environment |= {"YIMEN_PORT": str(_free_port())}
        serving = subprocess.Popen(
            [sys.executable, "-W", "ignore", "-m", "yimen.house.cli", "serve", *([] if full else ["--no-demo"])],
            env=environment, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        try:
            _await_ready(serving)
            time.sleep(QUIET_SECONDS if full else 1)
            megabytes, processes = weigh(serving.pid, Path(folder))
        finally:
            serving.send_signal(signal.SIGINT)
            serving.wait(60)
    whole = "web, worker, PostgreSQL" if full else "web and worker only, since PostgreSQL was given"
    return [
        Row(
            "memory of the whole `make run`, idle with demo",
            megabytes,
            "MB",
            700,
            450,
            "less",
            f"{processes} processes: {whole}",
        )
    ]


def weigh(root: int, home: Path) -> tuple[float, int]:
    """Megabytes (PSS) and number of the processes below `root`, and of the server whose data lies in `home`."""
    parents: dict[int, int] = {}
    servers = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            parents[int(entry.name)] = int((entry / "stat").read_text().rsplit(")", 1)[1].split()[1])
            if (entry / "cwd").resolve().is_relative_to(home):
                servers.append(int(entry.name))
        except OSError:
            continue
    family = {pid for pid in parents if _descends(pid, {root, *servers}, parents)}
    return sum(_pss(pid) for pid in family) / 1024, len(family)


def _descends(pid: int, roots: set[int], parents: dict[int, int]) -> bool:
    while pid > 1:
        if pid in roots:
            return True
        pid = parents.get(pid, 0)
    return False


def _pss(pid: int) -> int:
    """Kilobytes; none for a process that has just ended."""
    try:
        found = re.search(r"^Pss:\s+(\d+) kB", Path(f"/proc/{pid}/smaps_rollup").read_text(), re.MULTILINE)
    except OSError:
        return 0
    return int(found[1]) if found else 0


def _free_port() -> int:
    import socket

    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        return int(trial.getsockname()[1])


def _await_ready(serving: subprocess.Popen[str]) -> None:
    """Wait for the line that names the address, then for its answer."""
    assert serving.stdout is not None
    for line in serving.stdout:
        if found := re.search(r"已就绪：(\S+)", line):
            try:
                with urlopen(f"{found[1]}readyz", timeout=20):  # noqa: S310 (our own address)
                    return
            except URLError as failure:
                raise RuntimeError("not ready") from failure
    raise RuntimeError(f"yimen serve ended with {serving.wait()}")
