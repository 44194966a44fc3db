"""`yimen serve` keeps all parts running, whichever is killed, and ends them together."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest

from tests.installations import ROOT, Installation, wait_until
from tests.launcher.test_start_and_stop import runs


class Serving:
    """A running `yimen serve`, its address, and what it said."""

    def __init__(
        self, installation: Installation, wanted: int = 0, *, hangup: signal.Handlers = signal.SIG_DFL
    ) -> None:
        self.installation = installation
        self.lines: list[str] = []
        self.process = subprocess.Popen(
            [sys.executable, "-m", "yimen.house.cli", "serve", "--no-demo", "--port", str(wanted or free_port())],
            env=installation.environment(),
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            # Said, not inherited: whoever started these tests may stand under nohup.
            preexec_fn=partial(signal.signal, signal.SIGHUP, hangup),
        )
        threading.Thread(target=self._listen, daemon=True).start()
        wait_until(lambda: "按 Ctrl-C 停止" in self.said, seconds=120, what="the address")
        found = re.search(r"http://localhost:(\d+)/", self.said)
        assert found, self.said
        self.port = int(found[1])

    def _listen(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.append(line)

    @property
    def said(self) -> str:
        return "".join(self.lines)

    def answers(self, path: str = "readyz") -> bool:
        try:
            with urlopen(f"http://127.0.0.1:{self.port}/{path}", timeout=2) as answer:
                return bool(answer.status == 200)
        except (URLError, OSError):
            return False

    def part(self, module: str) -> int | None:
        """The pid of the part's process: the direct child that runs this module."""
        return next((pid for pid in children(self.process.pid) if module in command_of(pid)), None)


def free_port() -> int:
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        return int(trial.getsockname()[1])


def children(pid: int) -> list[int]:
    try:
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


def workers_of(web: int) -> list[int]:
    """The processes that answer; a process that only watches over shared memory is none of them."""
    return [pid for pid in children(web) if "tracker" not in command_of(pid)]


def command_of(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    except OSError:
        return ""


def alive(pid: int) -> bool:
    return bool(command_of(pid))


@pytest.fixture
def serving(prepared: Installation) -> Iterator[Serving]:
    here = Serving(prepared)
    yield here
    if here.process.poll() is None:
        here.process.terminate()
        here.process.wait(120)


@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGHUP], ids=["ctrl-c", "terminal closed"])
def test_ctrl_c_and_a_closed_terminal_stop_every_part_cleanly(serving: Serving, sign: signal.Signals) -> None:
    wait_until(serving.answers, what="an answer")
    parts = [serving.part("yimen.house.web"), serving.part("yimen.house.worker"), serving.part("yimen.house.live")]
    parts += [*children(parts[0] or 0), *children(parts[2] or 0)]
    assert all(parts)
    serving.process.send_signal(sign)
    assert serving.process.wait(120) == 0
    assert not any(alive(pid) for pid in parts if pid)
    assert not runs(serving.installation.home)
    assert "一门已停止" in serving.said
    assert "Traceback" not in serving.said


def test_under_nohup_a_closed_terminal_stops_nothing(prepared: Installation) -> None:
    here = Serving(prepared, hangup=signal.SIG_IGN)
    try:
        wait_until(here.answers, what="an answer")
        here.process.send_signal(signal.SIGHUP)
        time.sleep(2)
        assert here.process.poll() is None
        assert here.answers()
    finally:
        here.process.terminate()
        here.process.wait(120)


def test_a_killed_part_comes_back(serving: Serving) -> None:
    wait_until(serving.answers, what="an answer")
    for module in ("yimen.house.web", "yimen.house.worker", "yimen.house.live"):
        first = serving.part(module)
        assert first
        below = children(first)
        os.kill(first, signal.SIGKILL)
        wait_until(lambda: serving.part(module) not in (None, first), what="a new process")  # noqa: B023 - waited for here
        wait_until(serving.answers, what="an answer after the kill")
        wait_until(lambda: not any(alive(pid) for pid in below), what="the end of its own children")  # noqa: B023


def test_a_killed_web_worker_comes_back(serving: Serving) -> None:
    wait_until(serving.answers, what="an answer")
    worker, *_ = workers_of(serving.part("yimen.house.web") or 0)
    os.kill(worker, signal.SIGKILL)
    wait_until(lambda: not alive(worker), what="its end")
    wait_until(serving.answers, what="an answer after the kill")


def test_a_killed_postgresql_comes_back(serving: Serving) -> None:
    wait_until(serving.answers, what="an answer")
    pid_file = serving.installation.home / "data" / "postmaster.pid"
    pid = int(pid_file.read_text().split()[0])
    os.kill(pid, signal.SIGKILL)
    wait_until(lambda: "数据库意外结束，已重新启动" in serving.said, what="the new server")
    wait_until(serving.answers, what="an answer after the kill")
    assert int(pid_file.read_text().split()[0]) != pid


def test_kill_9_of_the_supervisor_ends_the_parts(serving: Serving) -> None:
    wait_until(serving.answers, what="an answer")
    parts = [serving.part("yimen.house.web") or 0, serving.part("yimen.house.worker") or 0]
    parts += children(parts[0])
    serving.process.kill()
    serving.process.wait()
    wait_until(lambda: not any(alive(pid) for pid in parts), what="the end of the parts")
    again = Serving(serving.installation)
    wait_until(again.answers, what="an answer of the second start")
    again.process.send_signal(signal.SIGTERM)
    assert again.process.wait(120) == 0
    assert not runs(serving.installation.home)


def test_a_taken_port_is_passed_over(prepared: Installation) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        here = Serving(prepared, wanted=port)
        assert here.port > port
        assert "已被占用" in here.said
        wait_until(here.answers, what="an answer")
    here.process.send_signal(signal.SIGINT)
    assert here.process.wait(120) == 0
