"""Appointments of 清河县: plans of three groups, weeks of bookings behind, today's and the next days', one person who did not come
three times and appeals. What is over is written in one go; plans and blackouts go through the services."""

from __future__ import annotations

import random
from datetime import date, datetime, time, timedelta

from yimen.ground.identity.models import Party
from yimen.ground.kit.moments import CHINA, day_of
from yimen.house.demo.acting import Stage
from yimen.house.demo.hall import MANAGER
from yimen.service.hall.models import Ban, Booking, Group, Hall, Slot, SlotPlan
from yimen.service.hall.selectors import queue, slots
from yimen.service.hall.services import planning

PLANS = (("A", time(9, 0), time(11, 30), 30, 4, 1), ("A", time(14, 0), time(16, 30), 30, 3, 1), ("B", time(9, 0), time(12, 0), 20, 3, 0),
         ("C", time(9, 30), time(11, 30), 40, 2, 1))  # fmt: skip
"""Prefix, from, to, minutes, places, working days ahead."""
BACK, PEOPLE, ABSENT = 30, 160, "lipeiran"


def tell(stage: Stage) -> None:
    """The chapter."""
    manager, days = stage.actor(MANAGER), stage.days
    hall = Hall.objects.select_related("centre").get(slug="main")
    groups = {each.prefix: each for each in Group.objects.filter(hall=hall).select_related("hall__centre")}
    begun = days.at(days.back(BACK), 8, 0)
    plans = [
        planning.save_plan(
            actor=manager, at=begun, group=groups[prefix],
            given={
                "weekdays": [1, 2, 3, 4, 5], "begins": begins, "ends": ends, "minutes": minutes, "quota": quota, "lead_workdays": lead,
                "days_ahead": 14, "release_at": time(8, 0), "starts_on": day_of(begun),
            },
        )
        for prefix, begins, ends, minutes, quota, lead in PLANS
    ]  # fmt: skip
    off = days.after(days.after(days.due_target()))
    planning.black_out(
        actor=manager,
        hall=hall,
        at=begun,
        given={"group": groups["C"], "first": off, "last": off, "reason": "系统升级"},
    )
    people = list(Party.objects.filter(kind="natural").exclude(pk=stage.parties[ABSENT]).order_by("pk")[:PEOPLE])
    chance = random.Random(50)  # noqa: S311 - the same invented weeks every time
    rows: list[Booking] = []
    for back in range(BACK, 0, -1):
        rows += _day(stage, hall, plans, days.back(back), people, chance, 9)
    today = days.due_target()
    rows += _day(stage, hall, plans, today, people, chance, 12)
    rows += _day(stage, hall, plans, days.after(today), people, chance, 7)
    missed = [_absent(stage, hall, groups["A"], days.back(back)) for back in (19, 11, 4)]
    Booking.objects.bulk_create([*rows, *missed])
    since = datetime.combine(days.back(3), time(0, 22), tzinfo=CHINA)
    ban = Ban.objects.create(
        hall=hall, party_id=stage.parties[ABSENT], since=since, until=since + timedelta(days=hall.ban_days), counted=3,
        appeal="上周四孩子发烧住院，没来得及取消，能不能恢复预约？", appealed_at=since + timedelta(hours=11),
    )  # fmt: skip
    Booking.objects.filter(pk__in=[each.pk for each in missed]).update(ban=ban)


def _slot(group: Group, begins: datetime, minutes: int) -> Slot:
    slot, made = Slot.objects.get_or_create(
        group=group, begins_at=begins, defaults={"ends_at": begins + timedelta(minutes=minutes), "booked": 1}
    )
    if not made:
        Slot.objects.filter(pk=slot.pk).update(booked=slot.booked + 1)
        slot.booked += 1
    return slot


def _booking(stage: Stage, hall: Hall, group: Group, slot: Slot, party: int, chance: random.Random) -> Booking:
    asked = min(
        slot.begins_at - timedelta(days=2, minutes=chance.randrange(900)), stage.days.now - timedelta(minutes=9)
    )
    return Booking(
        hall=hall, group=group, slot=slot, party_id=party, code=f"{chance.randrange(10**6):06d}",
        day=slot.begins_at.astimezone(CHINA).date(), begins_at=slot.begins_at, ends_at=slot.ends_at,
        way=chance.choice(["phone", "phone", "web"]), booked_at=asked,
    )  # fmt: skip


def _day(
    stage: Stage, hall: Hall, plans: list[SlotPlan], day: date, people: list[Party], chance: random.Random, many: int
) -> list[Booking]:
    """So many bookings of a day; of those that are over most people came, some gave the place back, few stayed away."""
    doors = queue.sessions(hall, day)
    found, held = [], set()
    for party in chance.sample(people, min(many, len(people))):
        plan = chance.choice(plans)
        offers = slots.slots_on(plan, day, doors)
        if not offers or party.pk in held:
            continue
        first, last = chance.choice(offers)
        begins = datetime.combine(day, first, tzinfo=CHINA)
        if Slot.objects.filter(group=plan.group, begins_at=begins, booked__gte=plan.quota).exists():
            continue
        held.add(party.pk)
        minutes = last.hour * 60 + last.minute - first.hour * 60 - first.minute
        booking = _booking(stage, hall, plan.group, _slot(plan.group, begins, minutes), party.pk, chance)
        if begins < stage.days.now - timedelta(minutes=30):
            booking.state = chance.choices(["arrived", "cancelled", "no_show"], [86, 9, 5])[0]
            if booking.state == "no_show" and day == day_of(stage.days.now):
                booking.state = "booked"
            booking.ended_at = (
                None if booking.state == "booked" else begins - timedelta(minutes=chance.randrange(1, 25))
            )
            if booking.state == "cancelled":
                booking.ended_at, booking.why = begins - timedelta(hours=20), "本人取消"
                Slot.objects.filter(pk=booking.slot_id).update(booked=booking.slot.booked - 1)
        if booking.state == "booked" and Booking.objects.filter(party=party, group=plan.group, state="booked").exists():
            booking.state, booking.ended_at, booking.why = "cancelled", booking.booked_at, "本人取消"
        found.append(booking)
    return found


def _absent(stage: Stage, hall: Hall, group: Group, day: date) -> Booking:
    chance = random.Random(day.toordinal())  # noqa: S311 - invented
    slot = _slot(group, datetime.combine(day, time(9, 30), tzinfo=CHINA), 30)
    booking = _booking(stage, hall, group, slot, stage.parties[ABSENT], chance)
    booking.state, booking.ended_at = "no_show", datetime.combine(day + timedelta(days=1), time(0, 22), tzinfo=CHINA)
    return booking
