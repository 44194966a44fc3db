"""The worker part: what follows later. One process, one thread for each loop, and procrastinate for ordinary jobs.

A loop is a function `work(stop)` of the module that owns it; it runs until `stop` is set. When one raises, it is
logged, its connections are closed, and it begins again after a growing pause: no fault of one loop stops another.
"""

from __future__ import annotations

import asyncio
import importlib
import logging
import os
import signal
import threading
from collections.abc import Callable
from types import FrameType

LOOPS = {
    "outbox": "yimen.ground.kit.outbox:work",
    "sealer": "yimen.ground.matters.sealing:work",
}
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 60.0
LOOK_SECONDS = 0.5

log = logging.getLogger(__name__)


def run(stop: threading.Event) -> None:
    """Run every loop until `stop` is set, then wait for them to finish what they are at. Django is ready."""
    threads = [
        threading.Thread(target=_keep_going, args=(name, work, stop), name=name, daemon=True)
        for name, work in _loops().items()
    ]
    if jobs := _jobs():
        threads.append(threading.Thread(target=_keep_going, args=("jobs", jobs, stop), name="jobs", daemon=True))
    for thread in threads:
        thread.start()
    log.info("worker ready: %s", ", ".join(thread.name for thread in threads))
    # Not for ever: a signal that comes on the way into a wait without an end is told only after that wait.
    while not stop.wait(LOOK_SECONDS):
        pass
    for thread in threads:
        thread.join(timeout=20)


def main() -> None:
    """The process: ends with its parent, and on SIGTERM or SIGINT after the work at hand."""
    from yimen.house.bonds import die_with_parent

    die_with_parent()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "yimen.house.settings")
    os.environ["YIMEN_PART"] = "worker"
    import django

    django.setup()
    run_until_told()


def run_until_told() -> None:
    """Run until SIGTERM or SIGINT, and finish the work at hand. Called from the main thread.

    Raises `key_match.WrongKeys` where sealing would go on with keys that are not this database's.
    """
    from django.db import connections

    from yimen.house import key_match

    key_match.demand()
    connections.close_all()
    stop = threading.Event()

    def end(number: int, frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    run(stop)


def _loops() -> dict[str, Callable[[threading.Event], None]]:
    found = {}
    for name, address in LOOPS.items():
        module, _, attribute = address.partition(":")
        try:
            found[name] = getattr(importlib.import_module(module), attribute)
        except ModuleNotFoundError as missing:
            if missing.name != module:
                raise
            log.warning("loop absent: %s", name)
    return found


def _keep_going(name: str, work: Callable[[threading.Event], None], stop: threading.Event) -> None:
    from django.db import connections

    pause = FIRST_PAUSE
    while not stop.is_set():
        try:
            work(stop)
            pause = FIRST_PAUSE
        except Exception:
            log.exception("loop failed: %s, again in %d s", name, pause)
            stop.wait(pause)
            pause = min(pause * 2, LONGEST_PAUSE)
        finally:
            connections.close_all()


def _jobs() -> Callable[[threading.Event], None] | None:
    """Procrastinate's worker, where any module has declared a task."""
    from django.apps import apps

    if not apps.is_installed("procrastinate.contrib.django"):
        return None
    from procrastinate.contrib.django import app

    app.perform_import_paths()  # type: ignore[no-untyped-call]  # procrastinate types it not
    if all(name.startswith(("procrastinate.", "builtin:")) for name in app.tasks):
        return None

    def work(stop: threading.Event) -> None:
        asyncio.run(_run_jobs(stop))

    return work


async def _run_jobs(stop: threading.Event) -> None:
    from procrastinate.contrib.django import app

    connector = app.connector.get_worker_connector()  # type: ignore[attr-defined]  # the Django connector's own method
    with app.replace_connector(connector) as jobs:
        async with jobs.open_async():
            running = asyncio.create_task(jobs.run_worker_async(install_signal_handlers=False, concurrency=2))
            # Looked at, not waited for in a thread: leaving this function would wait for that thread, and a worker that has lost
            # its database would never begin again.
            while not running.done() and not stop.is_set():
                await asyncio.wait({running}, timeout=LOOK_SECONDS)
            if running.done():
                running.result()
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)


if __name__ == "__main__":
    main()
