"""From the home page to the number in a real browser: on a phone, at a desk, and on a phone without JavaScript.

Every page on the way is looked at: picture, axe, width, weight, console.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.driving import Browse, Site
from tests.cast import PASSWORD
from tests.journeys.teahouse import apply, open_teahouse, pdf
from yimen.ground.kit import moments
from yimen.service.cases import services
from yimen.service.cases.models import Case

pytestmark = [pytest.mark.browser, pytest.mark.commits]
Look = Callable[..., None]


@pytest.fixture
def report(tmp_path: Path) -> Path:
    path = tmp_path / "听泉茶馆卫生检测报告.pdf"
    path.write_bytes(pdf("report"))
    return path


def fill_in(page: Page) -> None:
    """Everything step 1 asks of everybody."""
    page.get_by_label("场所名称").fill("听泉茶馆")
    page.get_by_label("经营面积").fill("86.5")
    page.get_by_text("茶座、咖啡馆、酒吧").click()
    page.get_by_label("姓名").fill("王𠮷")
    page.get_by_label("体检日期").fill("2026-10-12")


def go_on(page: Page) -> None:
    page.get_by_role("button", name="保存，下一步").click()


@pytest.mark.parametrize("phone", [True, False], ids=["phone", "desk"])
def test_the_whole_way(browse: Browse, site: Site, look: Look, report: Path, phone: bool) -> None:
    item = open_teahouse(site.cast)
    kind = "phone" if phone else "desk"
    page = browse("li", phone=phone)
    page.goto(f"/apply/{item.code}/")
    look(page, f"apply-0-start-{kind}")
    page.get_by_role("button", name="开始申请").click()
    expect(page.get_by_label("空调卫生检测报告编号")).to_have_count(0)
    page.get_by_label("是", exact=True).check()
    expect(page.get_by_label("空调卫生检测报告编号")).to_be_visible()
    page.get_by_label("经营面积").fill("八十六")
    go_on(page)
    expect(page.locator(".error-summary")).to_be_focused()
    expect(page).to_have_title("有 5 处要改 · 公共场所卫生许可证核发（新办） · 情况 · 清河县政务服务")
    look(page, f"apply-1-form-{kind}", silent=False)  # the page is a 422, and the console says so
    fill_in(page)
    page.get_by_label("空调卫生检测报告编号").fill("QHJC-2026-0913")
    go_on(page)

    expect(page.get_by_role("heading", name="要交的材料")).to_be_visible()
    page.get_by_label("上传一年内卫生检测报告").set_input_files(report)
    expect(page.locator(".file .name")).to_have_count(1)
    go_on(page)
    expect(page.locator(".error-summary")).to_be_visible()
    look(page, f"apply-2-materials-{kind}", silent=False)
    page.get_by_label("上传集中空调检测报告").set_input_files(report)
    page.get_by_label("到窗口交纸质件").first.check()
    go_on(page)  # while the file may still be on its way

    expect(page.get_by_role("heading", name="怎么联系您，结果怎么给您")).to_be_visible()
    look(page, f"apply-3-delivery-{kind}")
    go_on(page)
    expect(page.get_by_role("heading", name="请核对，没有问题就提交")).to_be_visible()
    look(page, f"apply-4-check-{kind}")
    page.goto("/my/")
    look(page, f"mine-draft-{kind}")
    page.get_by_role("link", name="接着填").click()
    page.get_by_label("以上内容和材料都是真实的").check()
    page.get_by_role("button", name="提交申请").dblclick()
    expect(page.get_by_role("heading", name="已提交")).to_be_visible()
    look(page, f"apply-5-done-{kind}")
    assert Case.objects.count() == 1

    page.get_by_role("link", name="看办到哪一步").click()
    look(page, f"case-received-{kind}")
    code = page.url.split("/")[-2]
    services.request_correction(
        code=code, items=[(3, "平面图缺消毒间，请补画")], actor=site.cast.actor("wang"), at=moments.now()
    )
    page.reload()
    look(page, f"case-correction-{kind}")
    page.get_by_role("link", name="补交材料").click()
    page.get_by_label("上传平面图及卫生设施布局图").set_input_files(report)
    expect(page.locator(".file .name")).to_have_count(1)
    look(page, f"case-correct-{kind}")
    page.get_by_role("button", name="提交补正材料").click()
    expect(page.get_by_text("材料已补交")).to_be_visible()
    services.accept_case(code=code, actor=site.cast.actor("wang"), at=moments.now())
    page.reload()
    expect(page.get_by_role("heading", level=1)).to_contain_text("正在审查，最晚")
    look(page, f"case-reviewing-{kind}")
    with page.expect_download() as slip:
        page.get_by_role("link", name="受理通知书").first.click()
    assert Path(slip.value.path()).read_bytes().startswith(b"%PDF-")
    page.goto(f"/my/matters/{code}/withdraw/")
    look(page, f"case-withdraw-{kind}")


def test_on_a_phone_without_javascript(browse: Browse, site: Site, look: Look, report: Path) -> None:
    """Nothing but links and forms: from the search to the number, signing in on the way."""
    open_teahouse(site.cast)
    page = browse(phone=True, js=False)
    page.goto("/")
    page.get_by_label("搜索事项").fill("公共场所")
    page.get_by_role("button", name="搜索").click()
    page.get_by_role("link", name="公共场所卫生许可证核发（新办）").click()
    page.get_by_role("link", name="在线办理").click()
    page.get_by_label("登录名").fill("li_citizen")
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录", exact=True).click()
    page.get_by_role("button", name="开始申请").click()

    fill_in(page)
    page.get_by_label("是", exact=True).check()
    page.get_by_role("button", name="看看还要填什么").click()
    expect(page.get_by_label("场所名称")).to_have_value("听泉茶馆")
    page.get_by_label("空调卫生检测报告编号").fill("QHJC-2026-0913")
    page.get_by_role("button", name="增加一行").click()
    page.get_by_label("姓名").nth(1).fill("李四")
    page.get_by_role("button", name="删去第 2 行").click()
    page.screenshot(path=Path("shots") / "apply-1-form-phone-without-js.png", full_page=True)
    go_on(page)

    page.get_by_label("上传一年内卫生检测报告").set_input_files(report)
    page.get_by_role("button", name="上传", exact=True).first.click()
    expect(page.locator(".file .name")).to_have_text("听泉茶馆卫生检测报告.pdf")
    page.get_by_label("上传集中空调检测报告").set_input_files(report)
    page.get_by_label("上传平面图及卫生设施布局图").set_input_files(report)
    page.screenshot(path=Path("shots") / "apply-2-materials-phone-without-js.png", full_page=True)
    go_on(page)
    page.get_by_label("邮寄", exact=False).first.check()
    page.get_by_label("邮寄地址").fill("清河县柳溪镇临泉街 27 号")
    go_on(page)
    page.get_by_label("以上内容和材料都是真实的").check()
    page.get_by_role("button", name="提交申请").click()
    expect(page.get_by_role("heading", name="已提交")).to_be_visible()
    case = Case.objects.get()
    assert (case.delivery_method, case.delivery_address) == ("post", "清河县柳溪镇临泉街 27 号")
    assert case.materials.filter(state="provided").count() == 3

    page.goto("/track/")
    page.get_by_label("办件编号").fill(case.matter.code)
    page.get_by_label("证件号码后四位").fill("0029")
    page.get_by_role("button", name="查一查").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("已收到，正在核对材料")
    expect(page.get_by_text("收到申请。当日不计，从次日起算。")).to_be_visible()


@pytest.mark.parametrize("elder", [False, True], ids=["plain", "elder"])
@pytest.mark.parametrize("phone", [True, False], ids=["phone", "desk"])
def test_the_home_page_and_the_public_query(browse: Browse, site: Site, look: Look, phone: bool, elder: bool) -> None:
    item = open_teahouse(site.cast)
    kind = ("phone" if phone else "desk") + ("-elder" if elder else "")
    code = apply(site.cast.client("li"), item)
    page = browse(phone=phone, elder=elder)
    page.goto("/")
    page.get_by_label("搜索事项").press_sequentially("公共")
    expect(page.locator("#suggestions a")).to_have_text("公共场所卫生许可证核发（新办）")
    look(page, f"portal-{kind}")
    page.goto("/track/")
    look(page, f"track-{kind}")
    page.get_by_label("办件编号").fill(code)
    page.get_by_label("证件号码后四位").fill("0029")
    page.get_by_role("button", name="查一查").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("已收到，正在核对材料")
    look(page, f"tracked-{kind}")


def test_the_steps_in_elder_mode(browse: Browse, site: Site, look: Look) -> None:
    item = open_teahouse(site.cast)
    page = browse("li", phone=True, elder=True)
    page.goto(f"/apply/{item.code}/")
    page.get_by_role("button", name="开始申请").click()
    page.get_by_label("是", exact=True).check()
    expect(page.get_by_label("空调卫生检测报告编号")).to_be_visible()
    look(page, "apply-1-form-phone-elder")
    fill_in(page)
    page.get_by_label("空调卫生检测报告编号").fill("QHJC-2026-0913")
    go_on(page)
    expect(page.get_by_role("heading", name="要交的材料")).to_be_visible()
    look(page, "apply-2-materials-phone-elder")
    page.goto(page.url.replace("materials", "check"))
    look(page, "apply-4-check-phone-elder")
    code = apply(site.cast.client("li"), item)
    page.goto(f"/my/matters/{code}/")
    look(page, "case-received-phone-elder")
    page.goto("/my/")
    look(page, "mine-phone-elder")


def test_the_query_prints_on_paper(browse: Browse, site: Site) -> None:
    code = apply(site.cast.client("li"), open_teahouse(site.cast))
    page = browse()
    page.goto("/track/")
    page.get_by_label("办件编号").fill(code)
    page.get_by_label("证件号码后四位").fill("0029")
    page.get_by_role("button", name="查一查").click()
    page.emulate_media(media="print")
    expect(page.get_by_role("button", name="打印")).to_be_hidden()
    expect(page.get_by_text("收到申请。当日不计，从次日起算。")).to_be_visible()
    page.screenshot(path=Path("shots") / "tracked-print.png", full_page=True)
