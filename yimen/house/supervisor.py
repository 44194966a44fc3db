"""Keeps the parts of Yimen running under one command, and ends them together.

The supervisor itself loads neither Django nor the web server: it stays small, and nothing that a part does can take it
down. A part that dies comes back after a growing pause; so does the embedded PostgreSQL, at the same address.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import FrameType

LONGEST_PAUSE = 30.0
STABLE_SECONDS = 60.0
PATIENCE_SECONDS = 20.0
LOOK_SECONDS = 0.25


def ending_signals() -> list[signal.Signals]:
    """What ends us cleanly. A terminal that closes does too, unless we were started not to mind (`nohup`)."""
    usual = [signal.SIGINT, signal.SIGTERM]
    return usual if signal.getsignal(signal.SIGHUP) == signal.SIG_IGN else [*usual, signal.SIGHUP]


@dataclass
class Part:
    """One process to keep: its name, its Python module, and its state of health."""

    name: str
    module: str
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    pause: float = 1.0
    due_at: float = 0.0

    def start(self, environment: Mapping[str, str]) -> None:
        """Start it in a session of its own: Ctrl-C reaches the supervisor alone, which ends the parts in order."""
        self.started_at = time.monotonic()
        self.process = subprocess.Popen(
            [sys.executable, "-m", self.module],
            env={**environment, "YIMEN_PARENT": str(os.getpid()), "YIMEN_PART": self.module.rpartition(".")[2]},
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )

    def signal(self, number: signal.Signals) -> None:
        """Signal the part; its own children too when it is to be killed."""
        if self.process is None or self.process.poll() is not None:
            return
        if number == signal.SIGKILL:
            os.killpg(self.process.pid, number)
        else:
            self.process.send_signal(number)


@dataclass
class Supervisor:
    """Runs parts until SIGINT, SIGTERM or the end of its terminal. `watch` is called several times a second, for the database."""

    parts: list[Part]
    environment: Mapping[str, str]
    watch: Callable[[], None] = lambda: None
    say: Callable[[str], None] = print
    stopping: bool = field(default=False, init=False)

    def run(self, when_started: Callable[[], None] = lambda: None) -> None:
        """Start all, keep them, end them. Returns when all have ended."""
        handlers = {number: signal.signal(number, self._end) for number in ending_signals()}
        try:
            for part in self.parts:
                part.start(self.environment)
            when_started()
            while not self.stopping:
                self.watch()
                for part in self.parts:
                    self._look_after(part)
                time.sleep(LOOK_SECONDS)
        finally:
            self._end_all()
            for number, handler in handlers.items():
                signal.signal(number, handler)

    def _end(self, number: int, frame: FrameType | None) -> None:
        self.stopping = True

    def _look_after(self, part: Part) -> None:
        now = time.monotonic()
        if part.process is None:
            if now >= part.due_at:
                part.start(self.environment)
            return
        code = part.process.poll()
        if code is None:
            return
        if now - part.started_at > STABLE_SECONDS:
            part.pause = 1.0
        self.say(f"{part.name} 意外结束（退出码 {code}），{part.pause:.0f} 秒后重新启动。")
        part.process, part.due_at = None, now + part.pause
        part.pause = min(part.pause * 2, LONGEST_PAUSE)

    def _end_all(self) -> None:
        for part in self.parts:
            part.signal(signal.SIGTERM)
        deadline = time.monotonic() + PATIENCE_SECONDS
        for part in self.parts:
            if part.process is None:
                continue
            try:
                part.process.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                self.say(f"{part.name} 没有按时结束，强制结束。")
                part.signal(signal.SIGKILL)
                part.process.wait()
