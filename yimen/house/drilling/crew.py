"""The workers of a drill: processes that sweep at the same moment, and deliver the news in between, as in a real centre."""

from __future__ import annotations

import multiprocessing
import signal
from collections.abc import Callable
from datetime import datetime
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Protocol

from django.db import connections

from yimen.ground.kit import moments, outbound, outbox
from yimen.ground.matters.services import in_its_own_time
from yimen.ground.matters.watching import sweep_all
from yimen.house.bonds import die_with_parent

IDLE_SECONDS = 0.05
DRAWING = "yimen.ground.documents.handlers.draw"
"""Letters are issued with number and seal, but nobody opens their PDF: it is not drawn."""


class Crew(Protocol):
    """Who sweeps and delivers."""

    def sweep(self, at: datetime) -> int:
        """Let everybody sweep at once; returns how many matters were looked at."""
        ...

    def settle(self, at: datetime) -> None:
        """Wait until all news has been delivered."""
        ...


class Alone:
    """Nobody but this process, and no news: for a play that is taken back at its end (the demo's)."""

    def sweep(self, at: datetime) -> int:
        return sweep_all(at).looked

    def settle(self, at: datetime) -> None:
        """Nothing to wait for: what is taken back was never published."""


class Workers:
    """So many processes beside this one. Use as a context; they end with it, and with us."""

    def __init__(self, count: int) -> None:
        self.count = count
        self._lines: list[Connection] = []
        self._processes: list[BaseProcess] = []

    def __enter__(self) -> Workers:
        connections.close_all()  # a forked process must not share a connection
        fork = multiprocessing.get_context("fork")
        for _ in range(self.count):
            ours, theirs = fork.Pipe()
            process = fork.Process(target=_work, args=(theirs,), daemon=True)
            process.start()
            theirs.close()
            self._lines.append(ours)
            self._processes.append(process)
        return self

    def __exit__(self, *_: object) -> None:
        for line in self._lines:
            line.close()  # to them the end of the work
        for process in self._processes:
            process.join(10)
            if process.is_alive():
                process.terminate()

    def sweep(self, at: datetime) -> int:
        """All at the same moment; each takes what no other holds."""
        return sum(self._all(("sweep", at)))

    def settle(self, at: datetime) -> None:
        """All together, until none of them finds anything."""
        while sum(self._all(("deliver", at))):
            pass

    def _all(self, word: tuple[str, datetime]) -> list[int]:
        for line in self._lines:
            line.send(word)
        return [line.recv() for line in self._lines]


def _work(line: Connection) -> None:
    """One worker: does what it is told, and delivers while nothing is said."""
    die_with_parent(signal.SIGKILL)
    told: list[datetime] = []
    moments.keep_time(lambda: told[-1] if told else moments.host_time())
    acts: dict[str, Callable[[datetime], int]] = {
        "sweep": lambda at: sweep_all(at).looked,
        "deliver": lambda at: _deliver_all(),
    }
    with in_its_own_time():
        try:
            while True:
                if not line.poll(0 if outbox.deliver_once(20) else IDLE_SECONDS):
                    continue
                word, at = line.recv()
                told[:] = [at]
                line.send(acts[word](at))
        except (EOFError, ConnectionError, KeyboardInterrupt):
            connections.close_all()


def _deliver_all() -> int:
    total = 0
    while moved := outbox.deliver_once(200):
        total += moved
    return total


def silence() -> None:
    """No word of this process reaches the world outside: no message, no mail, no other system."""
    outbox.keep_inside(DRAWING)
    outbound.cut_off()
