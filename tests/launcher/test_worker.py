"""The worker runs every loop, survives the failure of one, and does the housekeeping."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from itertools import pairwise

import pytest

from tests.launcher.conftest import ROOT, Installation, wait_until
from tests.launcher.test_start_and_stop import runs
from yimen.house import worker


def test_every_loop_that_is_named_exists() -> None:
    assert set(worker._loops()) == set(worker.LOOPS)


def test_a_loop_that_fails_begins_again_and_stops_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "FIRST_PAUSE", 0.01)
    stop, tries, steady = threading.Event(), [], []

    def failing(stop: threading.Event) -> None:
        tries.append(time.monotonic())
        raise RuntimeError("broken")

    def working(stop: threading.Event) -> None:
        while not stop.wait(0.01):
            steady.append(1)

    monkeypatch.setattr(worker, "_loops", lambda: {"failing": failing, "working": working})
    monkeypatch.setattr(worker, "_jobs", lambda: None)
    thread = threading.Thread(target=worker.run, args=(stop,))
    thread.start()
    wait_until(lambda: len(tries) >= 4, what="the fourth try")
    stop.set()
    thread.join(10)
    assert not thread.is_alive()
    assert steady
    pauses = [later - earlier for earlier, later in pairwise(tries)]
    assert pauses[2] > pauses[0], "each pause is longer than the one before"


@pytest.mark.django_db
def test_the_housekeeping_forgets_in_every_corner() -> None:
    from yimen.house.jobs import housekeeping

    assert set(housekeeping(0)) == {"sessions", "tries", "rates", "replays", "deliveries"}


@pytest.mark.commits
def test_jobs_are_taken_and_stopped_in_time() -> None:
    from procrastinate.contrib.django import app
    from procrastinate.contrib.django.models import ProcrastinateJob

    app.perform_import_paths()  # type: ignore[no-untyped-call]  # procrastinate types it not
    from yimen.house.jobs import housekeeping

    housekeeping.defer(timestamp=0)  # type: ignore[call-arg]  # procrastinate adds the moment of the schedule
    stop = threading.Event()
    jobs = worker._jobs()
    assert jobs is not None
    thread = threading.Thread(target=jobs, args=(stop,))
    thread.start()
    wait_until(lambda: ProcrastinateJob.objects.filter(status="succeeded").exists(), what="the job")
    stop.set()
    thread.join(15)
    assert not thread.is_alive()


def test_the_verb_ends_cleanly_when_told(prepared: Installation) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "yimen.house.cli", "worker"],
        env=prepared.environment(),
        cwd=ROOT,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    assert any("worker ready" in line for line in iter(process.stderr.readline, ""))
    process.terminate()
    _, said = process.communicate(timeout=60)
    assert process.returncode == 0, said
    assert not runs(prepared.home)
