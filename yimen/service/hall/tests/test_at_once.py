"""A hundred kiosks and a hundred windows at once, with real commits: no gap, no double, each ticket called once."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from functools import partial
from uuid import uuid4

import pytest
from django.db import transaction

from tests.cast import Cast, build_cast
from yimen.ground.identity.models import Party
from yimen.ground.identity.rules import Actor, Permission
from yimen.ground.kit.moments import local, now
from yimen.ground.kit.refusals import Refusal
from yimen.ground.organisations.models import Window
from yimen.ground.organisations.tests.at_once import at_once
from yimen.service.hall import services
from yimen.service.hall.models import Booking, Desk, Hall, Slot, Ticket, TicketAct
from yimen.service.hall.policies import CALL
from yimen.service.hall.selectors import queue
from yimen.service.hall.services import booking
from yimen.service.hall.tests import stage

MANY = 60


@pytest.fixture
def hall_and_cast(committed_db: object) -> tuple[Hall, Cast]:
    """A hall in a database where commits are real."""
    queue.forget()
    with transaction.atomic():
        cast = build_cast()
        return stage.hall(cast), cast


def clerks(cast: Cast, hall: Hall, many: int) -> list[Actor]:
    """So many windows of group A that call, each with somebody at it."""
    wang, group = cast.actor("wang"), stage.group(hall)
    found = []
    for number in range(many):
        window = Window.objects.create(
            centre=cast.units["centre"], number=f"Q{number}", name="窗口", kind="comprehensive"
        )
        group.windows.add(window)
        Desk.objects.create(window=window, hall=hall, state="open")
        found.append(
            Actor(
                uid=wang.uid, name=f"窗口 {number}", kind="staff", account_id=wang.account_id, window_id=window.pk,
                centre_id=wang.centre_id, permissions=frozenset({Permission(CALL, "window")}),
            )
        )  # fmt: skip
    return found


def test_numbers_have_neither_gap_nor_double(hall_and_cast: tuple[Hall, Cast]) -> None:
    hall, _ = hall_and_cast
    group = stage.group(hall)
    took = at_once([lambda: services.issue(hall=hall, group=group, way="kiosk", at=now()) for _ in range(MANY)])
    assert sorted(each.code for each in took if isinstance(each, services.Issued)) == [
        f"A{n:03d}" for n in range(1, MANY + 1)
    ]


def test_each_ticket_is_called_once(hall_and_cast: tuple[Hall, Cast]) -> None:
    hall, cast = hall_and_cast
    for _ in range(MANY - 10):
        stage.take(hall)
    callers = clerks(cast, hall, MANY)
    came = at_once([partial(services.call_next, actor=each, at=now()) for each in callers])
    codes = Counter(each.code for each in came if isinstance(each, services.Called) and each.code)
    assert len(codes) == MANY - 10 and set(codes.values()) == {1}
    assert TicketAct.objects.filter(act="call").count() == MANY - 10 == Ticket.objects.filter(state="called").count()
    assert Desk.objects.filter(current__isnull=False).count() == MANY - 10


def test_two_presses_at_one_window(hall_and_cast: tuple[Hall, Cast]) -> None:
    hall, cast = hall_and_cast
    for _ in range(5):
        stage.take(hall)
    clerk = clerks(cast, hall, 1)[0]
    came = at_once([partial(services.call_next, actor=clerk, at=now()) for _ in range(8)])
    assert sum(isinstance(each, services.Called) for each in came) == 1
    assert sum(isinstance(each, Refusal) for each in came) == 7
    assert Ticket.objects.filter(state="called").count() == 1


def test_one_person_at_two_kiosks(hall_and_cast: tuple[Hall, Cast]) -> None:
    hall, _ = hall_and_cast
    group, number = stage.group(hall), "519911195003070020"
    took = at_once([
        lambda: services.issue(hall=hall, group=group, way="kiosk", at=now(), id_number=number) for _ in range(6)
    ])  # fmt: skip
    assert sum(isinstance(each, services.Issued) for each in took) == 1
    assert Ticket.objects.count() == 1 and Ticket.objects.get().code == "A001"  # refused numbers are given back


def test_a_rush_for_fifty_places(hall_and_cast: tuple[Hall, Cast]) -> None:
    """Three hundred people, forty at a time, each with a real commit: exactly fifty have a place, and the slot says so."""
    hall, cast = hall_and_cast
    with transaction.atomic():
        plan = stage.plan(cast, hall, quota=50)
        people = Party.objects.bulk_create(
            Party(
                kind="natural",
                name=f"市民{n}",
                id_type="other",
                id_number=f"R{n}",
                id_index=f"rush{n}",
                created_at=now(),
            )
            for n in range(300)
        )
    begins = (local(now()) + timedelta(days=2)).replace(hour=10, minute=0, second=0, microsecond=0)
    waiting = [
        partial(
            booking.book, group=plan.group, begins_at=begins, at=now(),
            actor=Actor(uid=uuid4(), name=each.name, kind="citizen", party_id=each.pk),
        )
        for each in people
    ]  # fmt: skip
    came = [one for first in range(0, 300, 40) for one in at_once(list(waiting[first : first + 40]))]
    assert sum(isinstance(each, Booking) for each in came) == 50
    assert sum(isinstance(each, booking.SlotGone) for each in came) == 250
    assert Slot.objects.get().booked == 50 == Booking.objects.filter(state="booked").count()


def test_one_person_asks_six_times(hall_and_cast: tuple[Hall, Cast]) -> None:
    hall, cast = hall_and_cast
    with transaction.atomic():
        plan = stage.plan(cast, hall)
    day, li = (local(now()) + timedelta(days=2)).replace(minute=0, second=0, microsecond=0), cast.actor("li")
    came = at_once([
        partial(booking.book, group=plan.group, begins_at=day.replace(hour=9 + n), at=now(), actor=li) for n in range(6)
    ])  # fmt: skip
    assert sum(isinstance(each, Booking) for each in came) == 1
    assert sum(Slot.objects.values_list("booked", flat=True)) == 1


def test_one_checks_in_at_two_kiosks(hall_and_cast: tuple[Hall, Cast]) -> None:
    hall, cast = hall_and_cast
    with transaction.atomic():
        made = stage.written(hall, cast.parties["li"].pk, local(now()))
    came = at_once([partial(booking.arrive, booking=made, at=now()) for _ in range(6)])
    assert len({each.pk for each in came if isinstance(each, Ticket)}) == 1 == Ticket.objects.count()
