"""Zhao reviews, Chen grants or refuses, Wu hands the result over."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.driving import Browse, Site, press
from tests.journeys.foodshop import again, set_up

pytestmark = pytest.mark.browser
Look = Callable[..., None]


def test_review_grant_and_hand_over(browse: Browse, site: Site, look: Look) -> None:
    case = set_up(site.cast).accepted()
    address = f"/desk/cases/{case.matter.code}/"
    zhao = browse("zhao")
    zhao.goto(address)
    look(zhao, "desk-case-reviewing")
    zhao.get_by_label("我的意见").fill("平面图与申请一致。")
    zhao.get_by_role("button", name="写入意见").click()
    expect(zhao.locator(".opinions")).to_contain_text("平面图与申请一致。")
    press(zhao, "s")
    dialog = zhao.get_by_role("dialog")
    dialog.get_by_label("审查意见").fill("材料齐全，符合条件。")
    look(zhao, "desk-dialog-review")
    dialog.get_by_role("button", name="送决定").click()
    expect(zhao.get_by_role("status")).to_contain_text("已送决定")
    chen = browse("chen")
    chen.goto(address)
    look(chen, "desk-case-deciding")
    press(chen, "g")
    chen.get_by_role("dialog").get_by_role("button", name="准予许可").click()
    expect(chen.get_by_role("status")).to_contain_text("已作出准予决定")
    assert again(case).decision == "granted"
    wu = browse("wu")
    wu.goto(address)
    press(wu, "d")
    look(wu, "desk-deliver")
    wu.get_by_label("领取人").fill("李明")
    wu.get_by_role("button", name="送达并办结").click()
    expect(wu.get_by_role("status")).to_contain_text("已送达，本件办结。")
    look(wu, "desk-case-concluded")
    assert again(case).matter.state == "concluded"
    press(wu, "d")
    expect(wu.get_by_role("status")).to_contain_text("已归档")


def test_refusal_needs_its_reason_and_tells_the_remedies(browse: Browse, site: Site, look: Look) -> None:
    case = set_up(site.cast).to_decide()
    page = browse("chen", js=False)  # the whole act works without scripts
    page.goto(f"/desk/cases/{case.matter.code}/")
    page.get_by_role("link", name="不予许可").click()
    expect(page.get_by_text("清河县人民法院")).to_be_visible()
    page.get_by_role("button", name="不予许可").click()
    expect(page.get_by_text("有 1 处需要改一下")).to_be_visible()
    assert again(case).decision == ""
    page.get_by_label("不予许可的事实和理由").fill("没有冷食专间，不符合食品经营许可条件。")
    page.get_by_role("button", name="不予许可").click()
    expect(page.get_by_text("已作出不予许可决定")).to_be_visible()
    assert again(case).decision_reason == "没有冷食专间，不符合食品经营许可条件。"


def test_refusal_page_reads_well(browse: Browse, site: Site, look: Look) -> None:
    case = set_up(site.cast).to_decide()
    page = browse("chen")
    page.goto(f"/desk/cases/{case.matter.code}/refuse/")
    look(page, "desk-refuse")
