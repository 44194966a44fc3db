"""The worker runs every loop, survives the failure of one, and does the housekeeping."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from io import BytesIO
from itertools import pairwise
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from tests.installations import ROOT, Installation, wait_until
from tests.launcher.test_start_and_stop import runs
from yimen.house import worker
from yimen.house.config import Config


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


@pytest.fixture
def own_var(settings: Any, tmp_path: Path) -> Path:
    """The file store and the notes of an installation of its own."""
    settings.YIMEN_VAR = tmp_path
    settings.CONFIG = settings.CONFIG.model_copy(update={"var": tmp_path})
    return tmp_path


@pytest.mark.django_db
def test_the_housekeeping_forgets_in_every_corner(own_var: Path) -> None:
    from yimen.house.jobs import housekeeping

    hourly = {"sessions", "tries", "rates", "replays", "deliveries"}
    assert set(housekeeping(0)) > hourly, "the first one of the day does what is daily too"
    assert set(housekeeping(0)) == hourly


@pytest.mark.django_db
def test_bytes_without_a_row_go_once_a_day_and_what_a_row_names_stays(own_var: Path) -> None:
    from yimen.ground.documents import storage
    from yimen.ground.documents.models import StoredFile
    from yimen.ground.kit.moments import now
    from yimen.house import setting_up
    from yimen.house.jobs import housekeeping

    orphan, renewed, young = (storage.put(BytesIO(word))[0] for word in (b"orphan", b"renewed", b"young"))
    kept, size = storage.put(BytesIO(b"kept"))
    StoredFile.objects.create(
        name="a.pdf", kind="pdf", media_type="application/pdf", size=size, digest=kept, stored_at=now()
    )
    unfinished = own_var / "files" / "new" / "half"
    unfinished.write_bytes(b"ha")
    long_ago = time.time() - 2 * 86400
    for path in (*map(storage.path_of, (orphan, renewed, kept)), unfinished):
        os.utime(path, (long_ago, long_ago))
    storage.put(BytesIO(b"renewed"))  # somebody is about to name them

    assert "files" not in housekeeping(0), "nobody has said that the file store is this database's alone"
    (own_var / "swept").unlink()
    setting_up.note_installation(Config(var=own_var))
    (own_var / "installations").write_text((own_var / "installations").read_text() + f"{uuid4()}\n")
    assert "files" not in housekeeping(0), "another database uses it too"
    (own_var / "swept").unlink()
    setting_up.note_installation(Config(var=own_var), alone=True)
    assert housekeeping(0)["files"] == 2
    assert set(storage.all_digests()) == {renewed, young, kept}
    assert not unfinished.exists()
    assert "files" not in housekeeping(0), "once a day"


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


def test_jobs_that_end_by_themselves_are_told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A lost database ends procrastinate's worker; the loop must hear of it to begin again, not wait for the evening."""
    from procrastinate import App

    async def lost(self: App, **options: Any) -> None:
        raise ConnectionError("gone")

    monkeypatch.setattr(App, "run_worker_async", lost)
    jobs = worker._jobs()
    assert jobs is not None
    heard: list[Exception] = []

    def work() -> None:
        try:
            jobs(threading.Event())
        except ConnectionError as told:
            heard.append(told)

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    thread.join(15)
    assert not thread.is_alive()
    assert [str(told) for told in heard] == ["gone"]


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
    try:
        _, said = process.communicate(timeout=60)
    finally:
        process.kill()  # or the installation that others share would be in use for good
    assert process.returncode == 0, said
    assert not runs(prepared.home)
