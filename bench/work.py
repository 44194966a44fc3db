"""One worker process: `python -m bench.work TASK`. It reads orders (JSON, one a line), does each, answers (JSON, one a line).

It stays alive between the rounds, as a web worker does, so that caches are warm and statements prepared.
"""

from __future__ import annotations

import importlib
import json
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Lock

THREADS = 4


def main(task: str) -> None:
    """Answer orders until standard input ends."""
    import django

    django.setup()
    module, _, function = task.rpartition(":")
    do = getattr(importlib.import_module(f"bench.{module}"), function)
    print(json.dumps("ready"), flush=True)
    for line in sys.stdin:
        print(json.dumps(do(**json.loads(line))), flush=True)


def in_threads(act: Callable[[], object], seconds: float, threads: int = THREADS) -> dict[str, float]:
    """Repeat an act in several threads for so long; how often it was done, in how many seconds. Stops at StopIteration.

    The threads are kept from round to round, as a web server keeps them, and with them their connections.
    """
    ends = time.perf_counter() + seconds

    def run(_place: int) -> int:
        done = 0
        try:
            while time.perf_counter() < ends:
                act()
                done += 1
        except StopIteration:
            pass
        return done

    began = time.perf_counter()
    done = sum(_crew.map(run, range(threads)))
    return {"done": done, "seconds": time.perf_counter() - began}


_crew = ThreadPoolExecutor(THREADS)


class Shared:
    """An iterator that several threads may take from."""

    def __init__(self, items: Iterator[object]) -> None:
        self._items, self._lock = items, Lock()

    def take(self) -> object:
        """The next one; raises StopIteration."""
        with self._lock:
            return next(self._items)


if __name__ == "__main__":
    main(sys.argv[1])
