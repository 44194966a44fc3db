"""Where the focus is when only keys are used: it can be seen, it follows the page, and it comes back."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.driving import Browse, Site, press
from tests.journeys.foodshop import set_up

pytestmark = pytest.mark.browser

RING = """() => {
  const at = document.activeElement, drawn = getComputedStyle(at), box = at.getBoundingClientRect();
  return {tag: at.tagName, ring: drawn.outlineStyle !== "none" && parseFloat(drawn.outlineWidth) >= 2,
          label: at.closest(".choice, .upload") !== null, wide: box.width > 0, name: at.outerHTML.slice(0, 120)};
}"""


def test_whatever_has_the_focus_shows_it(browse: Browse, site: Site) -> None:
    """Every stop of Tab on the pages of the clerk's way has its ring, in the order in which the page is read."""
    case = set_up(site.cast).submit()
    page = browse("wang")
    for address in ("/desk/inbox/", f"/desk/cases/{case.matter.code}/", "/desk/intake/"):
        page.goto(address)
        page.evaluate("document.activeElement?.blur()")
        stops = 0
        for _ in range(60):
            press(page, "Tab")
            seen = page.evaluate(RING)
            if seen["tag"] == "BODY":
                break
            stops += 1
            assert seen["ring"] or seen["label"], f"{address}: no ring on {seen['name']}"
        assert stops > 2, address


def test_the_focus_comes_back_from_a_dialog(browse: Browse, site: Site) -> None:
    case = set_up(site.cast).submit()
    page = browse("wang")
    page.goto(f"/desk/cases/{case.matter.code}/")
    opener = page.get_by_role("link", name="当场更正")
    opener.focus()
    press(page, "Enter")
    dialog = page.get_by_role("dialog", name="当场更正")
    expect(dialog).to_be_visible()
    assert page.evaluate("document.activeElement.closest('dialog') !== null")
    press(page, "Escape")
    expect(dialog).to_be_hidden()
    expect(opener).to_be_focused()


def test_a_case_is_taken_in_judged_and_accepted_by_tab_and_enter_alone(browse: Browse, site: Site) -> None:
    """Nobody has to know the letters: Tab, Space and Enter do the same."""
    case = set_up(site.cast).submit()
    page = browse("wang")
    page.goto("/desk/inbox/")
    _tab_to(page, "a.title")
    press(page, "Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("食品经营许可（新办）")
    _tab_to(page, ".table-foot button")
    press(page, "Enter")
    expect(page.get_by_text("4 份，已核 4 份")).to_be_visible()
    _tab_to(page, ".next .primary")
    press(page, "Enter")
    expect(page.get_by_role("status")).to_contain_text("已受理，受理通知书可以打印了。")
    case.refresh_from_db()
    assert case.slip_number


def _tab_to(page: Page, selector: str) -> None:
    for _ in range(80):
        if page.evaluate("selector => document.activeElement?.matches(selector)", selector):
            return
        press(page, "Tab")
    raise AssertionError(f"Tab never reaches {selector}")
