"""The worker processes of a part, as the main process sees them."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

PROCESSES = 2


class Crew:
    """Several workers of one task. They start together and end when the block is left."""

    def __init__(self, task: str, environment: dict[str, str], processes: int) -> None:
        self._workers = [
            subprocess.Popen(
                [sys.executable, "-W", "ignore", "-m", "bench.work", task],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment,
            )
            for _ in range(processes)
        ]  # fmt: skip
        for worker in self._workers:
            self._answer(worker)

    def order(self, *orders: dict[str, Any]) -> list[Any]:
        """Give each worker its order (or all the same one) at once; their answers."""
        given = orders if len(orders) > 1 else orders * len(self._workers)
        for worker, each in zip(self._workers, given, strict=True):
            assert worker.stdin is not None
            worker.stdin.write(json.dumps(each) + "\n")
            worker.stdin.flush()
        return [self._answer(worker) for worker in self._workers]

    def end(self) -> None:
        """Let them go home."""
        for worker in self._workers:
            assert worker.stdin is not None
            worker.stdin.close()
            worker.wait(30)

    def _answer(self, worker: subprocess.Popen[str]) -> Any:
        assert worker.stdout is not None
        line = worker.stdout.readline()
        if not line:
            raise RuntimeError(f"a worker ended with {worker.wait()}; its reason stands above")
        return json.loads(line)


@contextmanager
def crew(task: str, environment: dict[str, str], processes: int = PROCESSES) -> Iterator[Crew]:
    """Workers for the length of a part."""
    workers = Crew(task, environment, processes)
    try:
        yield workers
    finally:
        workers.end()


def rate(answers: list[dict[str, float]]) -> float:
    """What workers that ran side by side did in a second."""
    return sum(answer["done"] for answer in answers) / max(answer["seconds"] for answer in answers)
