"""The hall's queue: kiosks that give numbers as fast as they can, and a hundred windows that press "next" at once.

Both go through the services in two processes, each with connections as a web worker has them. What is asked of the numbers (neither
gap nor double) and of the calls (each ticket once) is counted in the database afterwards, over everything that the run made.
"""

from __future__ import annotations

import time
from contextlib import suppress
from datetime import datetime, timedelta
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

RUSH, QUOTA = 2_000, 50
"""So many people want one slot with so many places."""

_PLACES = """
select (select count(*) from hall_booking where state = 'booked'), (select coalesce(sum(booked), 0) from hall_slot)
"""
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
    with crew("queueing:rush", server.environment("queue"), PROCESSES) as people:
        booked = rate(people.order(*[{"process": number} for number in range(PROCESSES)]))
    with psycopg.connect(server.owner("queue")) as connection:
        row = connection.execute(_FAULTS).fetchone()
        places = connection.execute(_PLACES).fetchone() or (0, 0)
    gaps, doubles, twice, called = row or (1, 1, 1, 0)
    wrong = abs(places[0] - QUOTA) + abs(places[1] - QUOTA)
    return [
        Row(f"requests for {QUOTA} places", booked, "/s", detail=f"{RUSH:,} people, {PRESSING * PROCESSES} at one moment"),
        Row("places too many or too few", float(wrong), "", 0, 0, "less", f"{places[0]} bookings, the slot says {places[1]}"),
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
    _people_and_a_slot(groups[0], at)
    return hall.slug


def _people_and_a_slot(group: Any, at: datetime) -> None:
    """Those who all want the same morning."""
    from datetime import date, time

    from yimen.ground.identity.models import Party
    from yimen.service.hall.models import SlotPlan

    SlotPlan.objects.create(
        group=group, weekdays=[1, 2, 3, 4, 5, 6, 7], begins=time(9), ends=time(10), minutes=60, quota=QUOTA, lead_workdays=0,
        days_ahead=14, release_at=time(0), starts_on=date(2026, 1, 1),
    )  # fmt: skip
    Party.objects.bulk_create(
        Party(kind="natural", name="市民", id_type="other", id_number=f"R{n}", id_index=f"rush{n}", created_at=at)
        for n in range(RUSH)
    )


def rush(process: int) -> dict[str, float]:
    """Half of the people ask for the slot, many at one moment; who is refused is done as well."""
    from concurrent.futures import ThreadPoolExecutor

    from yimen.ground.identity.models import Party
    from yimen.service.hall.models import Group

    group = Group.objects.select_related("hall__centre").get(hall__slug="bench", prefix="A")
    people = list(Party.objects.filter(id_index__startswith="rush").order_by("pk").values_list("pk", flat=True))
    began = time.perf_counter()
    with ThreadPoolExecutor(PRESSING) as pool:
        done = sum(pool.map(lambda party: _ask(group, party), people[process::PROCESSES]))
    return {"done": done, "seconds": time.perf_counter() - began}


def _ask(group: Any, party: int) -> int:
    from uuid import UUID

    from yimen.ground.identity.rules import Actor
    from yimen.ground.kit.moments import local, now
    from yimen.service.hall.services import booking

    at = now()
    begins = (local(at) + timedelta(days=3)).replace(hour=9, minute=0, second=0, microsecond=0)
    who = Actor(uid=UUID(int=party), name="市民", kind="citizen", party_id=party)
    with suppress(booking.SlotGone):
        booking.book(actor=who, group=group, begins_at=begins, at=at)
    return 1


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
