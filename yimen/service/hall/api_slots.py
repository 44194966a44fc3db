"""Appointments over the interface: what may be booked, one's own bookings, check-in by reception and kiosks of other makers."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema

from yimen.ground.identity.policies import public, requires, signed_in
from yimen.ground.kit.apis import PROBLEMS, Line, actor_of, once, readable
from yimen.ground.kit.moments import CHINA, now
from yimen.ground.kit.refusals import NotFound
from yimen.service.hall import policies, rules
from yimen.service.hall.models import Booking, Group, Hall
from yimen.service.hall.selectors import queue, slots
from yimen.service.hall.services import booking as appointments

router = Router()
MOST = 100


class SlotOut(Schema):
    """A slot with its places; `state` is open, full, early (released at `opens_at`) or late."""

    begins_at: datetime
    ends_at: datetime
    quota: int
    left: int
    opens_at: datetime
    state: str


class SlotsOut(Schema):
    """The slots of a group on a day, and the days that may be asked for."""

    hall: str
    group: int
    name: str
    day: date | None
    days: list[date]
    slots: list[SlotOut]


class BookIn(Schema):
    """A place for oneself. A moment without a zone is China's."""

    hall: Line
    group: int
    begins_at: datetime


class BookingOut(Schema):
    """A booking. `code` is typed at the hall; `ticket` is the long number of the ticket it became."""

    uid: UUID
    code: str
    hall: str
    group: str
    begins_at: datetime
    ends_at: datetime
    state: str
    state_label: str
    late: bool
    ticket: UUID | None
    ticket_code: str


class ArriveIn(Schema):
    """Who has come: the code, or the number of the card."""

    hall: Line
    code: Line = ""
    id_number: Line = ""
    paper: bool = False


def _group(slug: str, group: int) -> tuple[Hall, Group]:
    hall = queue.hall_by_slug(readable(slug, what="大厅"))
    found = queue.groups_of(hall).select_related("hall__centre").filter(pk=group).first()
    if found is None:
        raise NotFound("没有这个业务分组。", next_step="请用 /queue/{大厅} 查业务分组的编号。")
    return hall, found


@router.get("/queue/slots", response={200: SlotsOut, **PROBLEMS}, summary="可约的时段")
@public
def queue_slots(request: HttpRequest, hall: Line, group: int, day: date | None = None) -> dict[str, Any]:
    """一个业务分组一天的时段和余号；不写日期给最近可约的一天。"""
    at = now()
    place, found = _group(hall, group)
    days = slots.bookable_days([each for each in slots.plans_of(place) if each.group_id == found.pk], at)
    chosen = day or (days[0] if days else None)
    offers = slots.offers_of(found, chosen, at) if chosen in days and chosen is not None else []
    return {
        "hall": place.slug, "group": found.pk, "name": found.name, "day": chosen, "days": days,
        "slots": [
            {"begins_at": each.begins_at, "ends_at": each.ends_at, "quota": each.quota, "left": each.left, "opens_at": each.opens_at,
             "state": each.state} for each in offers
        ],
    }  # fmt: skip


@router.get("/queue/bookings", response={200: list[BookingOut], **PROBLEMS}, summary="我的预约")
@signed_in
def own_bookings(request: HttpRequest) -> list[dict[str, Any]]:
    """本人最近的预约。"""
    actor = actor_of(request, "hall")
    return [_said(each) for each in slots.bookings_of(actor.home_party_id or 0)[:MOST]]


@router.post("/queue/bookings", response={201: BookingOut, **PROBLEMS}, summary="预约")
@signed_in
def book(request: HttpRequest, given: BookIn) -> HttpResponse:
    """约一个时段，只能为本人。带 Idempotency-Key 时重发不会多约。"""
    actor, at = actor_of(request, "hall"), now()
    _, group = _group(given.hall, given.group)
    begins = given.begins_at if given.begins_at.tzinfo else given.begins_at.replace(tzinfo=CHINA)

    def act() -> tuple[int, dict[str, Any]]:
        made = appointments.book(actor=actor, group=group, begins_at=begins, at=at)
        return 201, BookingOut(**_said(made)).model_dump(mode="json")

    return once(request, act, module="hall")


@router.post("/queue/bookings/check-in", response={200: BookingOut, **PROBLEMS}, summary="预约签到")
@requires(policies.RECEIVE)
def check_in(request: HttpRequest, given: ArriveIn) -> dict[str, Any]:
    """凭预约码或身份证签到，取得排队号。重复签到得到同一个号。"""
    actor, at = actor_of(request, "hall"), now()
    hall = queue.hall_by_slug(readable(given.hall, what="大厅"))
    policies.demand(policies.may_receive(actor, hall), "您不能在这个大厅签到。", "请用本大厅导办的令牌。")
    found = appointments.find_at_hall(hall, given.code, given.id_number, at)
    appointments.arrive(booking=found, at=at, way="staff", actor=actor, paper=given.paper)
    return _said(Booking.objects.select_related("hall", "group", "ticket").get(pk=found.pk))


@router.post("/queue/bookings/{uid}/cancel", response={200: BookingOut, **PROBLEMS}, summary="取消预约")
@signed_in
def cancel_booking(request: HttpRequest, uid: UUID) -> dict[str, Any]:
    """在期限前取消，名额马上放给别人。"""
    return _said(appointments.cancel(actor=actor_of(request, "hall"), uid=uid, at=now()))


def _said(found: Booking) -> dict[str, Any]:
    return {
        "uid": found.uid, "code": found.code, "hall": found.hall.slug, "group": found.group.name, "begins_at": found.begins_at,
        "ends_at": found.ends_at, "state": found.state, "state_label": rules.BOOKING_STATES[found.state], "late": found.late,
        "ticket": found.ticket.uid if found.ticket else None, "ticket_code": found.ticket.code if found.ticket else "",
    }  # fmt: skip
