"""The pages: the public guide, and the management pages for those who may."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from yimen.service.catalogue import selectors, services
from yimen.service.catalogue.models import ImportBatch, ItemEdition, ServiceItem, SourceDepartment, Synonym
from yimen.service.catalogue.tests.conftest import CODES, NOON, item_of, row, table

if TYPE_CHECKING:
    from tests.cast import Cast


def text(response: object) -> str:
    return response.content.decode()  # type: ignore[attr-defined,no-any-return]


def test_the_guide_says_everything(client: Client, published: ItemEdition) -> None:
    code = item_of(published).code
    page = text(client.get(f"/items/{code}/"))
    for said in (
        "公共场所卫生许可证核发（新办）", "20<small>个工作日", "10<small>个工作日", "公共场所卫生许可申请表", "用集中空调时要",
        "服务内容", "申报材料", "办事程序", "收费标准", "收费依据", "办结时限", "最晚", "提交申请", "行政许可法》第五十八条",
        "清河县人民政府申请行政复议", "<svg",
    ):  # fmt: skip
        assert said in page, said
    paper = text(client.get(f"/items/{code}/print/"))
    assert "申请材料" in paper
    assert "第 1 版" in paper


def test_the_guide_of_an_imported_licence_marks_the_default(cast: Cast, client: Client) -> None:
    content = table(row(dept_name="清河县市场监督管理局", legal_limit_raw="无", promise_limit_raw="无"))
    from yimen.service.catalogue.services.imports import import_now

    batch = import_now(actor=cast.actor("manager"), content=content, file_name="x.csv", at=NOON).batch
    assert batch is not None
    services.pass_batch(actor=cast.actor("legal"), batch=batch, opinion="目录已公布", at=NOON)
    services.publish_batch(actor=cast.actor("manager"), batch=batch, at=NOON)
    page = text(client.get(f"/items/{CODES[0]}/"))
    assert "法定默认" in page
    assert "第四十二条" in page


def test_a_cancelled_item_says_so(cast: Cast, client: Client, published: ItemEdition) -> None:
    item = item_of(published)
    services.cancel_item(actor=cast.actor("manager"), item=item, reason="取消", basis="国发〔2026〕1号", at=NOON)
    page = client.get(f"/items/{item.code}/")
    assert page.status_code == 410
    assert "国发〔2026〕1号" in text(page)


@pytest.mark.parametrize("path", ["/items/没有/", "/items/" + "x" * 400 + "/", "/items/B51991100001/print/"])
def test_an_unknown_item_is_a_clear_404(db: None, client: Client, path: str) -> None:
    page = client.get(path)
    assert page.status_code == 404
    assert "事项" in text(page)


@pytest.mark.parametrize(
    "query",
    [
        "",
        "q=卫生",
        "q=" + "很" * 900,
        "department=abc",
        "department=99999999999999999999",
        "after=-1",
        "theme=no&kind=x&object=y",
    ],
)
def test_the_search_page_bears_anything(client: Client, published: ItemEdition, query: str) -> None:
    assert client.get(f"/items/?{query}").status_code == 200


def test_search_and_suggest_find_what_is_in_force(client: Client, published: ItemEdition) -> None:
    assert published.name in text(client.get("/items/", {"q": "卫生许可"}))
    assert published.name in text(client.get("/items/suggest/", {"q": "卫生"}))
    assert "没有找到" in text(client.get("/items/", {"q": "完全没有的字眼"}))


def test_the_management_pages_are_closed_to_strangers(cast: Cast, draft: ItemEdition) -> None:
    code = item_of(draft).code
    pages = ["/manage/items/", f"/manage/items/{code}/", f"/manage/items/{code}/1/", "/manage/imports/", "/manage/legal-checks/",
             "/manage/synonyms/", "/manage/source-departments/", "/manage/items/new/", "/manage/materials/"]  # fmt: skip
    for name in ("wang", "qian_staff", "li"):
        client = cast.client(name)
        assert {client.get(page).status_code for page in pages} == {403}, name
    assert {Client().get(page).status_code for page in pages} == {302}


def test_an_editor_sees_the_own_department_only(cast: Cast, draft: ItemEdition) -> None:
    other = services.create_item(
        actor=cast.actor("manager"), name="卫健的事", kind="licence", department=cast.units["health"], at=NOON
    )
    client = cast.client("editor")
    page = text(client.get("/manage/items/"))
    assert draft.name in page
    assert "卫健的事" not in page
    assert client.get(f"/manage/items/{other.code}/").status_code == 404


def test_an_editor_makes_an_item_and_brings_it_to_the_check(cast: Cast) -> None:
    client = cast.client("editor")
    made = client.post(
        "/manage/items/new/", {"name": "某备案", "kind": "other_power", "department": cast.units["market"].pk}
    )
    item = ServiceItem.objects.get(name="某备案")
    assert made["Location"] == reverse("catalogue:edit", args=[item.code, 1])
    page = client.get(made["Location"])
    assert page.status_code == 200
    filled = {
        "version": 0, "name": "某备案", "kind": "other_power", "case_kind": "promise", "content": "备案一件事。",
        "legal_basis": "某条例第一条", "conditions": "有执照", "promise_limit": "3", "promise_unit": "working_day", "fee": "no",
        "results": "备案回执|文书", "steps": "受理|当场\n办结|三日内", "themes": "准营准办、开店", "service_objects": ["enterprise"],
        "channels": ["online", "window"],
    }  # fmt: skip
    assert client.post(made["Location"], {**filled, "promise_limit": "三天"}).status_code == 422
    assert client.post(made["Location"], filled).status_code == 302
    edition = item.editions.get()
    assert (edition.promise_limit, edition.themes, edition.steps[1]) == (
        3,
        ["准营准办", "开店"],
        {"name": "办结", "text": "三日内"},
    )
    act = reverse("catalogue:edition_act", args=[item.code, 1])
    client.post(act, {"act": "submit"})
    legal = cast.client("legal")
    assert "某备案" in text(legal.get("/manage/legal-checks/"))
    assert legal.post(act, {"act": "return", "opinion": ""}).status_code == 422
    legal.post(act, {"act": "pass", "opinion": "合法"})
    assert client.post(act, {"act": "publish"}).status_code == 403
    cast.client("manager").post(act, {"act": "publish"})
    assert selectors.open_edition(item.code, NOON.replace(year=2099)).name == "某备案"


def formset(rows: list[dict[str, object]], **more: object) -> dict[str, object]:
    data: dict[str, object] = {"form-TOTAL_FORMS": len(rows), "form-INITIAL_FORMS": 0, **more}
    for number, each in enumerate(rows):
        data |= {f"form-{number}-{name}": value for name, value in each.items()}
    return data


def test_materials_are_edited_as_rows(cast: Cast, draft: ItemEdition) -> None:
    client, path = cast.client("editor"), reverse("catalogue:materials", args=[item_of(draft).code, 1])
    assert "公共场所卫生许可申请表" in text(client.get(path))
    rows = [
        {"order": 20, "name": "营业执照", "necessity": "required"},
        {"order": 10, "name": "空调报告", "necessity": "conditional", "condition": "uses_air = yes"},
        {"order": 30, "name": ""},
    ]
    assert client.post(path, formset(rows, more="1")).status_code == 200
    assert client.post(path, formset([{"name": "", "basis": "只有依据"}])).status_code == 422
    assert client.post(path, formset([{"name": "x", "condition": "看不懂"}])).status_code == 422
    assert client.post(path, formset(rows)).status_code == 302
    kept = [(material.order, material.name, material.condition) for material in draft.materials.order_by("order")]
    assert kept == [(1, "空调报告", ["==", "uses_air", "yes"]), (2, "营业执照", [])]


def test_the_form_is_edited_as_rows(cast: Cast, draft: ItemEdition) -> None:
    client, path = cast.client("editor"), reverse("catalogue:form", args=[item_of(draft).code, 1])
    assert "通用申请表" in text(client.get(path))
    rows: list[dict[str, object]] = [
        {"order": 1, "kind": "section", "key": "shop", "label": "场所"},
        {"order": 2, "kind": "yes_no", "key": "uses_air", "label": "用集中空调吗", "required": "on"},
        {
            "order": 3,
            "kind": "choice",
            "key": "air",
            "label": "种类",
            "choices": "a=甲\nb=乙",
            "show_if": "uses_air = yes",
        },
    ]
    wrong = client.post(
        path, formset([*rows, {"order": 4, "kind": "choice", "key": "x", "label": "没有选项"}], title="表")
    )
    assert wrong.status_code == 422
    assert "没有选项" in text(wrong)
    assert client.post(path, formset(rows, title="申请表")).status_code == 302
    draft.refresh_from_db()
    assert draft.form is not None
    assert draft.form.schema["sections"][0]["fields"][1]["show_if"] == ["==", "uses_air", "yes"]


def test_an_import_from_upload_to_undo(cast: Cast) -> None:
    client = cast.client("manager")
    content = table(row(dept_name="清河县市场监督管理局"), row(CODES[1], "别处的事"), row("坏"))
    sent = client.post("/manage/imports/", {"file": SimpleUploadedFile("目录.csv", content)})
    batch = ImportBatch.objects.get()
    assert sent["Location"] == f"/manage/imports/{batch.uid}/"
    page = text(client.get(sent["Location"]))
    assert "已试导入" in page
    assert "以外的字符" in page
    assert ServiceItem.objects.count() == 0
    act = f"/manage/imports/{batch.uid}/act/"
    client.post(act, {"act": "apply"})
    assert "正在导入" in text(client.get(sent["Location"]))
    from yimen.service.catalogue.events import ImportRequested
    from yimen.service.catalogue.handlers import bring_in

    bring_in(ImportRequested(batch=batch.uid, actor=cast.actor("manager").uid, account=None, at=NOON))
    batch.refresh_from_db()
    assert (batch.status, batch.rows, batch.new, batch.rejected) == ("applied", 3, 2, 1)
    assert "坏" in b"".join(client.get(f"/manage/imports/{batch.uid}/rejects.csv")).decode()
    assert client.post(act, {"act": "pass", "opinion": "x"}).status_code == 403
    cast.client("legal").post(act, {"act": "pass", "opinion": "目录已公布"})
    client.post(act, {"act": "publish"})
    assert selectors.open_edition(CODES[0], NOON.replace(year=2099))
    source = SourceDepartment.objects.get(name="广东省发展和改革委员会")
    client.post("/manage/source-departments/", {"source": source.pk, "unit": cast.units["health"].pk})
    assert ServiceItem.objects.get(code=CODES[1]).department == cast.units["health"]
    client.post(act, {"act": "undo"})
    page = text(client.get(sent["Location"] + "?show=new"))
    assert "已经发布" in page
    assert [item.code for item in ServiceItem.objects.all()] == [CODES[0]]


@pytest.mark.parametrize(
    ("name", "content"),
    [("a.csv", b""), ("a.csv", b"\x00"), ("a.exe", b"MZ"), ("a.xlsx", b"PK\x03\x04x"), ("a.csv", b"no table")],
)
def test_an_unusable_file_is_told_at_the_field(cast: Cast, name: str, content: bytes) -> None:
    page = cast.client("manager").post("/manage/imports/", {"file": SimpleUploadedFile(name, content)})
    assert page.status_code == 422
    assert ImportBatch.objects.count() == 0


def test_lists_filter_sort_and_export(cast: Cast, published: ItemEdition) -> None:
    client = cast.client("manager")
    for query in (
        "q=卫生",
        "state=published",
        "state=draft",
        "kind=licence",
        "sort=name",
        "sort=-department",
        "department=x",
        "sort=x",
    ):
        assert client.get(f"/manage/items/?{query}").status_code == 200, query
    assert published.name in text(client.get("/manage/items/?q=ggcs"))
    export = client.get("/manage/items/export/?state=published")
    assert b"".join(export)[:2] == b"PK"


def test_item_states_on_screen(cast: Cast, published: ItemEdition) -> None:
    client, code = cast.client("manager"), item_of(published).code
    path = f"/manage/items/{code}/state/"
    assert "一律不得录入" in text(client.get(path + "?act=cancel"))
    assert client.post(path, {"act": "freeze", "reason": ""}).status_code == 422
    client.post(path, {"act": "freeze", "reason": "系统升级"})
    assert item_of(published).status == "frozen"
    client.post(path, {"act": "thaw"})
    assert client.post(path, {"act": "cancel", "reason": "取消", "basis": ""}).status_code == 422
    client.post(path, {"act": "cancel", "reason": "取消", "basis": "国发"})
    assert item_of(published).status == "cancelled"
    assert client.get(f"/manage/items/{code}/").status_code == 200


def test_synonyms_and_standard_materials_on_screen(cast: Cast) -> None:
    client = cast.client("manager")
    client.post("/manage/synonyms/", {"word": "卷烟店", "expansions": "烟草专卖零售许可，烟证"})
    assert Synonym.objects.get(word="卷烟店").expansions == ["烟草专卖零售许可", "烟证"]
    assert client.post("/manage/synonyms/", {"word": "x", "expansions": "y"}).status_code == 422
    client.post("/manage/materials/", {"code": "ZM-1", "name": "户籍证明", "proof": "on"})
    assert client.post("/manage/materials/", {"act": "cancel", "code": "ZM-1", "reason": ""}).status_code == 422
    client.post("/manage/materials/", {"act": "cancel", "code": "ZM-1", "reason": "国办发"})
    assert "已取消" in text(client.get("/manage/materials/"))


def test_compare_and_read_an_edition(cast: Cast, published: ItemEdition) -> None:
    client, code = cast.client("editor"), item_of(published).code
    client.post(f"/manage/items/{code}/new-edition/")
    assert "两边没有不同" in text(client.get(f"/manage/items/{code}/2/compare/1/"))
    assert client.get(f"/manage/items/{code}/2/").status_code == 200
    assert client.get(f"/manage/items/{code}/9/").status_code == 404
    client.post(f"/manage/items/{code}/2/act/", {"act": "discard", "reason": "不要"})
    assert "已作废" in text(client.get(f"/manage/items/{code}/2/"))
