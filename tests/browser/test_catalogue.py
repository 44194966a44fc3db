"""The pages of the catalogue before a real browser: guide and search for everybody, the editor's and the importer's pages."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from yimen.ground.kit import moments
from yimen.service.catalogue import services
from yimen.service.catalogue.models import ItemEdition
from yimen.service.catalogue.services.editions import MaterialValues
from yimen.service.catalogue.services.imports import import_now
from yimen.service.catalogue.tests.conftest import CODES, FORM, row, table


@pytest.fixture
def teahouse(site: Any) -> ItemEdition:
    """The teahouse's licence in force, a second item from a catalogue, and one waiting for the legal check."""
    cast, at = site.cast, moments.now()
    editor, legal, manager = (cast.actor(name) for name in ("editor", "legal", "manager"))
    item = services.create_item(
        actor=editor, name="公共场所卫生许可证核发（新办）", kind="licence", department=cast.units["market"], at=at
    )
    edition = services.save_edition(
        actor=editor,
        edition=item.editions.get(),
        values={
            "daily_name": "卫生证",
            "content": "开茶馆、理发店、旅店、游泳馆等，营业前要办的卫生许可。",
            "legal_basis": "《公共场所卫生管理条例》（国务院令第 714 号）第四条",
            "conditions": "1.已领营业执照，经营场所在清河县内；2.场所、设施符合条例的要求；3.从业人员持有健康合格证明。",
            "legal_limit": 20, "legal_unit": "working_day", "promise_limit": 10, "promise_unit": "working_day",
            "fee": False, "visits": 0, "channels": ["online", "window"], "service_objects": ["person", "enterprise"],
            "themes": ["准营准办"], "consult_phone": "0990-6312208", "complaint_phone": "0990-6312345",
            "place": "文澜路 8 号县政务服务中心二楼 B 区 3 号窗", "hours": "周一至周五 08:30–12:00，14:00–17:30",
            "results": [{"name": "公共场所卫生许可证", "kind": "证照"}],
            "questions": [{"question": "装修还没完，能先申请吗？", "answer": "可以先填写并保存。"}],
            "special_procedures": [{"name": "卫生检测", "limit": "15", "unit": "个工作日", "basis": "《行政许可法》第四十五条"}],
            "review_body": "清河县人民政府", "suit_court": "清河县人民法院",
        },
        materials=[
            MaterialValues(name="公共场所卫生许可申请表", source_channel="在线填写", basis="条例第四条"),
            MaterialValues(name="营业执照", source_channel="省电子证照库", exempt=True, basis="条例第四条"),
            MaterialValues(name="经营场所平面图及卫生设施布局图", copies=1, basis="条例第四条", source_channel="申请人自备"),
            MaterialValues(name="集中空调卫生检测报告", necessity="conditional", condition=["==", "uses_air", "yes"],
                           condition_text="用集中空调时要", source_channel="检测机构", basis="条例第四条"),
        ],
        at=at,
    )  # fmt: skip
    services.save_form(actor=editor, edition=edition, definition=FORM, at=at)
    services.submit_for_legal_check(actor=editor, edition=edition, at=at)
    services.decide_legal_check(actor=legal, edition=edition, passed=True, opinion="合法", at=at)
    services.publish_edition(actor=manager, edition=edition, at=at)
    market = cast.units["market"].name
    rows = [
        row(CODES[0], dept_name=market, legal_limit_raw="无"),
        row(CODES[1], "实验动物生产许可(变更)", dept_name="某某科技厅  "),
        row(CODES[2], "", dept_name=market),
        row("114400", "短编码的事", dept_name=market),
    ]
    batch = import_now(actor=manager, content=table(*rows), file_name="items_2026Q4.csv", at=at).batch
    assert batch is not None
    services.pass_batch(actor=legal, batch=batch, opinion="目录已公布", at=at)
    services.publish_batch(actor=manager, batch=batch, at=at)
    waiting = services.new_edition(actor=editor, item=item, at=at, change_note="缩短承诺时限")
    services.save_edition(actor=editor, edition=waiting, values={"promise_limit": 5}, at=at)
    services.submit_for_legal_check(actor=editor, edition=waiting, at=at)
    edition.refresh_from_db()
    return edition


@pytest.mark.parametrize("phone", [False, True], ids=["desk", "phone"])
@pytest.mark.parametrize("elder", [False, True], ids=["plain", "elder"])
def test_public_pages(browse: Any, look: Any, teahouse: ItemEdition, phone: bool, elder: bool) -> None:
    page = browse(phone=phone, elder=elder)
    tail = f"{'phone' if phone else 'desk'}-{'elder' if elder else 'plain'}"
    page.goto(f"/items/{teahouse.item.code}/")
    look(page, f"guide-{tail}")
    page.goto("/items/?q=卫生证")
    expect(page.get_by_role("link", name="公共场所卫生许可证核发（新办）").first).to_be_visible()
    look(page, f"items-{tail}")


def test_a_guide_without_javascript_and_on_paper(browse: Any, look: Any, teahouse: ItemEdition) -> None:
    page = browse(js=False)
    page.goto("/items/")
    page.get_by_label("事项名称、简称、拼音首字母或编码").fill("ggcs")
    page.get_by_role("button", name="查找").click()
    page.get_by_role("link", name="公共场所卫生许可证核发（新办）").click()
    expect(page.get_by_role("heading", name="六公开")).to_be_visible()
    page.get_by_role("link", name="打印指南").click()
    look(page, "guide-print")
    page.goto(f"/items/{CODES[0]}/")
    expect(page.get_by_text("法定默认").first).to_be_visible()
    look(page, "guide-imported")


def test_suggestions_while_typing(browse: Any, teahouse: ItemEdition) -> None:
    page = browse()
    page.goto("/items/")
    page.get_by_label("事项名称、简称、拼音首字母或编码").press_sequentially("卫生")
    expect(page.locator("#suggestions a").first).to_have_text("公共场所卫生许可证核发（新办）")


@pytest.mark.parametrize("phone", [False, True], ids=["desk", "phone"])
def test_management_pages(browse: Any, look: Any, site: Any, teahouse: ItemEdition, phone: bool) -> None:
    from yimen.service.catalogue.models import ImportBatch

    size, code = "phone" if phone else "desk", teahouse.item.code
    batch = ImportBatch.objects.get()
    for name, pages in {
        "editor": {
            "items": "/manage/items/", "item": f"/manage/items/{code}/", "create": "/manage/items/new/",
            "edition": f"/manage/items/{code}/2/", "edit": f"/manage/items/{code}/2/edit/",
            "materials": f"/manage/items/{code}/2/materials/", "form": f"/manage/items/{code}/2/form/",
            "compare": f"/manage/items/{code}/2/compare/1/",
        },
        "legal": {"checks": "/manage/legal-checks/", "check": f"/manage/items/{code}/2/"},
        "manager": {
            "items-all": "/manage/items/", "imports": "/manage/imports/", "import": f"/manage/imports/{batch.uid}/",
            "departments": "/manage/source-departments/", "synonyms": "/manage/synonyms/",
            "standard": "/manage/materials/", "state": f"/manage/items/{code}/state/?act=cancel",
        },
    }.items():  # fmt: skip
        page = browse(name, phone=phone)
        for shot, address in pages.items():
            page.goto(address)
            look(page, f"catalogue-{shot}-{size}")


def test_an_import_shows_its_progress_and_then_its_result(browse: Any, look: Any, teahouse: ItemEdition) -> None:
    from yimen.service.catalogue.models import ImportBatch

    ImportBatch.objects.update(status="applying", done=2)
    batch = ImportBatch.objects.get()
    page = browse("manager")
    page.goto(f"/manage/imports/{batch.uid}/")
    expect(page.get_by_text("已处理 2 行")).to_be_visible()
    look(page, "catalogue-import-running")
    ImportBatch.objects.update(status="applied", done=4)
    expect(page.get_by_role("button", name="撤回这一批")).to_be_visible()
    expect(page.get_by_text("已处理")).to_have_count(0)
