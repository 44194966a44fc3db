"""统一出件: the code on the telephone, the pen at the window, the cell of the cabinet, the parcel on its way."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import transaction
from playwright.sync_api import expect

from tests.browser.driving import DESK, PHONE, write_name
from tests.cast import Cast
from yimen.service.delivery.tests import stage


@pytest.mark.browser
def test_from_the_code_to_the_signature(browse: Any, look: Any, site: Any) -> None:
    with transaction.atomic():
        row = stage.shelved(site.cast)

    phone = browse("li", phone=True)
    phone.goto(f"/my/matters/{row.matter.code}/")
    phone.locator(f"a[href='/my/results/{row.uid}/']").first.click()
    expect(phone.get_by_text(f"{row.code_kept[:4]} {row.code_kept[4:]}").first).to_be_visible()
    look(phone, "phone-result")

    desk = browse("wu")
    desk.goto("/desk/results/")
    look(desk, "results")
    desk.locator(".find-result input[name=q]").fill(row.code_kept)
    desk.keyboard.press("Enter")
    desk.wait_for_url(f"**/desk/results/{row.uid}/")
    look(desk, "result")
    desk.locator("input[name=code]").fill(row.code_kept)
    desk.get_by_role("button", name="交付并办结").click()
    expect(desk.locator(".error-summary")).to_be_visible()  # nobody has signed
    assert desk.locator("input[name=code]").input_value() == row.code_kept, "what was typed is kept"
    look(desk, "result-refused", silent=False)
    write_name(desk, 0.6)
    desk.get_by_role("button", name="交付并办结").click()
    expect(desk.get_by_role("heading", name="已交付")).to_be_visible()
    expect(desk.locator(".signed-for img")).to_be_visible()
    look(desk, "result-handed")
    desk.goto(f"/desk/cases/{row.matter.code}/")
    expect(desk.get_by_text("已交付").first).to_be_visible()
    phone.reload()
    look(phone, "phone-result-handed")


@pytest.mark.browser
def test_from_a_cell_of_the_cabinet(browse: Any, look: Any, site: Any) -> None:
    with transaction.atomic():
        box = stage.cabinet(site.cast)
        row = stage.in_cell(site.cast, box, 7)
    door = browse()
    door.goto(f"/cabinet/{box.uid}/")
    look(door, "cabinet")
    door.locator("input[name=code]").fill("00000000")
    door.keyboard.press("Enter")
    expect(door.locator(".error-summary, .field-error, [role=alert]").first).to_be_visible()
    door.locator("input[name=code]").fill(row.code_kept)
    door.keyboard.press("Enter")
    expect(door.get_by_text("7").first).to_be_visible()
    look(door, "cabinet-open")
    assert stage.again(row).state == "handed"


def _shown(cast: Cast) -> dict[str, tuple[str, str]]:
    """Every other screen, with somebody who opens it."""
    on_the_way = stage.ordered(cast)
    waiting = stage.decided(cast)
    return {
        "phone-mail": ("li", f"/my/results/{waiting.uid}/mail/"),
        "phone-parcel": ("li", f"/my/parcels/{on_the_way.uid}/"),
        "parcels": ("wu", "/desk/parcels/"),
        "parcel": ("wu", f"/desk/parcels/{on_the_way.uid}/"),
        "shelve": ("wu", f"/desk/results/{waiting.uid}/shelve/"),
        "report": ("manager", "/desk/delivery-report/"),
        "cabinets": ("manager", "/manage/cabinets/"),
    }


@pytest.mark.browser
def test_the_other_screens_read_well(browse: Any, look: Any, site: Any) -> None:
    with transaction.atomic():
        shown = _shown(site.cast)
    for name, (who, address) in shown.items():
        page = browse(who)
        page.goto(address)
        for size in (DESK, PHONE):
            page.set_viewport_size(size)
            look(page, f"delivery-{name}-{size['width']}")
