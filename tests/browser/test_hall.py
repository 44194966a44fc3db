"""One visit as people live it: booked on the telephone, checked in at the kiosk with the card, called on the wall; and the screens."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.cast import LI_ID
from tests.rooms import hall as room
from yimen.ground.kit.moments import local, now
from yimen.service.hall.models import Device, Ticket
from yimen.service.hall.selectors import queue
from yimen.service.hall.services import devices
from yimen.service.hall.tests import stage


@pytest.mark.browser
def test_from_the_telephone_to_the_window(browse: Any, look: Any, site: Any) -> None:
    if local(now()).hour >= 23:
        pytest.skip("no slot begins within half an hour so late")
    queue.forget()
    cast = site.cast
    hall = stage.hall(cast)
    stage.plan(cast, hall)
    _, code = devices.register(actor=cast.actor("manager"), hall=hall, kind="kiosk", name="1 号取号机", at=now())

    phone = browse("li", phone=True)
    phone.goto("/queue/main/")
    phone.get_by_role("link", name="网上预约").click()
    look(phone, "phone-book")
    phone.locator(".book-times button").first.click()
    expect(phone.locator("[data-code]")).to_have_text(re.compile(r"^\d{6}$"))
    look(phone, "phone-booking")

    wall = browse()
    wall.goto("/queue/main/screen/")
    expect(wall.locator("[data-screen]")).to_have_attribute("data-ready", "1")

    kiosk = browse()
    kiosk.goto("/queue/device/")
    kiosk.get_by_label("开通码").fill(code)
    kiosk.get_by_role("button").last.click()
    kiosk.get_by_role("link", name="预约签到").click()
    look(kiosk, "kiosk-arrive")
    kiosk.keyboard.type(LI_ID)  # the card reader is a keyboard that types fast
    kiosk.keyboard.press("Enter")
    expect(kiosk.locator(".big-code")).to_have_text("A001")
    kiosk.get_by_role("button", name="拿到了").click()
    expect(kiosk.get_by_role("heading", name="请选要办的业务")).to_be_visible()
    kiosk.goto("/queue/device/test/")
    expect(kiosk.locator("[data-part=network] input[value='1']")).to_be_checked()
    expect(kiosk.locator("[data-part=clock] input[value='1']")).to_be_checked()
    look(kiosk, "kiosk-self-test")
    for part in ("screen", "sound", "printer", "reader"):
        kiosk.locator(f"[data-part={part}] input[value='1']").check(force=True)
    kiosk.get_by_role("button", name="记下结果").click()
    expect(kiosk.get_by_text("全部正常")).to_be_visible()
    assert Device.objects.get().health["reader"]

    phone.goto(f"/queue/tickets/{Ticket.objects.get().uid}/")
    expect(phone.get_by_text("按预约时间排队")).to_be_visible()
    wang = browse("wang")
    wang.goto("/desk/caller/")
    wang.get_by_role("button", name="开始叫号").click()
    wang.get_by_role("button", name="叫下一个").first.click()
    expect(wang.locator(".hand-code b")).to_have_text("A001")
    wall.evaluate("dispatchEvent(new Event('online'))")  # as after a break: what nobody has answered is said
    expect(wall.locator("[data-screen]")).to_have_attribute("data-said", "A001@3")
    expect(wall.locator(".say")).to_contain_text("A001")
    phone.reload()
    expect(phone.locator(".called")).to_contain_text("3")


@pytest.mark.browser
def test_the_appointments_read_well(browse: Any, look: Any, site: Any) -> None:
    held = room._build(site.cast)
    hall = held["hall"].pk
    for phone in (False, True):
        size = "phone" if phone else "desk"
        li, wang, manager = (browse(name, phone=phone) for name in ("li", "wang", "manager"))
        for page, name, url in (
            (li, "my-bookings", "/queue/bookings/"), (li, "my-booking", f"/queue/bookings/{held['booking']}/"),
            (li, "book", "/queue/main/book/"), (li, "want", "/queue/main/?want=市场"), (wang, "bookings", "/desk/bookings/"),
            (wang, "arrive", "/queue/main/arrive/"), (manager, "plans", f"/manage/halls/{hall}/slots/"),
            (manager, "plan", f"/manage/halls/{hall}/slots/{held['plan']}/"), (manager, "bans", "/manage/halls/bans/"),
            (manager, "ban", f"/manage/halls/bans/{held['ban']}/"), (manager, "devices", f"/manage/halls/{hall}/devices/"),
            (manager, "group", f"/manage/halls/{hall}/groups/{held['group'].pk}/"),
        ):  # fmt: skip
            page.goto(url)
            look(page, f"hall-{name}-{size}")
