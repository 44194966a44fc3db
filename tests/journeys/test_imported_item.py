"""An item of the real provincial catalogue goes from the file to the handed-over result, in a real Chromium."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.driving import Browse, Site, press
from yimen.ground.kit import moments
from yimen.ground.matters import sealing
from yimen.service.cases.models import Case
from yimen.service.catalogue import services as catalogue
from yimen.service.catalogue.models import ImportBatch, ServiceItem, SourceDepartment

pytestmark = [pytest.mark.browser, pytest.mark.commits]

REAL = Path(__file__).parents[3] / "shared" / "data"


def bring_in(site: Site) -> ServiceItem:
    """Import the catalogue, say which department is ours, check, publish; returns a licence with one material or more."""
    cast, at = site.cast, moments.now()
    manager = cast.actor("manager")
    report = catalogue.import_now(
        actor=manager,
        content=(REAL / "items_guangdong.csv").read_bytes(),
        file_name="items_guangdong.csv",
        materials=(REAL / "items_guangdong_materials.csv").read_bytes(),
        materials_name="items_guangdong_materials.csv",
        at=at,
    )
    counts = report.counts
    assert counts.rows == counts.new + counts.changed + counts.unchanged + counts.rejected
    source = SourceDepartment.objects.get(name="广东省市场监督管理局")
    catalogue.map_department(actor=manager, source=source, department=cast.units["market"], at=at)
    batch = ImportBatch.objects.get()
    catalogue.pass_batch(actor=cast.actor("legal"), batch=batch, opinion="依省级发布的事项目录。", at=at)
    catalogue.publish_batch(actor=manager, batch=batch, at=at)
    item = (
        ServiceItem.objects.filter(
            department=cast.units["market"], current__kind="licence", current__materials__isnull=False
        )
        .order_by("code")
        .first()
    )
    assert item is not None, "no licence of the department could be published"
    return item


@pytest.mark.skipif(not REAL.exists(), reason="the real catalogues (../shared/data) are not here")
def test_from_the_file_to_the_result(browse: Browse, site: Site) -> None:
    item = bring_in(site)
    code = apply_by_phone(browse("li", phone=True, js=False), item)
    address = f"/desk/cases/{code}/"
    wang = browse("wang")
    wang.goto(address)
    paper = wang.get_by_role("button", name="收到纸质件")
    for left in range(paper.count(), 0, -1):
        expect(paper).to_have_count(left)
        paper.first.click()
    expect(paper).to_have_count(0)
    press(wang, "a")
    expect(wang.get_by_role("status")).to_contain_text("已受理")
    zhao = browse("zhao")
    zhao.goto(address)
    press(zhao, "s")
    dialog = zhao.get_by_role("dialog")
    dialog.get_by_label("审查意见").fill("材料齐全，符合条件。")
    dialog.get_by_role("button", name="送决定").click()
    expect(zhao.get_by_role("status")).to_contain_text("已送决定")
    chen = browse("chen")
    chen.goto(address)
    press(chen, "g")
    chen.get_by_role("dialog").get_by_role("button", name="准予许可").click()
    expect(chen.get_by_role("status")).to_contain_text("已作出准予决定")
    wu = browse("wu")
    wu.goto(address)
    press(wu, "d")
    wu.get_by_label("领取人").fill("李明")
    wu.get_by_role("button", name="送达并办结").click()
    expect(wu.get_by_role("status")).to_contain_text("已送达，本件办结。")
    case = Case.objects.select_related("matter").get()
    assert (case.matter.state, case.matter.code[:31]) == ("concluded", item.code31)
    assert sealing.verify().sound


def apply_by_phone(page: Page, item: ServiceItem) -> str:
    """Li finds the item, fills in the basic form on a phone without scripts, brings the materials on paper; the number."""
    page.goto(f"/items/{item.code}/")
    page.get_by_role("link", name="在线办理").first.click()
    page.get_by_role("button", name="开始申请").click()
    page.get_by_label("申请内容").fill("申请办理这一事项。")
    page.get_by_role("button", name="保存，下一步").click()
    for box in page.get_by_label("到窗口交纸质件").all():
        box.check()
    page.get_by_role("button", name="保存，下一步").click()
    page.get_by_role("button", name="保存，下一步").click()
    page.get_by_label("以上内容和材料都是真实的").check()
    page.get_by_role("button", name="提交申请").click()
    expect(page.get_by_role("heading", name="已提交")).to_be_visible()
    return Case.objects.select_related("matter").get().matter.code
