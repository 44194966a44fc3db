"""Appointments: what is offered, who gets a place, how they come in, who did not come."""

from __future__ import annotations

import json
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from django.test import Client

from tests.cast import Cast
from yimen.ground.calendar.models import ClosingDay
from yimen.ground.kit import moments
from yimen.ground.kit.models import AuditEntry
from yimen.ground.kit.moments import CHINA, now
from yimen.ground.kit.refusals import NotAllowed, NotFound
from yimen.ground.notices.models import Message
from yimen.service.cases.tests.stage import published
from yimen.service.hall import rules, services
from yimen.service.hall.models import Ban, Booking, Hall, Slot, SlotPlan, Ticket
from yimen.service.hall.selectors import queue, slots
from yimen.service.hall.services import booking, planning, watching_slots
from yimen.service.hall.tests import stage

pytestmark = pytest.mark.django_db
DOORS = ((time(9, 0), time(12, 0)), (time(13, 30), time(17, 0)))


@pytest.fixture
def hall(cast: Cast) -> Hall:
    queue.forget()
    return stage.hall(cast)


def day_at(days: int, hour: int, minute: int = 0) -> datetime:
    return moments.local(now()).replace(hour=hour, minute=minute, second=0, microsecond=0) + timedelta(days=days)


def at(booked: Booking, minutes: int) -> datetime:
    return booked.begins_at + timedelta(minutes=minutes)


# --- Rules


def test_slots_lie_within_the_doors_hours() -> None:
    plan, monday = rules.Times((1, 2), time(9, 0), time(14, 30), 60), date(2026, 11, 23)
    assert [first.hour for first, _ in rules.slot_times(plan, monday, DOORS)] == [9, 10, 11]
    assert rules.slot_times(plan, monday, ()) == [] == rules.slot_times(plan, date(2026, 11, 25), DOORS)


@pytest.mark.parametrize(("minutes", "said"), [(-31, "early"), (-30, "in_time"), (15, "in_time"), (16, "late")])
def test_when_somebody_comes(minutes: int, said: str) -> None:
    begins = datetime(2026, 11, 23, 10, 0, tzinfo=CHINA)
    assert rules.arrival(begins, begins + timedelta(minutes=minutes), 30, 15) == said


# --- A place


def test_a_place_is_taken_and_given_back(cast: Cast, hall: Hall) -> None:
    stage.plan(cast, hall, quota=1)
    li, other = cast.actor("li"), cast.actor("qian")
    made = stage.booked(cast, hall)
    with pytest.raises(booking.HasBooking):
        booking.book(actor=li, group=made.group, begins_at=made.begins_at, at=now())
    with pytest.raises(booking.SlotGone, match="约满"):
        booking.book(actor=other, group=made.group, begins_at=made.begins_at, at=now())
    with pytest.raises(NotFound):
        booking.cancel(actor=other, uid=made.uid, at=now())
    booking.cancel(actor=li, uid=made.uid, at=now())
    assert Slot.objects.get().booked == 0
    again = booking.book(actor=other, group=made.group, begins_at=made.begins_at, at=now())
    with pytest.raises(booking.TooLateToCancel):
        booking.cancel(actor=other, uid=again.uid, at=at(again, -60))
    with pytest.raises(booking.NotToday):
        booking.cancel(actor=li, uid=made.uid, at=now())


def test_a_clock_that_jumps_releases_nothing_early(cast: Cast, hall: Hall) -> None:
    stage.plan(cast, hall, days_ahead=3, release_at=time(8, 0))
    group = stage.group(hall)
    begins, ahead = day_at(9, 10), day_at(8, 12)
    assert [each.state for each in slots.offers_of(group, begins.date(), ahead)][:1] == [
        "open"
    ]  # what a wrong clock would show
    with pytest.raises(booking.SlotGone, match="没有放号"):
        booking.book(actor=cast.actor("li"), group=group, begins_at=begins, at=ahead)
    assert not Slot.objects.exists()


def test_closures_and_blackouts_shut_slots(cast: Cast, hall: Hall) -> None:
    Hall.objects.filter(pk=hall.pk).update(hours="centre")
    stage.plan(cast, hall)
    hall = queue.hall_by_slug("main")
    group = stage.group(hall)
    days = slots.bookable_days(list(slots.plans_of(hall)), now())
    begins = next(
        offer.begins_at for each in days for offer in slots.offers_of(group, each, now()) if offer.state == "open"
    )
    day = begins.date()
    made = booking.book(actor=cast.actor("li"), group=group, begins_at=begins, at=now())
    off = planning.black_out(
        actor=cast.actor("manager"), hall=hall, given={"first": day, "last": day, "reason": "设备检修"}, at=now()
    )
    assert slots.offers_of(group, day, now()) == []
    assert watching_slots.shut(at=now()) == 1 and watching_slots.shut(at=now()) == 0
    made.refresh_from_db()
    assert made.state == "shut" and Slot.objects.get().booked == 0
    assert "设备检修" in Message.objects.get(template="hall.booking_shut").body
    planning.end_blackout(actor=cast.actor("manager"), blackout=off, at=now())
    assert slots.offers_of(group, day, now())


def test_the_lead_time_is_in_working_days(cast: Cast, hall: Hall) -> None:
    stage.plan(cast, hall, lead_workdays=2)
    group = stage.group(hall)
    friday = datetime(2026, 11, 27, 9, 0, tzinfo=CHINA)
    assert {each.state for each in slots.offers_of(group, date(2026, 11, 30), friday)} == {"late"}
    assert {each.state for each in slots.offers_of(group, date(2026, 12, 1), friday)} == {"open"}


# --- At the hall


def test_with_an_appointment_before_walk_ins(cast: Cast, hall: Hall) -> None:
    stage.plan(cast, hall)
    made = stage.booked(cast, hall)
    early, walk_in = stage.take(hall, at=at(made, -40)), stage.take(hall, at=at(made, -10))
    with pytest.raises(booking.NotToday):
        booking.arrive(booking=made, at=at(made, -31))
    ticket = booking.arrive(booking=made, at=at(made, -5))
    assert ticket.way == "appointment" and ticket.ahead and ticket.turn_at == at(made, -20)
    order = list(Ticket.objects.order_by("turn_at", "pk").values_list("uid", flat=True))
    assert order == [early.uid, ticket.uid, walk_in.uid]
    assert booking.arrive(booking=made, at=at(made, 0)).pk == ticket.pk  # twice is once
    made.refresh_from_db()
    assert made.state == "arrived" and made.ticket_id == ticket.pk


def test_late_is_a_walk_in(cast: Cast, hall: Hall) -> None:
    stage.plan(cast, hall)
    made = stage.booked(cast, hall)
    ticket = booking.arrive(booking=made, at=at(made, 16))
    made.refresh_from_db()
    assert made.late and not ticket.ahead and ticket.turn_at == at(made, 16)
    other = stage.booked(cast, hall, "qian")
    with pytest.raises(booking.NotToday):
        booking.arrive(booking=other, at=at(other, 60 * 24))
    with pytest.raises(booking.NotToday):
        booking.find_at_hall(hall, "000", "", at(other, 0))


# --- Time


def test_people_are_reminded_once(cast: Cast, hall: Hall) -> None:
    stage.plan(cast, hall)
    made = stage.booked(cast, hall)
    assert watching_slots.remind(at=at(made, -60 * 30)) == 0
    assert watching_slots.remind(at=at(made, -60 * 20)) == 1 and watching_slots.remind(at=at(made, -60 * 19)) == 0
    assert made.code in Message.objects.get(template="hall.booking_reminder").body


def missed(cast: Cast, hall: Hall, many: int) -> None:
    """So many appointments to which Li did not come, the last of them not marked yet."""
    for back in range(many, 0, -1):
        stage.written(hall, cast.parties["li"].pk, day_at(-back, 10), state="no_show" if back > 1 else "booked")


def test_three_times_not_come(cast: Cast, hall: Hall) -> None:
    stage.plan(cast, hall)
    li, manager, party = cast.actor("li"), cast.actor("manager"), cast.parties["li"].pk
    missed(cast, hall, 2)
    stage.written(hall, party, day_at(-40, 10), state="no_show")
    stage.written(hall, party, day_at(-120, 10), state="no_show")
    assert watching_slots.close_day(hall=hall, at=now()) == 1
    ban = Ban.objects.get()
    assert ban.counted == 3 and Message.objects.filter(template="hall.booking_banned").count() == 1
    with pytest.raises(booking.Banned, match="不能网上预约"):
        stage.booked(cast, hall)
    assert watching_slots.close_day(hall=hall, at=now()) == 0 and watching_slots.ban_if_due(hall, party, now()) is None
    stage.take(hall, id_number="519911199003070029")  # a walk-in is never shut out
    watching_slots.appeal(actor=li, ban=ban, text="住院了，有出院小结。", at=now())
    with pytest.raises(watching_slots.BanOver):
        watching_slots.appeal(actor=li, ban=ban, text="再说一次", at=now())
    with pytest.raises(NotAllowed):
        watching_slots.answer(actor=cast.actor("wang"), ban=ban, lift=True, reason="住院属实", at=now())
    watching_slots.answer(actor=manager, ban=ban, lift=True, reason="住院属实，恢复预约。", at=now())
    assert stage.booked(cast, hall).state == "booked"
    assert Message.objects.filter(template="hall.ban_answered").count() == 1


def test_shut_doors_are_nobodys_fault(cast: Cast, hall: Hall) -> None:
    Hall.objects.filter(pk=hall.pk).update(hours="centre")
    hall = Hall.objects.select_related("centre").get(pk=hall.pk)
    made = stage.written(hall, cast.parties["li"].pk, day_at(-1, 10))
    ClosingDay.objects.all().delete()
    queue.forget()
    doors = queue.sessions
    queue.sessions = lambda hall, day: ()
    try:
        assert watching_slots.close_day(hall=hall, at=now()) == 1
    finally:
        queue.sessions = doors
    made.refresh_from_db()
    assert made.state == "shut"


# --- Screens


def acts_since(last: int) -> list[str]:
    rows = AuditEntry.objects.filter(pk__gt=last).exclude(action="identity.sign_in").order_by("pk")
    return list(rows.values_list("action", flat=True))


def newest() -> int:
    return AuditEntry.objects.order_by("-pk").values_list("pk", flat=True).first() or 0


def page(client: Client, url: str, status: int = 200) -> str:
    answer = client.get(url)
    assert answer.status_code == status, url
    return answer.content.decode()


def test_a_citizen_books_and_gives_back(cast: Cast, hall: Hall) -> None:
    stage.plan(cast, hall)
    li, group = cast.client("li"), stage.group(hall)
    assert "市场准入" in page(li, "/queue/main/book/") and "网上预约" in page(Client(), "/queue/main/")
    begins = slots.offers_of(group, day_at(1, 9).date(), now())[0].begins_at
    given: dict[str, Any] = {"group": group.pk, "begins": f"{begins:%Y-%m-%dT%H:%M}"}
    last = newest()
    answer = li.post("/queue/main/book/", given)
    assert answer.status_code == 302 and acts_since(last) == ["hall.book"]
    made = Booking.objects.get()
    assert made.code in page(li, answer["Location"]) and "已预约" in page(li, "/queue/bookings/")
    assert li.post("/queue/main/book/", given).status_code == 409
    assert li.post("/queue/main/book/", given | {"begins": "昨天"}).status_code == 422
    assert li.post("/queue/main/book/", given | {"begins": "2020-01-01T09:00"}).status_code == 409
    assert cast.client("qian").get(answer["Location"]).status_code == 404
    last = newest()
    assert li.post(f"{answer['Location']}cancel/").status_code == 302 and acts_since(last) == ["hall.cancel_booking"]


def test_the_centre_plans_and_sees_who_comes(cast: Cast, hall: Hall) -> None:
    manager, wang, group = cast.client("manager"), cast.client("wang"), stage.group(hall)
    given: dict[str, Any] = {
        "group": group.pk, "weekdays": ["1", "2", "3", "4", "5", "6", "7"], "begins": "00:00", "ends": "23:30", "minutes": 30,
        "quota": 4, "lead_workdays": 0, "days_ahead": 14, "release_at": "08:00", "starts_on": "2026-01-01", "ends_on": "",
    }  # fmt: skip
    base, last = f"/manage/halls/{hall.pk}/slots/", newest()
    assert manager.post(f"{base}new/", given | {"ends": "00:00"}).status_code == 422
    assert manager.post(f"{base}new/", given | {"weekdays": []}).status_code == 422
    last = newest()
    assert manager.post(f"{base}new/", given).status_code == 302 and acts_since(last) == ["hall.set_plan"]
    plan = SlotPlan.objects.get()
    assert "30 分钟，4 人" in page(manager, base)
    assert manager.post(f"{base}{plan.pk}/", given | {"quota": 5}).status_code == 302
    day = f"{day_at(3, 9):%Y-%m-%d}"
    assert manager.post(base, {"group": "", "first": day, "last": "2020-01-01", "reason": "检修"}).status_code == 422
    assert manager.post(base, {"group": "", "first": day, "last": day, "reason": "检修"}).status_code == 302
    off = hall.blackouts.get()
    assert manager.post(f"/manage/halls/{hall.pk}/blackouts/{off.pk}/end/").status_code == 302
    made = stage.booked(cast, hall)
    seen = page(wang, f"/desk/bookings/?day={made.day}")
    assert "李*" in seen and "李明" not in seen
    assert wang.get(f"/desk/bookings/?day={made.day}&as=xlsx").status_code == 200
    assert wang.get(base).status_code == 403 and cast.client("qian").get("/desk/bookings/").status_code in (403, 404)


def test_reception_checks_in_and_bans_are_answered(cast: Cast, hall: Hall) -> None:
    wang, manager = cast.client("wang"), cast.client("manager")
    made = stage.written(hall, cast.parties["li"].pk, moments.local(now()))
    last = newest()
    answer = wang.post(f"/desk/bookings/{made.uid}/arrive/")
    assert answer.status_code == 302 and acts_since(last) == ["hall.issue", "hall.arrive"]
    other = stage.written(hall, cast.parties["qian"].pk, moments.local(now()))
    assert wang.post("/queue/main/arrive/", {"code": "999", "id_number": ""}).status_code == 409
    assert wang.post("/queue/main/arrive/", {"code": other.code, "id_number": ""}).status_code == 302
    missed(cast, hall, 3)
    services.watching_slots.close_day(hall=hall, at=now())
    ban = Ban.objects.get()
    li = cast.client("li")
    assert "申诉" in page(li, "/queue/bookings/")
    assert li.post(f"/queue/bans/{ban.pk}/appeal/", {"appeal": "住院"}).status_code == 302
    assert cast.client("qian").post(f"/queue/bans/{ban.pk}/appeal/", {"appeal": "住院"}).status_code == 404
    assert "申诉待答复" in page(manager, "/manage/halls/bans/") and "住院" in page(
        manager, f"/manage/halls/bans/{ban.pk}/"
    )
    assert manager.post(f"/manage/halls/bans/{ban.pk}/", {"act": "lift", "reason": ""}).status_code == 422
    assert manager.post(f"/manage/halls/bans/{ban.pk}/", {"act": "lift", "reason": "属实"}).status_code == 302
    assert manager.get("/manage/halls/bans/?state=all&as=xlsx").status_code == 200


def test_appointments_over_the_interface(cast: Cast, hall: Hall) -> None:
    stage.plan(cast, hall)
    group = stage.group(hall)
    li, wang, qian = (
        Client(headers={"authorization": f"Bearer {cast.token(name)}"}) for name in ("li", "wang", "qian")
    )
    offered = Client().get(f"/api/v1/queue/slots?hall=main&group={group.pk}").json()
    assert offered["days"] and Client().get(f"/api/v1/queue/slots?hall=main&group={group.pk + 99}").status_code == 404
    day = offered["days"][1]
    begins = Client().get(f"/api/v1/queue/slots?hall=main&group={group.pk}&day={day}").json()["slots"][0]["begins_at"]
    given = {"hall": "main", "group": group.pk, "begins_at": begins}

    def send(client: Client, path: str, body: dict[str, Any]) -> Any:
        return client.post(f"/api/v1/queue/bookings{path}", json.dumps(body), "application/json")

    last, made = newest(), send(li, "", given)
    assert made.status_code == 201 and acts_since(last) == ["hall.book"]
    assert send(li, "", given).status_code == 409 and send(wang, "", given).status_code == 404
    assert li.get("/api/v1/queue/bookings").json()[0]["code"] == made.json()["code"]
    assert send(qian, f"/{made.json()['uid']}/cancel", {}).status_code == 404
    assert send(li, f"/{made.json()['uid']}/cancel", {}).json()["state"] == "cancelled"
    here = stage.written(hall, cast.parties["li"].pk, moments.local(now()))
    came = send(wang, "/check-in", {"hall": "main", "code": here.code})
    assert came.status_code == 200 and came.json()["ticket_code"] == "A001"
    assert send(li, "/check-in", {"hall": "main", "code": here.code}).status_code == 403


def test_a_device_tries_itself(cast: Cast, hall: Hall) -> None:
    device, code = services.devices.register(
        actor=cast.actor("manager"), hall=hall, kind="kiosk", name="1 号取号机", at=now()
    )
    kiosk = Client()
    assert kiosk.get("/queue/device/test/").status_code == 403
    kiosk.post("/queue/device/", {"code": code})
    assert (
        "读卡器" in page(kiosk, "/queue/device/test/")
        and kiosk.get("/queue/device/test/", headers={"x-ping": "1"}).status_code == 204
    )
    given = dict.fromkeys(("screen", "sound", "printer", "reader", "network"), "1")
    assert kiosk.post("/queue/device/test/", given).status_code == 422  # the clock is not said
    right = str(int(now().timestamp() * 1000))
    last = newest()
    assert kiosk.post("/queue/device/test/", given | {"printer": "0", "device_clock": right}).status_code == 302
    assert acts_since(last) == ["hall.test_device"]
    device.refresh_from_db()
    assert device.health["clock"] and not device.health["printer"] and device.paper_out and device.tested_at
    assert "打印机故障" in page(cast.client("manager"), f"/manage/halls/{hall.pk}/devices/")
    kiosk.post("/queue/device/test/", given | {"device_clock": "1000"})
    device.refresh_from_db()
    assert not device.paper_out and device.health["clock"] is False


def test_an_item_leads_to_its_group(cast: Cast, hall: Hall) -> None:
    item = published(cast)
    manager, group = cast.client("manager"), stage.group(hall, "B")
    url = f"/manage/halls/{hall.pk}/groups/{group.pk}/"
    given: dict[str, Any] = {"name": group.name, "prefix": "B", "guess_minutes": 10, "order": 1, "says": ""}
    assert manager.post(url, given | {"items": "没有的事项"}).status_code == 422
    assert [way.groups[0].prefix for way in queue.ways_to(hall, item.name)] == ["A"]  # by its department
    assert manager.post(url, given | {"items": item.name}).status_code == 302
    assert [way.groups[0].prefix for way in queue.ways_to(hall, item.name[:3])] == ["B"]
    assert "卫生健康" in page(Client(), f"/queue/main/?want={item.name[:3]}") and item.name in page(manager, url)
    assert "没有找到" in page(Client(), "/queue/main/?want=养龙虾") and queue.ways_to(hall, "") == []
