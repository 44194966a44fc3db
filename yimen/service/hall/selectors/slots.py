"""What may be booked: the slots of a day, made of the plan, the doors and the places taken; and what was booked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID

from django.db.models import Q, QuerySet

from yimen.ground.calendar.selectors import work_calendar
from yimen.ground.identity import selectors as people
from yimen.ground.identity.rules import Actor
from yimen.ground.kit.moments import CHINA, day_of
from yimen.ground.kit.refusals import NotFound
from yimen.service.hall import rules
from yimen.service.hall.models import Ban, Blackout, Booking, Group, Hall, Slot, SlotPlan, Ticket
from yimen.service.hall.selectors import queue


@dataclass(frozen=True, slots=True)
class Offer:
    """A slot of a day with its places; `state` is open, full, early (not released yet) or late (less than the lead time)."""

    begins_at: datetime
    ends_at: datetime
    quota: int
    booked: int
    opens_at: datetime
    state: str

    @property
    def left(self) -> int:
        """How many places are free."""
        return max(self.quota - self.booked, 0)


def plans_of(hall: Hall) -> QuerySet[SlotPlan]:
    """The plans in use of the groups in use."""
    rows = SlotPlan.objects.filter(group__hall=hall, group__closed_on__isnull=True, closed_on__isnull=True)
    return rows.select_related("group").order_by("group__order", "group", "begins", "pk")


def takes_bookings(hall: Hall, at: datetime) -> bool:
    """Whether any group of the hall may be booked."""
    return plans_of(hall).filter(_in_force(day_of(at))).exists()


def _in_force(today: date) -> Q:
    return Q(ends_on__isnull=True) | Q(ends_on__gte=today)


def groups_to_book(hall: Hall, at: datetime) -> list[Group]:
    """The groups that take people with an appointment."""
    return list(queue.groups_of(hall).filter(pk__in=plans_of(hall).filter(_in_force(day_of(at))).values("group")))


def bookable_days(plans: Sequence[SlotPlan], at: datetime) -> list[date]:
    """The days on which some plan gives slots, as far as it looks ahead; days the centre is shut show no slots."""
    today, calendar, found = day_of(at), work_calendar(), set()
    for plan in plans:
        for away in range(plan.days_ahead + 1):
            day = today + timedelta(days=away)
            if day.isoweekday() in plan.weekdays and _covers(plan, day) and calendar.kind(day) != "holiday":
                found.add(day)
    first = min((calendar.nth_workday_after(today, plan.lead_workdays) for plan in plans), default=today)
    return sorted(day for day in found if day >= first)


def _covers(plan: SlotPlan, day: date) -> bool:
    return plan.starts_on <= day and (plan.ends_on is None or day <= plan.ends_on)


def blacked_out(group: Group, day: date) -> str:
    """Why nobody is taken by appointment on that day; "" where somebody is."""
    rows = Blackout.objects.filter(
        Q(group=group) | Q(group__isnull=True), hall=group.hall_id, first__lte=day, last__gte=day
    )
    return rows.values_list("reason", flat=True).first() or ""


def slots_on(plan: SlotPlan, day: date, doors: rules.Sessions) -> list[tuple[time, time]]:
    """The slots of a plan on a day with these doors."""
    return rules.slot_times(rules.Times(plan.weekdays, plan.begins, plan.ends, plan.minutes), day, doors)


def offers_of(group: Group, day: date, at: datetime) -> list[Offer]:
    """The slots of a group on a day with their places. What closes the centre shuts its slots by itself."""
    plans = [each for each in plans_of(group.hall).filter(group=group) if _covers(each, day)]
    if not plans or blacked_out(group, day):
        return []
    doors, today, calendar = queue.sessions(group.hall, day), day_of(at), work_calendar()
    taken = dict(
        Slot.objects.filter(group=group, begins_at__gte=_midnight(day), begins_at__lt=_midnight(day + timedelta(days=1)))
        .values_list("begins_at", "booked")
    )  # fmt: skip
    found: dict[datetime, Offer] = {}
    for plan in plans:
        opens = rules.released_at(day, plan.days_ahead, plan.release_at)
        soonest = calendar.nth_workday_after(today, plan.lead_workdays)
        for first, last in slots_on(plan, day, doors):
            begins = datetime.combine(day, first, tzinfo=CHINA)
            booked = taken.get(begins, 0)
            state = (
                "early"
                if opens > at
                else "late"
                if day < soonest or begins <= at
                else "full"
                if booked >= plan.quota
                else "open"
            )
            offer = Offer(begins, datetime.combine(day, last, tzinfo=CHINA), plan.quota, booked, opens, state)
            found.setdefault(begins, offer)
    return [found[key] for key in sorted(found)]


def _midnight(day: date) -> datetime:
    return datetime.combine(day, datetime.min.time(), tzinfo=CHINA)


# --- What was booked


def bookings_of(party_id: int) -> QuerySet[Booking]:
    """What a person has booked, the newest first."""
    rows = Booking.objects.filter(party=party_id).select_related("hall__centre", "group", "ticket")
    return rows.order_by("-begins_at", "-pk")


def own_booking(actor: Actor, uid: UUID) -> Booking:
    """The actor's own booking; to anybody else there is none (`NotFound`)."""
    found = bookings_of(actor.home_party_id or 0).filter(uid=uid).first()
    if found is None:
        raise NotFound("没有这个预约，或者不是您本人的。", next_step="请从“我的预约”进入。")
    return found


def booking_by_code(hall: Hall, code: str, at: datetime) -> Booking | None:
    """Today's booking with this code."""
    rows = Booking.objects.filter(hall=hall, day=day_of(at), code="".join(code.split())[:8])
    return rows.select_related("group", "hall__centre").first()


def booking_by_card(hall: Hall, id_number: str, at: datetime) -> Booking | None:
    """The next open booking of today of whoever has this identity card."""
    party = people.find_party("resident", id_number)
    if party is None:
        return None
    rows = Booking.objects.filter(hall=hall, day=day_of(at), party=party, state="booked").order_by("begins_at")
    return rows.select_related("group", "hall__centre").first()


def booking_of(ticket: Ticket) -> Booking | None:
    """The booking a ticket came of."""
    return Booking.objects.filter(ticket=ticket).first() if ticket.way == "appointment" else None


def open_ban(party_id: int, hall: Hall, at: datetime) -> Ban | None:
    """Why and until when somebody may not book in a hall; None where they may."""
    rows = Ban.objects.filter(party=party_id, hall=hall, lifted_at__isnull=True, until__gt=at)
    return rows.order_by("-until").first()


def bans_on(party_id: int, at: datetime) -> list[Ban]:
    """The bans in force on a person, in all halls."""
    rows = Ban.objects.filter(party=party_id, lifted_at__isnull=True, until__gt=at).select_related("hall")
    return list(rows.order_by("-until"))
