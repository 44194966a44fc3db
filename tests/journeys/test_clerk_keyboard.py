"""Wang at window 3 takes a case from the inbox to acceptance, and a visitor from the counter to the slip, by keyboard alone."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.driving import Browse, Site, press
from tests.cast import LI_ID
from tests.journeys.foodshop import again, set_up
from yimen.service.cases.models import Case, CaseMaterial

pytestmark = pytest.mark.browser
Look = Callable[..., None]


def test_accept_from_the_inbox_by_keyboard(browse: Browse, site: Site, look: Look) -> None:
    stage = set_up(site.cast)
    first, second = stage.submit(), stage.submit()
    page = browse("wang")
    page.goto("/desk/")
    look(page, "desk-inbox")
    press(page, "j")
    press(page, "k")
    press(page, "Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("食品经营许可（新办）")
    page.wait_for_load_state("networkidle")
    look(page, "desk-case-received")
    press(page, "y")
    expect(page.get_by_text("4 份，已核 1 份")).to_be_visible()
    press(page, "e")
    expect(page.get_by_text("4 份，已核 4 份")).to_be_visible()
    press(page, "a")
    expect(page.get_by_role("status")).to_contain_text("已受理，受理通知书可以打印了。")
    expect(page.locator("[data-key=p]")).to_contain_text("打印行政许可申请受理通知书")
    look(page, "desk-case-accepted")
    accepted = again(first)
    assert accepted.matter.state == "reviewing"
    assert accepted.slip_number
    press(page, "u")
    expect(page.get_by_role("heading", level=1)).to_have_text("收件箱")
    press(page, "c")
    expect(page.get_by_role("status")).to_contain_text("已认领")
    assert again(second).matter.person_name == "王芳"


def test_reception_by_keyboard_up_to_the_slip(browse: Browse, site: Site, look: Look) -> None:
    set_up(site.cast)
    page = browse("wang")
    page.goto("/desk/")
    press(page, "n")
    expect(page.locator("#item")).to_be_focused()
    page.keyboard.type("许可证补发")
    expect(page.locator("#items tr[data-first]")).to_contain_text("食品经营许可证补发")
    look(page, "desk-intake-item")
    press(page, "Enter")
    expect(page.locator("#id_id_number")).to_be_focused()
    page.keyboard.type(LI_ID)
    press(page, "Enter")
    expect(page.get_by_text("有档案：李明")).to_be_visible()
    look(page, "desk-intake-person")
    press(page, "Enter")
    expect(page.locator("#id_shop_name")).to_be_focused()
    look(page, "desk-intake-form")
    page.keyboard.type("小满汤粉店")
    press(page, "Tab")
    page.keyboard.type("86.5")
    _tab_to(page, "input[name=cold]")
    press(page, "Space")
    _answer_what_follows(page)
    for material in range(4):
        _tab_to(page, f".counter-list li:nth-child({material + 1}) input[type=checkbox]")
        press(page, "Space")
    _tab_to(page, "#id_contact_name")
    press(page, "Enter")
    expect(page.get_by_role("status").first).to_contain_text("已收下并受理，受理通知书可以打印了。")
    case = Case.objects.select_related("matter").get()
    assert (case.matter.state, case.matter.channel) == ("reviewing", "window")
    assert set(case.materials.values_list("state", flat=True)) == {CaseMaterial.State.ACCEPTED}
    expect(page.get_by_role("link", name="打印行政许可申请受理通知书").first).to_be_visible()


def _tab_to(page: Page, selector: str) -> None:
    """Press Tab until the wanted control has the focus; the mouse is never used."""
    for _ in range(40):
        if page.evaluate("selector => document.activeElement?.matches(selector)", selector):
            return
        press(page, "Tab")
    raise AssertionError(f"Tab never reaches {selector}")


def _answer_what_follows(page: Page) -> None:
    """`是` opens the question for the cold room, put in by the server without losing the place."""
    expect(page.locator("#id_cold_area")).to_be_visible()
    _tab_to(page, "#id_cold_area")
    page.keyboard.type("12")
