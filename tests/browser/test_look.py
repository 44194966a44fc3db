"""Every component, at a desk and on a telephone, in elder mode, on paper, without JavaScript."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.driving import press

GALLERY = "/manage/look/"


@pytest.fixture
def keeper(browse: Any) -> Page:
    """The system administrator, one of those who look after the installation."""
    page: Page = browse("system")
    return page


@pytest.mark.parametrize("phone", [False, True], ids=["desk", "phone"])
@pytest.mark.parametrize("elder", [False, True], ids=["plain", "elder"])
@pytest.mark.parametrize("frame", ["", "portal"], ids=["workbench", "portal"])
def test_the_gallery_is_sound(browse: Any, look: Any, phone: bool, elder: bool, frame: str) -> None:
    page = browse("system", phone=phone, elder=elder)
    page.goto(f"{GALLERY}?frame={frame}")
    size, mode = ("phone" if phone else "desk"), ("elder" if elder else "plain")
    look(page, f"look-{frame or 'workbench'}-{size}-{mode}")


def test_the_gallery_on_paper(keeper: Page, look: Any) -> None:
    keeper.goto(GALLERY)
    keeper.emulate_media(media="print")
    expect(keeper.locator(".topbar")).to_be_hidden()
    expect(keeper.locator(".sidenav")).to_be_hidden()
    look(keeper, "look-print")


def test_the_gallery_without_javascript(browse: Any, look: Any) -> None:
    page = browse("system", js=False)
    page.goto(GALLERY)
    expect(page.get_by_role("heading", name="部件一览")).to_be_visible()
    expect(page.get_by_role("button", name="筛选")).to_be_visible()
    look(page, "look-without-js")


@pytest.mark.parametrize("phone", [False, True], ids=["desk", "phone"])
@pytest.mark.parametrize("elder", [False, True], ids=["plain", "elder"])
def test_the_door_is_sound(browse: Any, look: Any, phone: bool, elder: bool) -> None:
    page = browse(phone=phone, elder=elder)
    page.goto("/")
    look(page, f"home-{'phone' if phone else 'desk'}-{'elder' if elder else 'plain'}")


@pytest.mark.parametrize(("address", "name"), [("/nowhere/", "404"), ("/?q=%00", "400"), ("/offline/", "503")])
def test_pages_that_say_no_are_sound(phone: Page, look: Any, address: str, name: str) -> None:
    phone.goto(address)
    look(phone, f"answer-{name}", silent=False)


def test_a_refusal_at_the_desk_stays_in_the_desk(desk: Page, look: Any) -> None:
    desk.goto("/desk/nowhere/")
    expect(desk.locator(".sidenav")).to_be_visible()
    expect(desk.get_by_role("heading", name="没有找到")).to_be_visible()
    look(desk, "answer-404-desk", silent=False)


def test_elder_mode_is_switched_with_and_without_javascript(browse: Any) -> None:
    page = browse()
    page.goto("/")
    page.locator(".mast-tools [data-elder-switch]").click()
    expect(page.locator("html")).to_have_attribute("data-elder", "")
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-elder", "")
    plain = browse(js=False)
    plain.goto("/help/accessibility/")
    plain.get_by_role("link", name="长者模式", exact=True).first.click()
    expect(plain).to_have_url("/help/accessibility/")
    expect(plain.locator("html")).to_have_attribute("data-elder", "")
    plain.get_by_role("link", name="退出长者模式").first.click()
    expect(plain.locator("html")).not_to_have_attribute("data-elder", "")


def test_a_list_is_walked_by_keys(keeper: Page) -> None:
    keeper.goto(GALLERY)
    chosen = keeper.locator('[data-rows] > tr[aria-selected="true"]')
    press(keeper, "j")
    press(keeper, "j")
    expect(chosen).to_contain_text("临时占用城市道路许可")
    press(keeper, "k")
    expect(chosen).to_contain_text("特种设备使用登记")
    press(keeper, "/")
    expect(keeper.locator("#list-q")).to_be_focused()
    keeper.keyboard.type("jk")
    expect(keeper.locator("#list-q")).to_have_value("jk")


def test_the_shortcuts_are_listed(keeper: Page) -> None:
    keeper.goto(GALLERY)
    keeper.locator("h1").click()
    press(keeper, "?")
    expect(keeper.get_by_role("dialog", name="快捷键")).to_be_visible()
    press(keeper, "Escape")
    expect(keeper.get_by_role("dialog", name="快捷键")).to_be_hidden()


def test_a_dialog_asks_and_can_be_left(keeper: Page, axe: Any) -> None:
    keeper.goto(GALLERY)
    keeper.get_by_role("link", name="撤回申请").click()
    dialog = keeper.get_by_role("dialog", name="撤回这份申请？")
    expect(dialog).to_be_visible()
    axe(keeper)
    dialog.get_by_role("button", name="先不撤回").click()
    expect(dialog).to_be_hidden()
    expect(keeper).to_have_url(GALLERY)


def test_rows_are_picked_together(keeper: Page) -> None:
    keeper.goto(GALLERY)
    bar = keeper.locator("[data-chosen-bar]")
    expect(bar).to_be_hidden()
    keeper.get_by_label("选 食品经营许可（新办）").check()
    expect(bar).to_contain_text("已选 1 项")
    keeper.get_by_label("全选本页").check()
    expect(bar).to_contain_text("已选 6 项")


def test_the_first_tab_leads_past_the_menus(desk: Page) -> None:
    desk.goto("/manage/")
    press(desk, "Tab")
    expect(desk.get_by_role("link", name="跳到正文")).to_be_focused()
    press(desk, "Enter")
    expect(desk.locator("#main")).to_be_focused()


def test_a_form_is_sent_once_however_often_it_is_clicked(keeper: Page) -> None:
    keeper.goto(GALLERY)
    sent: list[str] = []
    keeper.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
    keeper.evaluate(
        """() => { const form = document.querySelector('#undo form'); form.target = 'elsewhere';
        const button = form.querySelector('.danger');
        document.getElementById('undo').showModal(); button.click(); button.click(); button.click(); }"""
    )
    keeper.wait_for_timeout(500)
    assert len(sent) <= 1
    assert keeper.locator("#undo .danger").get_attribute("aria-busy") == "true"
