"""The pages of the residence before a real browser, at both sizes; what is told and asked on the guide."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import pytest
from playwright.sync_api import expect

from tests.rooms.residence import arguments
from tests.security.world import filled
from yimen.ground.identity.policies import all_views
from yimen.service.residence.tests.stage import item

STAFF = (
    "report", "department", "items", "item", "entries", "functions", "new_function", "adjustments", "adjustment", "propose",
    "decide", "attempts", "volumes", "outside", "directories", "directory", "directory_upload", "upload", "demands",
    "answer_demand", "plans", "plan", "edit_plan", "lists", "candidates", "batch", "province", "tiers", "settings",
)  # fmt: skip
PUBLIC = (
    "public_windows", "public_window", "public_lists", "public_list", "public_directory", "public_province", "public_demands",
)  # fmt: skip
WHO = {"edit_plan": "he", "propose": "he"}


class World:
    """What the table of addresses asks for."""

    def __init__(self, cast: Any) -> None:
        self.cast = cast
        self.item = item(cast, visits=0, channels=["online", "window"], place="文澜路 8 号")
        item(cast, "食品经营许可", visits=1, channels=["window"])
        item(
            cast, "特种设备使用登记", visits=2, fee=True, fee_basis="发改价格〔2015〕1299号", fee_standard="每台 30 元"
        )


@pytest.fixture
def urls(site: Any) -> dict[str, str]:
    """Where each page stands."""
    table = arguments(World(site.cast))
    ours = [view for view in all_views() if view.name.startswith("residence:")]
    return {view.name.removeprefix("residence:"): filled(view, table) for view in ours}


@pytest.mark.browser
@pytest.mark.parametrize("phone", [False, True])
def test_each_page_reads_well(browse: Any, look: Any, urls: dict[str, str], phone: bool) -> None:
    pages: dict[str, Any] = {}
    for name in (*STAFF, *PUBLIC):
        who = WHO.get(name, "manager") if name in STAFF else ""
        if who not in pages:
            pages[who] = browse(who, phone=phone)
        page = pages[who]
        question = (
            f"?{urlencode({'kind': 'enter'})}" if name == "propose" else "?show=unfit" if name == "candidates" else ""
        )
        page.goto(urls[name] + question)
        assert "sign-in" not in page.url, name
        look(page, f"residence-{name}{'-phone' if phone else ''}")


@pytest.mark.browser
def test_asked_for_from_the_guide(browse: Any, look: Any, site: Any) -> None:
    made = item(site.cast)
    page = browse("li", phone=True)
    page.goto(f"/items/{made.code}/")
    page.get_by_role("link", name="这件事在大厅办不了？提出需求").click()
    look(page, "residence-ask-phone")
    page.get_by_role("button", name="提出需求").click()
    expect(page.get_by_text("需求已提出")).to_be_visible()
    expect(page.get_by_text("正在研究")).to_be_visible()
