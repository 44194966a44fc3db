"""Homes for clusters of their own, and Yimen as a person starts it: in a process, by its command."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from yimen.house.launcher import discard_embedded

ROOT = Path(__file__).resolve().parents[1]


def wait_until(true: Callable[[], object], *, seconds: float = 60, what: str = "it") -> None:
    """Look again and again until it is so; fail when it never is."""
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, f"{what} did not happen within {seconds} s"
        time.sleep(0.05)


def clean_environment(**more: str) -> dict[str, str]:
    """Ours without what the test run itself set."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("DATABASE_", "YIMEN_"))}
    return {**kept, **more}


@pytest.fixture
def short_folder() -> Iterator[Path]:
    """A folder that every account can enter, with a short path: pytest's own are closed and long."""
    folder = Path(tempfile.mkdtemp(prefix="ym-", dir="/tmp"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def home(short_folder: Path) -> Iterator[Path]:
    """The home of a cluster that is not made yet."""
    place = short_folder / "var" / "postgres"
    yield place
    discard_embedded(place)


@dataclass(frozen=True)
class Installation:
    """One Yimen in a folder of its own."""

    var: Path

    def environment(self, **more: str) -> dict[str, str]:
        return clean_environment(YIMEN_VAR=str(self.var), **more)

    def yimen(self, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
        """Run one verb to its end."""
        return subprocess.run(
            [sys.executable, "-m", "yimen.house.cli", *arguments],
            env=self.environment(**more),
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=240,
            check=False,
        )

    @property
    def home(self) -> Path:
        return self.var / "postgres"


@pytest.fixture
def installation(short_folder: Path) -> Iterator[Installation]:
    """An installation where nothing has been done yet."""
    here = Installation(short_folder / "var")
    yield here
    discard_embedded(here.home)


@contextmanager
def set_up() -> Iterator[Installation]:
    """An installation of its own that is set up, without the demo."""
    folder = Path(tempfile.mkdtemp(prefix="ym-", dir="/tmp"))
    folder.chmod(0o755)
    here = Installation(folder / "var")
    done = here.yimen("setup", "--no-demo")
    assert done.returncode == 0, done.stderr
    try:
        yield here
    finally:
        discard_embedded(here.home)
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def prepared() -> Iterator[Installation]:
    """One that all share, so each test leaves it as sound as it was."""
    with set_up() as here:
        yield here
