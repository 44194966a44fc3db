"""Appointments: a place in a slot is taken by one statement, given back at once, and turned into a ticket on arrival."""

from __future__ import annotations

import secrets
from contextlib import nullcontext
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from django.db import IntegrityError, connection, transaction
from django.db.models import F

from yimen.ground.identity import selectors as people
from yimen.ground.identity.rules import Actor
from yimen.ground.kit import audit
from yimen.ground.kit.moments import day_of, local, say_date, say_moment
from yimen.ground.kit.postgresql.statements import Statement
from yimen.ground.kit.refusals import Conflict, NotFound
from yimen.service.hall import rules
from yimen.service.hall.models import Booking, Device, Group, Hall, Slot, Ticket
from yimen.service.hall.selectors import slots
from yimen.service.hall.services.issuing import issue


class SlotGone(Conflict):
    """The slot is full, has begun, is not released yet, or is none."""

    code = "slot_gone"


class HasBooking(Conflict):
    """This person has an open booking in this group."""

    code = "has_booking"


class Banned(Conflict):
    """This person did not come too often and books nothing for a while."""

    code = "banned"


class TooLateToCancel(Conflict):
    """The deadline for giving the place back is over."""

    code = "too_late_to_cancel"


class NotToday(Conflict):
    """The booking is of another day or hall, is over, or its holder came too early."""

    code = "not_today"


_BOOK = Statement(f"select verdict, booking_id from hall_book({', '.join(['%s'] * 17)})")  # noqa: S608 - places alone


def book(*, actor: Actor, group: Group, begins_at: datetime, at: datetime, way: str = "web") -> Booking:
    """Take a place for the actor's own person, in one statement: however many ask at once, the quota is given and no more.

    Raises `SlotGone`, `HasBooking`, `Banned`.
    """
    party, hall = actor.home_party_id, group.hall
    if party is None or actor.kind != "citizen":
        raise NotFound("预约要由本人登录办理。", next_step="请用本人账号登录，或到大厅取号。")
    day = local(begins_at).date()
    offer = next((each for each in slots.offers_of(group, day, at) if each.begins_at == begins_at), None)
    if offer is None:
        raise SlotGone("没有这个时段，或者这天停约。", next_step="请另选一个时段。")
    if offer.state == "late":
        raise SlotGone("这个时段已经不能预约。", next_step="请另选后面的时段，或到大厅取号。")
    verdict, made = _asked(actor, party, group, offer, day, at, way)
    match verdict:
        case "booked":
            return Booking.objects.select_related("hall__centre", "group").get(pk=made)
        case "early":
            opens = local(offer.opens_at)
            raise SlotGone("这个时段还没有放号。", next_step=f"请在{say_moment(opens)}以后再约。")
        case "has_one":
            raise HasBooking(f"您已经约了“{group.name}”。", next_step="请先到“我的预约”取消，再改约。")
        case "banned":
            ban = slots.open_ban(party, hall, at)
            until = say_date(local(ban.until).date()) if ban else ""
            raise Banned(
                f"您约了几次没有来，{until}以前不能网上预约。",
                next_step="可以直接到大厅取号；有异议请在“我的预约”申诉。",
            )
        case "over":
            raise SlotGone("这个时段已经开始。", next_step="请另选一个时段。")
        case _:
            raise SlotGone("这个时段刚刚约满。", next_step="请另选一个时段；有人取消时名额会马上放出来。")


def _asked(
    actor: Actor, party: int, group: Group, offer: slots.Offer, day: object, at: datetime, way: str
) -> tuple[str, int]:
    where = audit.current()
    for _ in range(6):  # a code that somebody else has today is drawn again
        code = f"{secrets.randbelow(10**rules.CODE_LENGTH):0{rules.CODE_LENGTH}d}"
        try:
            # Within a transaction a refusal must leave it usable; alone, the statement is its own transaction.
            with transaction.atomic() if connection.in_atomic_block else nullcontext():
                verdict, made = _BOOK.one([
                    uuid4(), group.hall_id, group.pk, party, day, offer.begins_at, offer.ends_at, offer.quota,  # type: ignore[list-item]
                    offer.opens_at, code, way, at, actor.uid, actor.name, actor.post, where.request_id, str(where.ip or ""),
                ])  # fmt: skip
                return verdict, made
        except IntegrityError as wrong:
            if "hall_one_booking_a_person" in str(wrong):
                return "has_one", 0
            if "hall_one_booking_a_code" not in str(wrong):
                raise
    raise SlotGone("预约没有成功。", next_step="请再试一次。")


@transaction.atomic
def cancel(*, actor: Actor, uid: UUID, at: datetime) -> Booking:
    """Give the place back, free for others at once. Raises `TooLateToCancel`, `NotToday`, `NotFound`."""
    found = slots.own_booking(actor, uid)
    if at > found.begins_at - timedelta(hours=found.hall.book_cancel_hours):
        raise TooLateToCancel(
            f"开始前 {found.hall.book_cancel_hours} 小时以内不能取消。", next_step="来不了的，请打中心电话告知。"
        )
    free(found, "cancelled", at, "本人取消")
    audit.record("hall.cancel_booking", actor=actor, target_kind="booking", target=str(found.uid))
    return found


def free(found: Booking, state: str, at: datetime, why: str) -> None:
    """Slot first, booking second, as `hall_book` does."""
    Slot.objects.select_for_update().get(pk=found.slot_id)
    rows = Booking.objects.filter(pk=found.pk, state="booked")
    if not rows.update(state=state, ended_at=at, why=why):
        raise _over(Booking.objects.get(pk=found.pk))
    Slot.objects.filter(pk=found.slot_id).update(booked=F("booked") - 1)
    found.state = state


def _over(found: Booking) -> NotToday:
    label = rules.BOOKING_STATES[found.state]
    return NotToday(f"这个预约{label}。", next_step="需要办事请取号，或另约时间。")


def find_at_hall(hall: Hall, code: str, id_number: str, at: datetime) -> Booking:
    """Today's booking by its code or its holder's card. Raises `NotToday`."""
    found = slots.booking_by_code(hall, code, at) if code.strip() else None
    if found is None and id_number.strip():
        found = slots.booking_by_card(hall, id_number, at)
    if found is None:
        raise NotToday(
            "今天没有这个预约。", next_step="请核对预约码和日期；也可以直接取号。", fields={"code": "没有找到，请核对"}
        )
    return found


@transaction.atomic
def arrive(
    *, booking: Booking, at: datetime, way: str = "kiosk", actor: Actor | None = None, device: Device | None = None,
    paper: bool = False,
) -> Ticket:  # fmt: skip
    """The holder has come: a ticket whose turn counts from the appointed moment; whoever is late is a walk-in from now on.

    The same booking twice gives the same ticket. Raises `NotToday`, and what `issue` raises.
    """
    found = Booking.objects.select_for_update().get(pk=booking.pk)
    if found.state == "arrived" and found.ticket_id is not None:
        return Ticket.objects.get(pk=found.ticket_id)
    if found.state != "booked":
        raise _over(found)
    hall = booking.hall
    if found.day != day_of(at):
        raise NotToday(f"这个预约是{say_moment(found.begins_at)}的。", next_step="请在当天签到。")
    when = rules.arrival(found.begins_at, at, hall.book_early_minutes, hall.book_grace_minutes)
    if when == "early":
        may = local(found.begins_at - timedelta(minutes=hall.book_early_minutes))
        raise NotToday("还没到签到时间。", next_step=f"请在 {may:%H:%M} 以后签到；急的可以直接取号。")
    turn = None
    if when == "in_time":
        turn = rules.appointment_turn(found.begins_at, at, hall.book_grace_minutes, hall.head_start_minutes)
    party = people.party(found.party_id)
    made = issue(
        hall=hall, group=booking.group, way="appointment", at=at, actor=actor, device=device, paper=paper, turn=turn,
        id_number=party.id_number if party.id_type == "resident" else "",
    )  # fmt: skip
    Booking.objects.filter(pk=found.pk).update(state="arrived", ended_at=at, late=when == "late", ticket=made.id)
    audit.record(
        "hall.arrive", actor=actor, target_kind="booking", target=str(found.uid), facts={"way": way, "when": when}
    )
    return Ticket.objects.get(pk=made.id)


__all__ = [
    "Banned",
    "HasBooking",
    "NotToday",
    "SlotGone",
    "TooLateToCancel",
    "arrive",
    "book",
    "cancel",
    "find_at_hall",
]
