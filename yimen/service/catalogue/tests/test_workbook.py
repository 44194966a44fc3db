"""A workbook of items: the same in gives no difference; what was edited is shown, applied as drafts, taken back."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from typing import TYPE_CHECKING, Any

import pytest
from django.db.models import Q
from openpyxl import load_workbook

from yimen.ground.kit.refusals import NotFound
from yimen.service.catalogue import handlers, services
from yimen.service.catalogue.events import WorkbookAsked
from yimen.service.catalogue.models import ItemCode, ItemEdition, ProposalRow, ServiceItem, WorkbookProposal
from yimen.service.catalogue.services import workbooks
from yimen.service.catalogue.services.codes import CodeValues, add_code
from yimen.service.catalogue.tests.conftest import CODE, CODES, NOON, row, table
from yimen.service.catalogue.workbook.baseline import standings
from yimen.service.catalogue.workbook.writing import workbook

if TYPE_CHECKING:
    from tests.cast import Cast


def taken_out(items: Q | None = None) -> bytes:
    """A fresh workbook of the catalogue."""
    return b"".join(workbook(standings(items if items is not None else Q())))


def edited(content: bytes, change: Callable[[Any], None]) -> bytes:
    """The workbook after somebody worked on it in a spreadsheet."""
    book = load_workbook(BytesIO(content))
    change(book)
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def column(sheet: Any, title: str) -> int:
    """The number of a column by its heading."""
    return int(next(cell.column for cell in sheet[1] if cell.value == title))


def put(content: bytes, sheet: str, line: int, title: str, value: Any) -> bytes:
    """The workbook with one cell changed."""

    def change(book: Any) -> None:
        page = book[sheet]
        page.cell(line, column(page, title)).value = value

    return edited(content, change)


def proposed(cast: Cast, content: bytes, who: str = "editor") -> WorkbookProposal:
    """What the catalogue makes of a workbook."""
    return workbooks.propose(actor=cast.actor(who), content=content, file_name="改.xlsx", at=NOON)


def only(proposal: WorkbookProposal) -> ProposalRow:
    """The one line that is not unchanged."""
    return ProposalRow.objects.get(proposal=proposal)


@pytest.fixture
def rich(cast: Cast, draft: ItemEdition) -> ItemEdition:
    """A draft that states everything that a cell may hold."""
    values = {
        "fee": True, "fee_basis": "川发改价格〔2017〕1 号", "fees": [{"name": "工本费", "amount": "20", "basis": "川发改价格〔2017〕1 号"}],
        "questions": [{"question": "要本人来吗？", "answer": "不用。\n可以委托。"}], "visits": 1, "visits_reason": "核验原件",
        "windows": [{"name": "3 号", "address": "一楼"}, {"name": "4 号", "phone": "0990-1"}], "appointment": False,
        "conditions": "=1+1 不是公式；\n第二行", "steps": [{"name": "受理", "text": "当场"}], "handle_area": "county",
    }  # fmt: skip
    services.save_edition(actor=cast.actor("editor"), edition=draft, values=values, at=NOON)
    add_code(
        actor=cast.actor("editor"), item=draft.item, at=NOON,
        values=CodeValues("sichuan", "511Z07001006-511602000000-000-11511301008778183N-1-00"),
    )  # fmt: skip
    return draft


def test_the_same_in_gives_no_difference(cast: Cast, rich: ItemEdition) -> None:
    services.import_now(
        actor=cast.actor("manager"), content=table(*(row(code, f"事项{n}") for n, code in enumerate(CODES))),
        file_name="a.csv", at=NOON,
    )  # fmt: skip
    content = taken_out()
    assert content == content
    for same in (content, edited(content, lambda book: None)):
        proposal = proposed(cast, same, "manager")
        assert (proposal.rows, proposal.unchanged) == (5, 5)
        assert not proposal.lines.exists()


def test_a_change_is_shown_cell_by_cell_and_becomes_a_draft(cast: Cast, published: ItemEdition) -> None:
    content = put(taken_out(), "事项", 2, "承诺时限", 8)
    content = put(content, "申请材料", 2, "来源渠道", "政府部门核发")
    proposal = proposed(cast, content)
    line = only(proposal)
    assert line.outcome == "changed"
    assert {"element": "promise_limit", "label": "承诺时限", "before": "10", "after": "8"} in line.changes
    assert any(change["after"] == "政府部门核发" for change in line.changes)
    assert ItemEdition.objects.filter(item=published.item).count() == 1
    workbooks.request_apply(actor=cast.actor("editor"), proposal=proposal, at=NOON)
    line.refresh_from_db()
    made = line.made
    assert made is not None
    assert (made.status, made.number, made.promise_limit, made.legal_limit) == ("draft", 2, 8, 20)
    assert [m.source_channel for m in made.materials.order_by("order")] == ["政府部门核发", "检测机构"]
    assert made.materials.get(order=2).condition == ["==", "uses_air", "yes"]
    published.refresh_from_db()
    assert (published.status, published.promise_limit) == ("published", 10)
    assert workbooks.undo_workbook(actor=cast.actor("editor"), proposal=proposal, at=NOON) == (1, 0)
    made.refresh_from_db()
    assert made.status == "withdrawn"


def test_an_open_draft_gives_way_and_comes_back(cast: Cast, rich: ItemEdition) -> None:
    proposal = proposed(cast, put(taken_out(), "常见问题", 2, "回答", "不用来。"))
    workbooks.request_apply(actor=cast.actor("editor"), proposal=proposal, at=NOON)
    rich.refresh_from_db()
    assert rich.status == "withdrawn"
    assert only(proposal).made.questions == [{"question": "要本人来吗？", "answer": "不用来。"}]  # type: ignore[union-attr]
    workbooks.undo_workbook(actor=cast.actor("editor"), proposal=proposal, at=NOON)
    rich.refresh_from_db()
    assert rich.status == "draft"


def test_what_somebody_worked_on_since_is_not_taken_back(cast: Cast, published: ItemEdition) -> None:
    proposal = proposed(cast, put(taken_out(), "事项", 2, "俗称", "卫生证"))
    workbooks.request_apply(actor=cast.actor("editor"), proposal=proposal, at=NOON)
    made = only(proposal).made
    assert made is not None
    services.save_edition(actor=cast.actor("editor"), edition=made, values={"short_name": "证"}, at=NOON)
    assert workbooks.undo_workbook(actor=cast.actor("editor"), proposal=proposal, at=NOON) == (0, 1)
    assert "有人改过" in only(proposal).said


def test_both_sides_changed_is_a_conflict_and_one_side_is_not(cast: Cast, published: ItemEdition, publish: Any) -> None:
    content = taken_out()
    draft = services.new_edition(actor=cast.actor("editor"), item=published.item, at=NOON)
    services.save_edition(
        actor=cast.actor("editor"), edition=draft, values={"promise_limit": 9, "daily_name": "卫生许可"}, at=NOON
    )
    # The workbook says nothing new: what the catalogue changed since is kept, and nothing is proposed.
    assert not proposed(cast, content).lines.exists()
    other = only(proposed(cast, put(content, "事项", 2, "简称", "证")))
    assert (other.outcome, [change["label"] for change in other.changes]) == ("changed", ["简称"])
    clash = proposed(cast, put(content, "事项", 2, "承诺时限", 8))
    line = only(clash)
    assert line.outcome == "conflict"
    assert "承诺时限" in line.reasons[0]
    with pytest.raises(Exception, match="没有选中"):
        workbooks.request_apply(actor=cast.actor("editor"), proposal=clash, at=NOON)
    workbooks.request_apply(actor=cast.actor("editor"), proposal=clash, at=NOON, chosen=[line.pk])
    line.refresh_from_db()
    assert line.made is not None
    assert (line.made.promise_limit, line.made.daily_name) == (8, "卫生许可")


def test_a_catalogue_that_moved_after_comparing_refuses_the_row(cast: Cast, published: ItemEdition) -> None:
    proposal = proposed(cast, put(taken_out(), "事项", 2, "简称", "证"))
    services.new_edition(actor=cast.actor("editor"), item=published.item, at=NOON)
    workbooks.request_apply(actor=cast.actor("editor"), proposal=proposal, at=NOON)
    line = only(proposal)
    assert (line.fate, line.made) == ("refused", None)
    assert "重新导出" in line.said


def test_a_new_row_becomes_a_new_item_and_goes_again(cast: Cast, draft: ItemEdition) -> None:
    def add(book: Any) -> None:
        page = book["事项"]
        for title, value in {
            "事项名称": "食品小作坊登记", "事项类型": "行政许可", "实施部门": "清河县市场监督管理局", "行使层级": "县级",
            "承诺时限": 5, "承诺时限单位": "个工作日", "服务对象": "自然人、企业法人", "是否收费": "否",
        }.items():  # fmt: skip
            page.cell(3, column(page, title)).value = value

    proposal = proposed(cast, edited(taken_out(), add))
    line = only(proposal)
    assert (line.outcome, line.reasons) == ("new", [])
    workbooks.request_apply(actor=cast.actor("editor"), proposal=proposal, at=NOON)
    line.refresh_from_db()
    made = ServiceItem.objects.get(name="食品小作坊登记")
    assert line.made is not None
    assert (line.made.legal_source, line.made.service_objects) == ("statutory_default", ["person", "enterprise"])
    assert workbooks.undo_workbook(actor=cast.actor("editor"), proposal=proposal, at=NOON) == (1, 0)
    assert not ServiceItem.objects.filter(pk=made.pk).exists()


@pytest.mark.parametrize(
    ("sheet", "title", "value", "said"),
    [
        ("事项", "是否收费", "大概", "只能写“是”或“否”"),
        ("事项", "承诺时限", "三天", "应是整数"),
        ("事项", "事项类型", "月亮", "只能写"),
        ("事项", "计划生效日期", "明年", "应是日期"),
        ("事项", "服务对象", "自然人、外星人", "只能写"),
        ("申请材料", "必要性", "也许", "只能写"),
        ("申请材料", "需要的条件", "大于小于", "看不懂"),
        ("申请材料", "标准材料编码", "M404", "标准材料"),
        ("其他编码", "编码", "123", "不像"),
    ],
)
def test_a_cell_that_means_nothing_is_refused_with_its_place(
    cast: Cast, rich: ItemEdition, sheet: str, title: str, value: str, said: str
) -> None:
    line = only(proposed(cast, put(taken_out(), sheet, 2, title, value)))
    assert line.outcome == "rejected"
    assert any(said in reason for reason in line.reasons)


def test_what_the_services_refuse_is_told_at_the_row(cast: Cast, published: ItemEdition) -> None:
    proposal = proposed(cast, put(taken_out(), "事项", 2, "网上办理地址", "javascript:alert(1)"))
    workbooks.request_apply(actor=cast.actor("editor"), proposal=proposal, at=NOON)
    line = only(proposal)
    assert line.fate == "refused"
    assert "http" in line.said
    assert ItemEdition.objects.filter(item=published.item).count() == 1


def test_codes_are_rows_too(cast: Cast, rich: ItemEdition) -> None:
    def add(book: Any) -> None:
        book["其他编码"].append([rich.item.code, "甘肃省编码", "62052400MZ-XK-0001"])

    proposal = proposed(cast, edited(taken_out(), add))
    workbooks.request_apply(actor=cast.actor("editor"), proposal=proposal, at=NOON)
    held = ItemCode.objects.filter(item=rich.item).exclude(system="local").order_by("system")
    assert [(code.system, code.place) for code in held] == [("gansu", "62"), ("sichuan", "51")]


def test_rows_of_nobody_and_twice_are_refused(cast: Cast, published: ItemEdition) -> None:
    def twice(book: Any) -> None:
        page = book["事项"]
        page.append([cell.value for cell in page[2]])
        book["申请材料"].append(["没有这个编码", 1, "身份证"])

    proposal = proposed(cast, edited(taken_out(), twice))
    reasons = " ".join(reason for line in proposal.lines.all() for reason in line.reasons)
    assert proposal.rejected == 3
    assert "有 2 行" in reasons
    assert "没有编码" in reasons


def test_nobody_edits_what_is_not_theirs(cast: Cast, published: ItemEdition) -> None:
    content = put(taken_out(), "事项", 2, "简称", "证")
    services.import_now(actor=cast.actor("manager"), content=table(row(CODE)), file_name="a.csv", at=NOON)
    line = only(proposed(cast, put(taken_out(Q(code=CODE)), "事项", 2, "简称", "证")))
    assert line.outcome == "rejected"
    assert "管理范围" in line.reasons[0]
    proposal = proposed(cast, content, "manager")
    with pytest.raises(NotFound):
        workbooks.access_workbook(cast.actor("editor"), proposal.uid)


def test_many_rows_are_the_worker_s(cast: Cast, published: ItemEdition, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbooks, "AT_ONCE", 0)
    monkeypatch.setattr(workbooks, "FEW", 0)
    proposal = proposed(cast, put(taken_out(), "事项", 2, "简称", "证"))
    assert proposal.status == "queued"
    asked = WorkbookAsked(proposal.uid, "compare", cast.actor("editor").uid, "姜南", None, NOON)
    handlers.work_on_workbook(asked)
    proposal.refresh_from_db()
    assert (proposal.status, proposal.changed, proposal.content) == ("compared", 1, None)
    workbooks.request_apply(actor=cast.actor("editor"), proposal=proposal, at=NOON)
    assert only(proposal).fate == "left"
    handlers.work_on_workbook(WorkbookAsked(proposal.uid, "apply", cast.actor("editor").uid, "姜南", None, NOON))
    assert only(proposal).fate == "applied"


def test_the_screens_speak(cast: Cast, published: ItemEdition) -> None:
    client = cast.client("editor")
    out = b"".join(client.get("/manage/workbooks/take-out/"))
    upload = BytesIO(put(out, "事项", 2, "简称", "证"))
    upload.name = "改.xlsx"
    sent = client.post("/manage/workbooks/", {"file": upload})
    assert sent.status_code == 302
    page = client.get(sent["Location"]).content.decode()
    assert "简称" in page
    assert b"".join(client.get(f"{sent['Location']}differences/"))[:2] == b"PK"
    assert client.post(f"{sent['Location']}act/", {"act": "all"}).status_code == 302
    assert "已应用" in client.get(sent["Location"]).content.decode()
    assert client.post(f"{sent['Location']}act/", {"act": "undo"}).status_code == 302
    assert cast.client("manager").get(sent["Location"]).status_code == 200
    assert client.post(f"{sent['Location']}act/", {"act": "discard"}).status_code == 409
