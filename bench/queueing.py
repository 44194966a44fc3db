"""The hall's queue: kiosks that give numbers as fast as they can, and a hundred windows that press "next" at once.

Both go through the services in two processes, each with connections as a web worker has them. What is asked of the numbers (neither
gap nor double) and of the calls (each ticket once) is counted in the database afterwards, over everything that the run made.
"""

from __future__ import annotations

import time
from typing import Any

import psycopg

from bench.crew import PROCESSES, crew, rate
from bench.report import Row
from bench.server import Server
from bench.work import in_threads

GROUPS, WINDOWS, KIOSKS = 8, 100, 400
TICKETS_A_SECOND, TICKETS_AIM = 300, 600
PRESSING = 20
"""So many presses at one moment in each process, in turn for all windows."""

_FAULTS = """
select (select coalesce(sum(c.last), 0) from hall_counter c) - (select count(*) from hall_ticket),
       (select count(*) from (select 1 from hall_ticket group by hall_id, period, code having count(*) > 1) d),
       (select count(*) from (select 1 from hall_ticketact where act = 'call' group by ticket_id having count(*) > 1) d),
       (select count(*) from hall_ticketact where act = 'call')
"""


def measure(server: Server, *, seconds: float) -> list[Row]:
    """The rows of the table."""
    server.create("queue", "base")
    with crew("queueing:prepare", server.environment("queue", as_owner=True), 1) as founder:
        founder.order({})
    with crew("queueing:issue", server.environment("queue"), PROCESSES) as kiosks:
        kiosks.order({"seconds": min(1.0, seconds)})
        issued = rate(kiosks.order({"seconds": seconds}))
    with crew("queueing:call", server.environment("queue"), PROCESSES) as windows:
        orders = [{"process": number, "seconds": seconds} for number in range(PROCESSES)]
        calls = rate(windows.order(*orders))
    with psycopg.connect(server.owner("queue")) as connection:
        row = connection.execute(_FAULTS).fetchone()
    gaps, doubles, twice, called = row or (1, 1, 1, 0)
    return [
        Row(f"tickets of {KIOSKS} kiosks", issued, "/s", TICKETS_A_SECOND, TICKETS_AIM,
            detail=f"{GROUPS} groups, each number with its log and audit row"),
        Row("numbers with a gap or a double", float(gaps + doubles), "", 0, 0, "less", "counted over all tickets of the run"),
        Row(f"presses of {WINDOWS} windows", calls, "/s", detail=f"{called:,} calls, {PRESSING * PROCESSES} at one moment"),
        Row("tickets called twice", float(twice), "", 0, 0, "less", "counted over all calls of the run"),
    ]  # fmt: skip


# Inside a worker


def prepare() -> str:
    """A hall that never closes, with its groups, and windows that call."""
    from uuid import UUID

    from yimen.ground.identity.rules import Actor
    from yimen.ground.kit.moments import now
    from yimen.ground.organisations import selectors
    from yimen.ground.organisations.models import Window
    from yimen.service.hall.models import Desk, Group, Hall

    installer, at = Actor(uid=UUID(int=1), name="安装程序", kind="system"), now()
    centre = selectors.main_centre()
    if centre is None:
        raise RuntimeError("the town has no centre")
    hall = Hall.objects.create(centre=centre, slug="bench", name="大厅", hours="always", reset="keep")
    groups = [
        Group.objects.create(hall=hall, name=f"业务 {number}", prefix=chr(65 + number)) for number in range(GROUPS)
    ]
    for number in range(WINDOWS):
        window = Window.objects.create(centre=centre, number=f"Q{number}", name="窗口", kind="comprehensive")
        for group in groups:
            group.windows.add(window)
        Desk.objects.create(window=window, hall=hall, state="open", since=at, clerk_name=installer.name)
    return hall.slug


def issue(seconds: float) -> dict[str, float]:
    """Give numbers for so long, every kiosk in turn another group."""
    from itertools import count

    from yimen.ground.kit.moments import now
    from yimen.service.hall import services
    from yimen.service.hall.models import Group, Hall

    hall = Hall.objects.select_related("centre").get(slug="bench")
    groups, turn = list(Group.objects.filter(hall=hall)), count()

    def give() -> None:
        number = next(turn)
        services.issue(
            hall=hall, group=groups[number % GROUPS], way="kiosk", at=now(), priority="elder" if number % 9 == 0 else "",
            paper=False,
        )  # fmt: skip

    return in_threads(give, seconds)


def call(process: int, seconds: float) -> dict[str, float]:
    """Half of the windows press "next" and begin, until nobody waits or the time is over; many presses at one moment."""
    from concurrent.futures import ThreadPoolExecutor

    from yimen.service.hall.models import Desk

    windows = list(Desk.objects.filter(hall__slug="bench").order_by("window").values_list("window_id", flat=True))[
        process::PROCESSES
    ]
    ends, began = time.perf_counter() + seconds, time.perf_counter()
    with ThreadPoolExecutor(PRESSING) as pool:
        done = sum(pool.map(lambda window: _one_window(window, ends), windows))
    return {"done": done, "seconds": time.perf_counter() - began}


def _one_window(window: int, ends: float) -> int:
    from uuid import UUID

    from yimen.ground.identity.rules import Actor, Permission
    from yimen.ground.kit.moments import now
    from yimen.service.hall import services
    from yimen.service.hall.models import Ticket
    from yimen.service.hall.policies import CALL

    clerk: Any = Actor(
        uid=UUID(int=window), name=f"窗口 {window}", kind="staff", window_id=window,
        permissions=frozenset({Permission(CALL, "window")}),
    )  # fmt: skip
    done, seen = 0, 0
    while done < 5 or time.perf_counter() < ends:
        came = services.call_next(actor=clerk, at=now(), seen=seen)
        if not came.code:
            break
        done, seen = done + 1, came.id
        if done >= 40:
            break
        Ticket.objects.filter(pk=seen).update(state="serving", began_at=now())
    return done
