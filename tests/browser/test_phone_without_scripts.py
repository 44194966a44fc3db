"""On a telephone without scripts: mistakes are told with the way to them, a bad file costs nothing else, a draft waits."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.driving import Browse, Site
from tests.journeys.foodshop import pdf, set_up
from yimen.service.cases.models import Draft

pytestmark = pytest.mark.browser


def test_a_mistake_is_led_to_and_nothing_is_lost(browse: Browse, site: Site, tmp_path: Path) -> None:
    stage = set_up(site.cast)
    page = browse("li", phone=True, js=False)
    page.goto(f"/apply/{stage.licence.code}/")
    page.get_by_role("button", name="开始申请").click()
    page.locator("#id_shop_name").fill("小满汤粉店")
    page.locator("#id_area").fill("很大")
    page.get_by_role("button", name="保存，下一步").click()
    summary = page.locator(".error-summary")
    expect(summary).to_be_visible()
    expect(page.locator("#id_shop_name")).to_have_value("小满汤粉店")
    expect(page.locator("#id_area")).to_have_value("很大")
    target = summary.get_by_role("link").first.get_attribute("href") or ""
    assert page.locator(target).count() == 1, f"the summary leads to {target}, which is not on the page"
    assert page.title().startswith("有 ")

    page.get_by_role("link", name="存好退出").click()
    expect(page.get_by_role("heading", name="没填完的")).to_be_visible()
    page.get_by_role("link", name="接着填").click()
    expect(page.locator("#id_shop_name")).to_have_value("小满汤粉店")
    page.locator("#id_area").fill("86.5")
    page.locator("input[name=cold][value=no]").check()
    page.get_by_role("button", name="保存，下一步").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("要交的材料")

    good, bad = tmp_path / "平面图.pdf", tmp_path / "说明.pdf"
    good.write_bytes(pdf("平面图"))
    bad.write_bytes(b"not a PDF at all")
    uploads = page.locator("input[type=file]")
    uploads.nth(0).set_input_files(good)
    uploads.nth(1).set_input_files(bad)
    page.get_by_role("button", name="上传", exact=True).first.click()
    expect(page.locator(".error-summary")).to_be_visible()
    expect(page.get_by_text("平面图.pdf")).to_be_visible()
    assert Draft.objects.get().files.count() == 1
