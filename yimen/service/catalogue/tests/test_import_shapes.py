"""Catalogues as other provinces export them: titles above the header, units in headings, several sheets, long cells."""

from __future__ import annotations

import csv
import io

import openpyxl
import pytest

from yimen.service.catalogue.importing.parsed import ParsedFile
from yimen.service.catalogue.services.imports import parse_files
from yimen.service.catalogue.tests.conftest import CODE, CODES, HEADER, row, table

PLAIN = ("实施编码", "事项名称", "实施主体", "事项类型", "受理条件")


def read(rows: list[list[str]] | bytes) -> ParsedFile:
    if isinstance(rows, bytes):
        return parse_files(rows, "目录.csv", None)
    stream = io.StringIO(newline="")
    csv.writer(stream).writerows(rows)
    return parse_files(stream.getvalue().encode(), "目录.csv", None)


def plain(code: str = CODE, conditions: str = "") -> list[str]:
    return [code, "燃气经营许可", "广东省发展和改革委员会", "行政许可", conditions]


@pytest.mark.parametrize(
    "above", [b"XX\xe7\x9c\x81\xe7\x9b\xae\xe5\xbd\x95\n", "目录,,,,\n填报：甲,时间：乙,丙,,\n".encode()]
)
def test_titles_above_the_header(above: bytes) -> None:
    parsed = read(above + table(row(CODES[0]), row(CODES[1])))
    assert [item.line for item in parsed.items] == [above.count(b"\n") + 2, above.count(b"\n") + 3]
    assert any(message.startswith("表头在第") for message in parsed.messages)


def test_a_heading_with_a_line_break() -> None:
    parsed = read([["实施\n编码", "事项\n名称", "实施主体", "事项类型", "受理条件"], plain(), plain(CODES[1])])
    assert [item.line for item in parsed.items] == [4, 5]


def test_the_sheet_with_the_catalogue_is_found() -> None:
    book = openpyxl.Workbook()
    notes, sheet = book.active, book.create_sheet("事项")
    assert notes is not None
    notes.append(["填表说明"])
    sheet.append(["某省目录"])
    sheet.append(HEADER.split(","))
    sheet.append(row().split(","))
    stream = io.BytesIO()
    book.save(stream)
    parsed = read(stream.getvalue())
    assert [item.line for item in parsed.items] == [3]
    assert "表格有 2 张有内容的工作表，只读“事项”一张。" in parsed.messages


def test_a_long_text_with_commas_in_its_lines_is_one_cell() -> None:
    text = '一，甲,乙,丙,丁,戊\n\n二、“己”,庚,辛,壬,癸 "引号"\n三'
    parsed = read([list(PLAIN), plain(conditions=text), plain(CODES[1])])
    assert not parsed.rejected
    assert [item.values["conditions"] for item in parsed.items] == [text, ""]


def test_a_cell_of_a_million_characters_is_read() -> None:
    text = "符合条件。\n" * 160_000
    parsed = read([list(PLAIN), plain(conditions=text.strip()), plain(CODES[1], 'x"' + "长" * 300_000)])
    assert [len(item.values["conditions"]) for item in parsed.items] == [len(text) - 1, 300_002]


def test_a_header_in_the_middle_is_named() -> None:
    parsed = read(table(row(CODES[0])) + table(row(CODES[1])))
    assert [item.line for item in parsed.items] == [2, 4]
    assert parsed.rejected[0].reasons == ("这一行是又一个表头，不是事项",)


@pytest.mark.parametrize("heading", ["法定办结时限（工作日）", "法定时限(单位：个工作日)", "法定办结时限/工作日"])
def test_a_unit_in_the_heading(heading: str) -> None:
    parsed = read([[*PLAIN, heading], [*plain(), "15"], [*plain(CODES[1]), "30自然日"], [*plain(CODES[2]), "无"]])
    found = [(item.values["legal_limit"], item.values["legal_unit"]) for item in parsed.items]
    assert found[0][0] == 15
    assert found[1][0] == 30
    assert found[0][1] != found[1][1]
    assert parsed.items[2].values["legal_source"] == "statutory_default"


def test_the_code_of_the_handled_item_is_the_code() -> None:
    head = ["实施编码", "业务办理项编码", "事项名称", "实施主体", "事项类型"]
    item = "11440000006939801C2440103001001"
    parsed = read([head, *([item, item + sub, f"事项{sub}", "教育厅", "行政许可"] for sub in ("01", "02"))])
    assert [each.source_code for each in parsed.items] == [item + "01", item + "02"]
    assert not parsed.rejected


def test_columns_that_are_not_there_are_named() -> None:
    assert "文件没有这些列，相应内容按空处理：法定时限、承诺时限。" in read([list(PLAIN), plain()]).messages


def test_what_nobody_sees_is_taken_off() -> None:
    cells = [f'="{CODE}"', "燃气\u200b经营\u202e许可\x07", "\u200b发展和\u200b改革委\u00a0", "行政许可", ""]
    item = read([list(PLAIN), cells]).items[0]
    assert (item.code, item.values["name"], item.department) == (CODE, "燃气经营许可", "发展和改革委")
    assert any("看不见的字符已去掉" in warning for warning in item.warnings)


def test_a_department_without_end_is_refused_not_cut() -> None:
    cells = [CODE, "燃气经营许可", "长" * 1_000_000, "行政许可", ""]
    assert read([list(PLAIN), cells]).rejected[0].reasons == ("实施部门有 1000000 个字，超过 200",)


def test_a_guide_code_among_national_ones_is_taken_as_what_it_is() -> None:
    guide = "511A0138000000-511602000000-000-11511301008778183N-1-00"
    parsed = read([list(PLAIN), plain(), plain(CODES[1]), plain(guide)])
    assert [(item.code == "", item.codes[0][0]) for item in parsed.items][2] == (True, "sichuan")
