"""Workbooks as they really come back: merged, with formulas, hidden, huge, broken, armed. Each is told in words."""

from __future__ import annotations

import zipfile
from io import BytesIO
from typing import TYPE_CHECKING, Any

import pytest
from openpyxl import Workbook

from yimen.service.catalogue.importing.reading import UnreadableFile
from yimen.service.catalogue.models import ItemEdition
from yimen.service.catalogue.tests.test_workbook import column, edited, only, proposed, put, taken_out
from yimen.service.catalogue.workbook.reading import read_book

if TYPE_CHECKING:
    from tests.cast import Cast


def saved(book: Workbook) -> bytes:
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def rewritten(content: bytes, part: str, change: Any) -> bytes:
    """The archive with one part changed."""
    out = BytesIO()
    with zipfile.ZipFile(BytesIO(content)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.infolist():
            data = old.read(entry.filename)
            new.writestr(entry.filename, change(data) if entry.filename == part else data)
    return out.getvalue()


def test_a_formula_is_never_evaluated(cast: Cast, published: ItemEdition) -> None:
    # openpyxl writes the formula without a kept value: there is nothing to take, so the row is refused by its address.
    line = only(proposed(cast, put(taken_out(), "事项", 2, "承诺时限", "=2+2")))
    assert line.outcome == "rejected"
    assert any("是公式" in reason for reason in line.reasons)

    def kept(data: bytes) -> bytes:
        return data.replace(b"<f>2+2</f><v></v>", b"<f>2+2</f><v>7</v>").replace(
            b"<f>2+2</f><v />", b"<f>2+2</f><v>7</v>"
        )

    content = rewritten(put(taken_out(), "事项", 2, "承诺时限", "=2+2"), "xl/worksheets/sheet1.xml", kept)
    line = only(proposed(cast, content))
    assert (line.outcome, line.changes[0]["after"]) == ("changed", "7")
    assert any("没有重新计算" in said for said in line.warnings)


def test_merged_cells_of_one_column_are_filled_others_refused(cast: Cast, published: ItemEdition) -> None:
    def down(book: Any) -> None:
        page = book["申请材料"]
        place = column(page, "来源渠道")
        page.merge_cells(start_row=2, end_row=3, start_column=place, end_column=place)
        page.cell(2, place).value = "申请人自备"

    line = only(proposed(cast, edited(taken_out(), down)))
    assert line.outcome == "changed"
    assert sum(change["after"] == "申请人自备" for change in line.changes) == 2
    assert any("合并的单元格" in said for said in line.warnings)

    def across(book: Any) -> None:
        page = book["事项"]
        place = column(page, "简称")
        page.merge_cells(start_row=2, end_row=2, start_column=place, end_column=place + 1)

    line = only(proposed(cast, edited(taken_out(), across)))
    assert line.outcome == "rejected"
    assert any("合并了几列" in reason for reason in line.reasons)

    def head(book: Any) -> None:
        book["事项"].merge_cells("A1:B1")

    with pytest.raises(UnreadableFile, match="表头 A1:B1"):
        read_book(edited(taken_out(), head))


def test_hidden_sheets_and_rows_are_read_and_said(cast: Cast, published: ItemEdition) -> None:
    def hide(book: Any) -> None:
        book["申请材料"].sheet_state = "hidden"
        book["事项"].row_dimensions[2].hidden = True
        book.create_sheet("底稿").sheet_state = "veryHidden"

    proposal = proposed(cast, edited(taken_out(), hide))
    said = " ".join(proposal.messages)
    assert "工作表“申请材料”是隐藏的" in said
    assert "1 行是隐藏的" in said
    assert "“底稿”没有读" in said
    assert proposal.unchanged == 1


def far(row: str, cell: str) -> bytes:
    """A workbook with one cell far away."""
    more = f'<row r="{row}"><c r="{cell}" t="inlineStr"><is><t>x</t></is></c></row></sheetData>'.encode()
    return rewritten(taken_out(), "xl/worksheets/sheet1.xml", lambda data: data.replace(b"</sheetData>", more))


def test_a_million_rows_are_refused_before_they_are_laid_out(cast: Cast) -> None:
    with pytest.raises(UnreadableFile, match="1048576"):
        read_book(far("1048576", "A1048576"))
    with pytest.raises(UnreadableFile, match="XFD9"):
        read_book(far("9", "XFD9"))
    with pytest.raises(UnreadableFile, match="离得太远"):
        read_book(far("150000", "CZ150000"))


def test_bombs_macros_passwords_and_other_files_are_refused(cast: Cast) -> None:
    bomb = BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
        archive.writestr("xl/worksheets/sheet1.xml", b" " * 60_000_000)
    armed = BytesIO()
    with zipfile.ZipFile(armed, "w") as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
        archive.writestr("xl/vbaProject.bin", b"x")
    entity = rewritten(
        taken_out(),
        "xl/workbook.xml",
        lambda data: data.replace(b"<workbook", b'<!DOCTYPE a [<!ENTITY b "c">]><workbook', 1),
    )
    for content, said in (
        (b"", "空"), (b"PK\x03\x04 nothing", "损坏"), (bomb.getvalue(), "太大"), (armed.getvalue(), "宏"),
        (entity, "膨胀"), (b"%PDF-1.4 x", "表格"), (saved(Workbook()), "没有"),
    ):  # fmt: skip
        with pytest.raises(UnreadableFile, match=said):
            read_book(content)


def test_wrong_headers_are_told(cast: Cast, published: ItemEdition) -> None:
    def lost(book: Any) -> None:
        book["事项"].cell(1, 1).value = "编号"

    def twice(book: Any) -> None:
        page = book["事项"]
        page.cell(1, column(page, "简称")).value = "俗称"

    with pytest.raises(UnreadableFile, match="事项编码"):
        read_book(edited(taken_out(), lost))
    with pytest.raises(UnreadableFile, match="两列“俗称”"):
        read_book(edited(taken_out(), twice))

    def fewer(book: Any) -> None:
        page = book["事项"]
        page.cell(1, column(page, "简称")).value = "我的备注"
        page.cell(2, column(page, "我的备注")).value = "别动"
        page.delete_cols(column(page, "受理条件"))
        del book["收费项目"]
        materials = book["申请材料"]
        materials.delete_cols(column(materials, "依据"))

    proposal = proposed(cast, edited(taken_out(), fewer))
    assert proposal.unchanged == 1
    assert any("我的备注" in said for said in proposal.messages)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_a_csv_of_any_encoding_is_the_items_sheet(cast: Cast, published: ItemEdition, encoding: str) -> None:
    text = f"事项编码,简称\n{published.item.code},卫生证\n"
    line = only(proposed(cast, text.encode(encoding)))
    assert (line.outcome, line.changes[0]["after"]) == ("conflict" if line.reasons else "changed", "卫生证")


def test_lost_characters_are_refused(cast: Cast, published: ItemEdition) -> None:
    line = only(proposed(cast, put(taken_out(), "事项", 2, "简称", "卫生\ufffd")))
    assert line.outcome == "rejected"
