"""Cancelling a drill that runs, from the screen to the copy that is gone; and a drill whose process was killed."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.conf import settings
from django.db import connection, connections
from django.test import Client

from yimen.ground.identity import services as people
from yimen.ground.identity.rules import SYSTEM
from yimen.ground.kit.models import AuditEntry
from yimen.ground.kit.moments import now
from yimen.ground.organisations.models import Post
from yimen.house.drilling import running, scratch
from yimen.watch.drills import services
from yimen.watch.drills.models import DrillRun
from yimen.watch.drills.rules import Parameters

SLOW = Parameters(days=40, since=date(2026, 9, 1), cases=400, seed=3, speed=1440, workers=1)
"""A minute a day: it would take forty minutes."""
BOUND = 20.0
"""So many seconds at the most from the click to the end; the play is asked each second and given twenty to go."""


def manager() -> Client:
    """A browser of one of the county's managers, who may hold drills."""
    account = Post.objects.filter(duty="manager", account__isnull=False).select_related("account")[0].account
    assert account is not None
    type(account).objects.filter(pk=account.pk).update(must_change_password=False)
    signed_in = people.open_session(account, at=now(), ip="127.0.0.1", device="test")
    client = Client()
    client.cookies[settings.SESSION_COOKIE_NAME] = signed_in.secret
    return client


def until(said: Callable[[], bool], seconds: float) -> float:
    """Wait for it; returns how long it took."""
    began = time.monotonic()
    while not said():
        assert time.monotonic() - began < seconds, "it did not come"
        time.sleep(0.1)
    return time.monotonic() - began


def carried_out(run: DrillRun) -> tuple[threading.Thread, list[Any]]:
    """The drill in a thread with a connection of its own, as a worker has it."""
    found: list[Any] = []

    def work() -> None:
        try:
            found.append(running.carry_out(run))
        except BaseException as failure:
            found.append(failure)
        finally:
            connections.close_all()

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    return thread, found


def children() -> list[int]:
    """The processes in which drills are played, started by this one."""
    said = subprocess.run(
        ["ps", "-o", "pid=,args=", "--ppid", str(os.getpid())], capture_output=True, text=True, check=False
    )
    return [int(line.split()[0]) for line in said.stdout.splitlines() if "yimen.house.drilling.inside" in line]


def playing(run: DrillRun) -> bool:
    return bool(children()) and DrillRun.objects.get(pk=run.pk).first_day is not None


@pytest.mark.timeout(240)
def test_cancelled_on_the_screen_it_stops_and_leaves_nothing(hall: str) -> None:
    client = manager()
    run = services.ask_drill(actor=SYSTEM, parameters=SLOW, at=now(), title="要取消的")
    thread, found = carried_out(run)
    until(lambda: playing(run), 120)
    assert list(scratch.left(running.owner_url())) == [f"{scratch.PREFIX}{run.uid.hex[:12]}"]
    page = client.get(f"/manage/drills/{run.uid}/").content.decode()
    assert f"/manage/drills/{run.uid}/cancel/" in page
    answer = client.post(f"/manage/drills/{run.uid}/cancel/")
    assert answer.status_code == 302, answer.content.decode()[:500]
    took = until(lambda: not thread.is_alive(), 60)
    assert took < BOUND
    assert [each.state for each in found] == ["cancelled"]
    run.refresh_from_db()
    assert (run.state, run.scratch, run.results) == ("cancelled", "", {})
    assert run.finished_at is not None
    assert scratch.left(running.owner_url()) == {}
    assert children() == []
    assert not running._place(run.uid.hex).exists()
    page = client.get(f"/manage/drills/{run.uid}/").content.decode()
    assert "取消了这次演练，没有结果" in page
    assert AuditEntry.objects.filter(action="drills.cancel").count() == 1
    assert client.post(f"/manage/drills/{run.uid}/cancel/").status_code == 409
    with connection.cursor() as cursor:  # the source was only read
        cursor.execute("select count(*) from matters_matter")
        assert cursor.fetchone()[0] == 0


@pytest.mark.timeout(240)
def test_a_play_that_is_killed_is_a_failure_with_nothing_left(hall: str) -> None:
    run = services.ask_drill(actor=SYSTEM, parameters=SLOW, at=now())
    thread, found = carried_out(run)
    until(lambda: playing(run), 120)
    (child,) = children()
    os.kill(child, signal.SIGKILL)
    until(lambda: not thread.is_alive(), 60)
    assert [each.state for each in found] == ["failed"]
    assert "演练的进程中途结束" in DrillRun.objects.get().failure
    assert scratch.left(running.owner_url()) == {}


def test_a_dead_process_is_found_without_another_drill(hall: str) -> None:
    source = running.owner_url()
    assert running.clear_dead() == []
    dead = services.ask_drill(actor=SYSTEM, parameters=SLOW, at=now())
    name = f"{scratch.PREFIX}{dead.uid.hex[:12]}"
    services.begin_drill(dead, scratch=name, at=now())
    scratch._create(source, name, str(dead.uid))
    with running._lock(dead):  # while its process lives it is left alone

        def look() -> None:
            running.clear_dead()
            connections.close_all()

        other = threading.Thread(target=look)
        other.start()
        other.join(30)
        assert DrillRun.objects.get().state == "running"
    assert running.clear_dead() == [name]
    dead.refresh_from_db()
    assert (dead.state, dead.scratch) == ("failed", "")
    assert "中途被结束" in dead.failure


def test_cancelled_while_it_is_copied(hall: str) -> None:
    class Gone(Exception):
        pass

    def gone() -> None:
        raise Gone

    sleeping = [subprocess.Popen(["sleep", "60"], stdout=subprocess.PIPE, stderr=subprocess.PIPE) for _ in range(2)]
    try:
        with pytest.raises(Gone):
            scratch._waited(sleeping[0], sleeping[1], gone)
        assert all(each.wait(5) == -signal.SIGKILL for each in sleeping)
    finally:
        for each in sleeping:
            each.kill()
