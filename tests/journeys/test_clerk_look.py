"""Every page of the desk, looked at on a desk and on a phone: nothing too wide, nothing too heavy, axe finds nothing serious."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.browser.driving import Browse, Site, press
from tests.cast import LI_ID
from tests.journeys.foodshop import set_up
from yimen.ground.kit import moments
from yimen.service.cases import services as cases

pytestmark = pytest.mark.browser
Look = Callable[..., None]


@pytest.mark.parametrize("phone", [False, True], ids=["desk", "phone"])
def test_pages_of_a_clerk(browse: Browse, site: Site, look: Look, phone: bool) -> None:
    stage = set_up(site.cast)
    for number in range(10):
        stage.submit(files=number % 2 == 0)
    whole, lacking = stage.submit(), stage.submit(files=False)
    told = stage.submit(files=False)
    cases.request_correction(
        code=told.matter.code, items=[(n, "未提交，请补交。") for n in range(1, 5)], actor=site.cast.actor("wang"),
        at=moments.now(),
    )  # fmt: skip
    page, where = browse("wang", phone=phone), "phone" if phone else "desk"
    for name, address in (
        ("inbox", "/desk/inbox/"),
        ("correcting", "/desk/correcting/"),
        ("query", "/desk/query/"),
        ("search", "/desk/search/?q=李明"),
        ("case", f"/desk/cases/{whole.matter.code}/"),
        ("case-lacking", f"/desk/cases/{lacking.matter.code}/"),
        ("case-told", f"/desk/cases/{told.matter.code}/"),
        ("clock", f"/desk/cases/{told.matter.code}/clock/"),
        ("correction", f"/desk/cases/{lacking.matter.code}/request_correction/"),
        ("supplement", f"/desk/cases/{told.matter.code}/supplement/"),
        ("decline", f"/desk/cases/{whole.matter.code}/decline/"),
        ("return", f"/desk/cases/{whole.matter.code}/materials/1/"),
        ("reveal", f"/desk/cases/{whole.matter.code}/reveal/contact_phone/"),
        ("handover", f"/desk/cases/{whole.matter.code}/hand_over/"),
        ("intake", "/desk/intake/"),
        ("person", f"/desk/intake/item/{stage.licence.code}/"),
    ):
        page.goto(address)
        look(page, f"clerk-{name}-{where}")
    page.fill("#id_id_number", LI_ID)
    press(page, "Enter")
    page.get_by_role("button", name="证件一致，继续").click()
    page.wait_for_url("**/desk/intake/form/**")
    look(page, f"clerk-form-{where}")


def test_inbox_fits_nine_rows_on_a_small_screen(browse: Browse, site: Site) -> None:
    stage = set_up(site.cast)
    for _ in range(12):
        stage.submit(files=False)
    page = browse("wang")
    page.goto("/desk/inbox/")
    rows = page.locator("[data-rows] > tr")
    fitting = [box for box in (row.bounding_box() for row in rows.all()) if box and box["y"] + box["height"] <= 768]
    assert len(fitting) >= 9


def test_originals_stand_side_by_side(browse: Browse, site: Site) -> None:
    case = set_up(site.cast).submit()
    page = browse("wang")
    page.goto(f"/desk/cases/{case.matter.code}/originals/")
    assert page.locator("iframe.original").count() == 2
    left = page.frames[1]
    assert "/originals/" in left.url
