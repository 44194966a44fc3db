"""kill -9 of web, worker and PostgreSQL under load: every acknowledged act is there, none is half done, all is back by itself."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.faults.loader import Loader
from tests.installations import ROOT, Installation, wait_until
from tests.launcher.test_serve import Serving, children


@pytest.fixture(scope="module")
def stage(prepared: Installation) -> Any:
    """The cast in an installation of its own."""
    return ask(prepared, "build")


@pytest.fixture
def serving(prepared: Installation, stage: Any) -> Iterator[Serving]:
    """`yimen serve` on it."""
    here = Serving(prepared)
    wait_until(here.answers, what="an answer")
    yield here
    if here.process.poll() is None:
        here.process.terminate()
        here.process.wait(60)


def ask(installation: Installation, what: str, said: Any = None) -> Any:
    """Run the stage inside the installation."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.faults.stage", what],
        env=installation.environment(YIMEN_LOG_LEVEL="ERROR"),
        cwd=ROOT,
        input=json.dumps(said) if said is not None else "",
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout.splitlines()[-1])


def kill_web(serving: Serving) -> None:
    """The whole web part."""
    kill(serving.part("yimen.house.web"))


def kill_web_worker(serving: Serving) -> None:
    """The process of it that answers."""
    kill(next(iter(children(serving.part("yimen.house.web") or 0)), None))


def kill_worker(serving: Serving) -> None:
    """The jobs' process."""
    kill(serving.part("yimen.house.worker"))


def kill_postgresql(serving: Serving) -> None:
    """The server with all its backends' parent."""
    kill(int((serving.installation.home / "data" / "postmaster.pid").read_text().split()[0]))


def kill(pid: int | None) -> None:
    """At once, without a chance to tidy up; a part that is just being restarted is left alone."""
    if pid:
        os.kill(pid, signal.SIGKILL)


FAULTS: tuple[Callable[[Serving], None], ...] = (kill_web_worker, kill_worker, kill_postgresql, kill_web)
everything: dict[str, list[str]] = {"submitted": [], "accepted": []}


def load(serving: Serving, stage: Any, faults: list[Callable[[Serving], None]], *, pause: float) -> Loader:
    """Kill one after the other while people work, and wait until all is answered."""
    loader = Loader(serving.port, stage["item"], stage["tokens"]).start()
    for fault in faults:
        before = len(loader.submitted)
        wait_until(lambda seen=before: len(loader.submitted) > seen + 5, seconds=90, what="work before the fault")  # type: ignore[misc]
        fault(serving)
        after = len(loader.submitted)
        wait_until(lambda seen=after: len(loader.submitted) > seen + 5, seconds=90, what=f"work after {fault.__name__}")  # type: ignore[misc]
        time.sleep(pause)
    loader.stop()
    everything["submitted"] += loader.submitted
    everything["accepted"] += loader.accepted
    return loader


def look_at_all(serving: Serving) -> None:
    """Nothing is lost, doubled or half done; the outbox is heard and the ledger sealed and sound."""
    found = ask(serving.installation, "check", everything)
    assert found["faults"] == []
    verified = serving.installation.yimen("verify-ledger", "--json")
    assert verified.returncode == 0, verified.stdout
    verdict = json.loads(verified.stdout)
    assert verdict["sound"], verdict
    assert verdict["steps"] == found["steps"]


def test_each_part_killed_once(serving: Serving, stage: Any) -> None:
    loader = load(serving, stage, list(FAULTS), pause=0.3)
    assert loader.strange == []
    assert loader.longest_wait < 40
    look_at_all(serving)


@pytest.mark.long
def test_killed_forty_times(serving: Serving, stage: Any) -> None:
    chooser = random.Random(20260102)
    loader = load(serving, stage, [chooser.choice(FAULTS) for _ in range(40)], pause=2)
    assert loader.strange == []
    look_at_all(serving)


def submissions(serving: Serving, stage: Any, count: int, workers: int) -> None:
    """This many at once: distinct numbers, one after the other."""
    loader = Loader(serving.port, stage["item"], stage["tokens"], workers=workers, accepts=False, most=count).start()
    loader.wait()
    everything["submitted"] += loader.submitted
    assert loader.strange == []
    assert len(set(loader.submitted)) == len(loader.submitted) == count
    days: dict[str, list[int]] = {}
    for code in loader.submitted:
        days.setdefault(code[:-4], []).append(int(code[-4:]))
    for numbers in days.values():  # one day, unless midnight came in between
        assert sorted(numbers) == list(range(min(numbers), min(numbers) + len(numbers)))
    look_at_all(serving)


def test_two_hundred_submissions_have_consecutive_numbers(serving: Serving, stage: Any) -> None:
    submissions(serving, stage, 200, workers=20)


@pytest.mark.long
def test_two_thousand_submissions_have_consecutive_numbers(serving: Serving, stage: Any) -> None:
    submissions(serving, stage, 2000, workers=50)
