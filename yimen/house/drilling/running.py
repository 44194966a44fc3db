"""One drill from end to end, seen from the source: copy, play in a process of its own, keep what it found, drop the copy.

The process that carries it out holds an advisory lock as long as it lives; who finds a running drill without it knows that it was
killed, and clears up what it left.
"""

from __future__ import annotations

import json
import os
import select
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.db import connection

from yimen.ground.kit import moments
from yimen.ground.kit.refusals import Refusal
from yimen.house.config import Config
from yimen.house.drilling import scratch
from yimen.watch.drills import services
from yimen.watch.drills.models import DrillRun

LOCK = 20260105
LOOK_SECONDS = 1.0
FOLDER = "drilling"
SILENT = (
    "DATABASE_URL", "DATABASE_OWNER_URL", "YIMEN_AS_OWNER", "YIMEN_MODE", "YIMEN_VAR", "YIMEN_EMAIL_URL", "YIMEN_SMS_URL", "YIMEN_BANK_URL",
    "YIMEN_COURIER_URL",
    "YIMEN_PUSH_URL", "YIMEN_IDENTITY_ISSUER", "YIMEN_IDENTITY_CLIENT_ID", "YIMEN_IDENTITY_CLIENT_SECRET",
    "YIMEN_LOG_FOLDER", "YIMEN_PARENT", "YIMEN_PART",
)  # fmt: skip
"""What the copy does not inherit: it has a database and a folder of its own, and speaks to nobody."""


class DrillFailed(Refusal):
    """The play did not come to its end; the source is as it was."""

    code = "drill_failed"


class Cancelled(Exception):
    """Somebody asked to cancel."""


def carry_out(run: DrillRun, *, keep: bool = False, say: Callable[[str], None] = lambda line: None) -> DrillRun:
    """Carry out a drill that waits; returns it with its results, or with why it has none.

    Raises `AnotherDrill`, `NotUnfinished`, `NoScratch` before anything was made. The source is only read.
    """
    source = owner_url()
    scratch.demand_room(source)
    clear(source)
    name = f"{scratch.PREFIX}{run.uid.hex[:12]}"
    with _lock(run):
        services.begin_drill(run, scratch=name, at=moments.now())
        started = time.monotonic()
        place = _place(run.uid.hex)
        results: dict[str, Any] | None = None
        failure = ""
        try:
            results = _results(run, source, name, say)
        except Cancelled:
            say("已取消。")
        except Refusal as refused:
            failure = f"{refused.message}{refused.next_step}"
        except BaseException:
            services.end_drill(run, at=moments.now(), failure="演练中途停止。")
            raise
        finally:
            kept = keep and results is not None
            if not kept:
                scratch.drop(source, name)
                shutil.rmtree(place, ignore_errors=True)
        return services.end_drill(
            run, at=moments.now(), seconds=round(time.monotonic() - started, 1), results=results, failure=failure, kept=kept
        )  # fmt: skip


def _results(run: DrillRun, source: str, name: str, say: Callable[[str], None]) -> dict[str, Any]:
    def tell(line: str) -> None:
        say(line)
        if not services.note_progress(run, doing=line):
            raise Cancelled

    began = time.monotonic()
    tell("正在复制结构")

    def look() -> None:
        if not services.note_progress(run):
            raise Cancelled

    scratch.make(source, name, str(run.uid), tell, look)
    copied = round(time.monotonic() - began, 1)
    place = _place(run.uid.hex)
    scratch.furnish(place, Path(settings.YIMEN_VAR) / "keys")
    url = scratch.url_of(source, name)
    kept = {key: value for key, value in os.environ.items() if key not in SILENT}
    environment = kept | {
        "DATABASE_URL": url, "DATABASE_OWNER_URL": url, "YIMEN_AS_OWNER": "1", "YIMEN_VAR": str(place),
        "YIMEN_LOG_LEVEL": "ERROR", "DJANGO_SETTINGS_MODULE": "yimen.house.settings",
    }  # fmt: skip
    child = subprocess.Popen(
        [sys.executable, "-m", "yimen.house.drilling.inside"], env=environment, stdin=subprocess.PIPE,
        stdout=subprocess.PIPE, text=True, encoding="utf-8",
    )  # fmt: skip
    try:
        given = {"parameters": run.parameters, "at": run.asked_at.astimezone(moments.CHINA).isoformat()}
        if child.stdin is None or child.stdout is None:
            raise TypeError("both ends are pipes")
        child.stdin.write(json.dumps(given) + "\n")
        child.stdin.close()
        results = _follow(run, child, child.stdout, say)
        return results | {"copied_seconds": copied, "played_seconds": round(time.monotonic() - began - copied, 1)}
    finally:
        if child.poll() is None:
            child.terminate()
        try:
            child.wait(20)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def _follow(run: DrillRun, child: subprocess.Popen[str], lines: IO[str], say: Callable[[str], None]) -> dict[str, Any]:
    """Read what the play says until it gives its results. Raises `Cancelled`, `DrillFailed`."""
    for line in _lines(lines):
        if line is None:
            if not services.note_progress(run):
                raise Cancelled
            continue
        try:
            said: dict[str, Any] = json.loads(line)
        except ValueError:
            continue
        if "results" in said:
            found: dict[str, Any] = said["results"]
            return found
        if "refused" in said:
            raise DrillFailed(said["refused"], next_step=said.get("next_step", ""))
        say(said["doing"])
        days = (
            (date.fromisoformat(said["first_day"]), date.fromisoformat(said["last_day"]))
            if "first_day" in said
            else None
        )
        if not services.note_progress(run, progress=said.get("progress"), doing=said["doing"], days=days):
            raise Cancelled
    raise DrillFailed(
        f"演练的进程中途结束（{child.wait()}）。", next_step="原因见运行日志；原来的数据库没有改动，可以再演练一次。"
    )


def _lines(stream: IO[str]) -> Iterator[str | None]:
    """Whole lines as they come; None each second in which none does."""
    held = b""
    descriptor = stream.fileno()
    while True:
        if not select.select([descriptor], [], [], LOOK_SECONDS)[0]:
            yield None
            continue
        more = os.read(descriptor, 1 << 16)
        if not more:
            return
        held += more
        *whole, held = held.split(b"\n")
        yield from (line.decode("utf-8") for line in whole)


def _place(name: str) -> Path:
    """Where the files of a drill lie while it runs."""
    return Path(settings.YIMEN_VAR) / FOLDER / name


# --- What a killed drill left


def clear(source: str) -> list[str]:
    """End the records of drills whose process is gone, and drop the copies that nobody keeps; returns their names."""
    for run in DrillRun.objects.filter(state=DrillRun.State.RUNNING):
        if _try_lock(run):
            services.end_drill(run, at=moments.now(), failure="演练的进程中途被结束，留下的副本已清除。")
            _unlock(run)
    standing = set(
        DrillRun.objects.exclude(scratch="").values_list("scratch", flat=True)
    )  # running ones, and those that were to be kept
    gone = []
    for name, run_uid in scratch.left(source).items():
        if name not in standing:
            scratch.drop(source, name)
            shutil.rmtree(_place(run_uid.replace("-", "")), ignore_errors=True)
            gone.append(name)
    return gone


def clear_dead() -> list[str]:
    """Called every few minutes: a drill whose process is gone is said to have failed, and its copy is dropped."""
    return clear(owner_url()) if DrillRun.objects.filter(state=DrillRun.State.RUNNING).exists() else []


@contextmanager
def _lock(run: DrillRun) -> Iterator[None]:
    """Held by this process alone, and gone with it."""
    if not _try_lock(run):
        raise services.AnotherDrill("这次演练正由另一个进程进行。", next_step="请看它的进度。")
    try:
        yield
    finally:
        _unlock(run)


def _try_lock(run: DrillRun) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("select pg_try_advisory_lock(%s::int, %s::int)", [LOCK, run.pk])
        return bool(cursor.fetchone()[0])


def _unlock(run: DrillRun) -> None:
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_unlock(%s::int, %s::int)", [LOCK, run.pk])


def owner_url() -> str:
    """Where the source is, for the role that may make databases: the owner's where it is known."""
    config = Config.read()
    named = os.environ.get("DATABASE_OWNER_URL") or config.owner_database_url or config.database_url
    current = str(connection.settings_dict["NAME"])
    return scratch.url_of(named, current)
