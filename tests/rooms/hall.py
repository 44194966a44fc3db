"""The hall: a queue that never closes, a ticket in hand at window 3, others waiting."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from yimen.ground.kit.moments import day_of, local, now
from yimen.service.hall.models import Ban, Ticket
from yimen.service.hall.selectors import queue
from yimen.service.hall.services import devices, planning
from yimen.service.hall.tests import stage

LIST = {"hall:tickets", "hall:set_up", "hall:halls", "hall:bookings", "hall:bans", "hall:plans", "hall:my_bookings"}

_PUBLIC = {
    "halls": 10, "self_test": 6, "hall": 12, "enrol": 8, "ticket": 10, "place": 8, "withdraw": 4, "calls": 8, "live_ticket": 10,
    "screen": 12,
    "window_screen": 10,
}  # fmt: skip
CEILINGS: dict[str, tuple[str, int]] = {
    **{f"hall:{name}": ("li", ceiling) for name, ceiling in _PUBLIC.items()},
    **{f"hall:{name}": ("wang", ceiling) for name, ceiling in {
        "kiosk": 16, "slip": 14, "printed": 6, "caller": 20, "act": 8, "press": 8, "tickets": 14, "desk_ticket": 16, "ticket_act": 8,
    }.items()},
    **{f"hall:{name}": ("manager", ceiling) for name, ceiling in {
        "set_up": 14, "new_hall": 10, "change_hall": 12, "new_group": 14, "change_group": 18, "devices": 16, "device_act": 10,
        "figures": 16,
    }.items()},
    **{f"hall:{name}": ("li", ceiling) for name, ceiling in {
        "book": 20, "my_bookings": 12, "my_booking": 10, "booking_act": 8, "appeal": 8,
    }.items()},
    **{f"hall:{name}": ("wang", ceiling) for name, ceiling in {"bookings": 14, "receive": 8, "arrive": 12}.items()},
    **{f"hall:{name}": ("manager", ceiling) for name, ceiling in {
        "plans": 14, "new_plan": 12, "change_plan": 14, "end_blackout": 8, "bans": 12, "ban": 14,
    }.items()},
    "api:queue_slots": ("li", 16), "api:own_bookings": ("li", 8), "api:book": ("li", 12), "api:cancel_booking": ("li", 10),
    "api:check_in": ("wang", 10), "api:queue_of": ("li", 10), "api:issue_ticket": ("wang", 10), "api:ticket_place": ("li", 10),
    "api:ticket_printed": ("wang", 10), "api:press_next": ("wang", 10), "api:ticket_acts": ("wang", 10),
}  # fmt: skip

_SLOTS = "yimen/service/hall/tests/test_slots.py::"
_SCREENS = "yimen/service/hall/tests/test_screens.py::"
ELSEWHERE = {
    **{f"hall:{name}": f"{_SCREENS}test_a_number_by_telephone" for name in ("hall", "withdraw")},
    **{
        f"hall:{name}": f"{_SCREENS}test_a_kiosk_is_enrolled_once_and_prints"
        for name in ("kiosk", "slip", "printed", "devices", "device_act", "enrol")
    },
    **{f"hall:{name}": f"{_SCREENS}test_the_panel_calls_with_one_key" for name in ("act", "press", "ticket_act")},
    **{
        f"hall:{name}": f"{_SCREENS}test_the_centre_sets_up_and_reads_figures"
        for name in ("new_hall", "change_hall", "new_group", "change_group")
    },
    **{f"hall:{name}": f"{_SLOTS}test_a_citizen_books_and_gives_back" for name in ("book", "booking_act")},
    **{
        f"hall:{name}": f"{_SLOTS}test_the_centre_plans_and_sees_who_comes"
        for name in ("plans", "new_plan", "change_plan", "end_blackout")
    },
    **{
        f"hall:{name}": f"{_SLOTS}test_reception_checks_in_and_bans_are_answered"
        for name in ("receive", "arrive", "appeal", "ban")
    },
    "hall:self_test": f"{_SLOTS}test_a_device_tries_itself",
    **{
        f"api:{name}": f"{_SLOTS}test_appointments_over_the_interface"
        for name in ("book", "cancel_booking", "check_in")
    },
    "hall:desk_ticket": f"{_SCREENS}test_a_ticket_and_its_case_are_one_line",
}
EXPECTED = {"api:queue_slots": 422, "hall:self_test": 403}
"""The slots of a group that must be named; the page of a device, which no person's browser is."""
_KNOWN = "the long number of a ticket is itself the right, printed on the slip; nobody is named"
OPEN = {
    "hall:ticket": _KNOWN, "hall:place": _KNOWN, "hall:withdraw": _KNOWN, "api:ticket_place": _KNOWN,
    **{
        f"hall:{name}": "hangs on the wall for everybody: numbers and windows, no names"
        for name in ("hall", "screen", "window_screen", "calls", "live_ticket")  # numbers alone
    },
    "hall:press": "names no object: whoever calls does so at the own window alone",
    "api:queue_of": "the lines hang on the wall",
    **{
        f"hall:{name}": "the clerks of one centre work one hall; a ticket names nobody"
        for name in ("kiosk", "slip", "printed", "act", "desk_ticket", "ticket_act", "arrive")
    },
    "hall:book": "what is free is offered to every citizen alike; a place is taken for oneself alone",
    "hall:receive": "the clerks of one centre work one hall; names are masked",
    "api:ticket_printed": "as the page", "api:ticket_acts": "as the page",
}  # fmt: skip


def arguments(world: Any) -> dict[str, dict[str, Any]]:
    """One of each, made on first asking."""
    held = _held(world)
    ticket, slug, hall = {"uid": held["ticket"]}, {"slug": "main"}, {"hall_id": held["hall"].pk}
    found: dict[str, dict[str, Any]] = {
        "ticket": ticket, "place": ticket, "withdraw": ticket, "hall": slug, "kiosk": slug, "slip": slug | ticket,
        "printed": slug | ticket, "screen": slug, "window_screen": slug | {"number": "3"}, "calls": slug, "live_ticket": slug,
        "act": ticket | {"action": "recall"}, "press": {"action": "open"}, "desk_ticket": ticket,
        "ticket_act": ticket | {"action": "withdraw"}, "change_hall": hall, "new_group": hall,
        "change_group": hall | {"group_id": held["group"].pk}, "devices": hall,
        "device_act": hall | {"uid": held["device"].uid, "action": "renew"},
        "book": slug, "arrive": slug, "my_booking": {"uid": held["booking"]},
        "booking_act": {"uid": held["booking"], "action": "cancel"}, "appeal": {"ban_id": held["ban"]}, "ban": {"ban_id": held["ban"]},
        "receive": {"uid": held["today"]}, "plans": hall, "new_plan": hall, "change_plan": hall | {"plan_id": held["plan"]},
        "end_blackout": hall | {"blackout_id": held["blackout"]},
    }  # fmt: skip
    return {
        **{f"hall:{name}": given for name, given in found.items()}, "api:queue_of": slug, "api:cancel_booking": {"uid": held["booking"]},
        "api:ticket_place": ticket,
        "api:ticket_printed": ticket, "api:ticket_acts": ticket,
    }  # fmt: skip


def _held(world: Any) -> dict[str, Any]:
    if not hasattr(world, "_hall"):
        world._hall = _build(world.cast)
    held: dict[str, Any] = world._hall
    return held


def _build(cast: Any) -> dict[str, Any]:
    queue.forget()
    hall = stage.hall(cast)
    stage.opened(cast)
    stage.take(hall)
    ticket = stage.serving(cast)
    waiting = stage.take(hall, "B", priority="elder")
    device, _ = devices.register(actor=cast.actor("manager"), hall=hall, kind="kiosk", name="1 号取号机", at=now())
    assert Ticket.objects.filter(uid=waiting.uid, state="waiting").exists()
    found = {"hall": hall, "group": stage.group(hall), "ticket": ticket.uid, "waiting": waiting.uid, "device": device}
    return found | _appointments(cast, hall)


def _appointments(cast: Any, hall: Any) -> dict[str, Any]:
    """A plan, a day off, Li with a place and a ban in another hall, Zhang here today."""
    plan, at = stage.plan(cast, hall), now()
    off = {"first": day_of(at) + timedelta(days=5), "last": day_of(at) + timedelta(days=5), "reason": "设备检修"}
    blackout = planning.black_out(actor=cast.actor("manager"), hall=hall, given=off, at=at)
    booking, today = stage.booked(cast, hall), stage.written(hall, cast.parties["qian"].pk, local(at))
    ban = Ban.objects.create(hall=hall, party=cast.parties["li"], since=at, until=at + timedelta(days=30), counted=3)
    return {
        "booking": booking.uid, "today": today.uid, "plan": plan.pk, "blackout": blackout.pk, "ban": ban.pk,
    }  # fmt: skip


def more(world: Any, count: int) -> None:
    """So many more who wait."""
    for _ in range(count):
        stage.take(_held(world)["hall"], "B")
    hall, at = _held(world)["hall"], local(now())
    party = world.cast.parties["qian"].pk
    for number in range(count):
        stage.written(hall, party, at, state="cancelled")
        Ban.objects.create(hall=hall, party_id=party, since=at, until=at + timedelta(days=number + 1), counted=3)
        stage.plan(world.cast, hall)
