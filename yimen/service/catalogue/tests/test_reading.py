"""Files as they come: encodings, separators, broken quotes, spreadsheets, and things that are no table."""

from __future__ import annotations

import io
import random
import zipfile

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yimen.service.catalogue.importing.parsing import parse
from yimen.service.catalogue.importing.reading import UnreadableFile, read_table
from yimen.service.catalogue.tests.conftest import CODES, HEADER, row, table

TWO = (row(CODES[0], "甲事项"), row(CODES[1], "乙事项（𠮷䶮）"))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_encodings_and_line_ends(encoding: str, end: str) -> None:
    content = table(*TWO, end=end).decode().encode(encoding)
    parsed = parse(read_table(content))
    assert [item.values["name"] for item in parsed.items] == ["甲事项", "乙事项（𠮷䶮）"]
    assert parsed.rejected == []


@pytest.mark.parametrize("separator", ["\t", ";", "|"])
def test_separators(separator: str) -> None:
    plain = [line.replace("自然人|企业法人", "自然人").replace(",", separator) for line in (HEADER, *TWO)]
    assert len(parse(read_table("\n".join(plain).encode())).items) == 2


def test_one_hash_for_every_encoding_and_order_of_columns() -> None:
    first = parse(read_table(table(TWO[0]))).items[0]
    names, cells = HEADER.split(","), TWO[0].split(",")
    order = list(range(len(names)))
    random.Random(7).shuffle(order)
    shuffled = ",".join(names[place] for place in order) + "\n" + ",".join(cells[place] for place in order)
    assert parse(read_table(shuffled.encode("gb18030"))).items[0].row_hash == first.row_hash


def test_a_quote_that_is_never_closed_loses_one_line_only() -> None:
    broken = row(CODES[1]).replace("020-34121084", '"020-34121084')
    parsed = parse(read_table(table(row(CODES[0]), broken, row(CODES[2]), row(CODES[3]))))
    assert [item.line for item in parsed.items] == [2, 4, 5]
    assert [(refused.line, refused.reasons[0][:5]) for refused in parsed.rejected] == [(3, "引号不配对")]


def test_two_broken_quotes_do_not_swallow_what_lies_between() -> None:
    first = row(CODES[0]).replace("自然人|企业法人", '"自然人')
    last = row(CODES[2]).replace("自然人|企业法人", '自然人"')
    parsed = parse(read_table(table(first, row(CODES[1]), last, row(CODES[3]))))
    assert parsed.rows == 4
    assert [item.line for item in parsed.items if item.line in (3, 5)] == [3, 5]


def test_a_cell_with_a_line_break_keeps_the_count_of_lines() -> None:
    long = row(CODES[0]).replace("符合法定条件。", '"第一条，\n第二条 ""引号"""')
    parsed = parse(read_table(table(long, row(CODES[1]))))
    assert [item.line for item in parsed.items] == [2, 4]
    assert parsed.items[0].values["conditions"] == '第一条，\n第二条 "引号"'


def test_rows_with_too_many_or_too_few_columns_are_refused() -> None:
    parsed = parse(read_table(table(row(CODES[0]), row(CODES[1]) + ",多一格", "只有一格,两格", row(CODES[2]) + ",,,")))
    assert [item.line for item in parsed.items] == [2, 5]
    assert all("列" in refused.reasons[0] for refused in parsed.rejected)


def test_blank_rows_are_counted_and_told() -> None:
    parsed = parse(read_table(table(row(CODES[0]), "", "," * 18, row(CODES[1]))))
    assert len(parsed.items) == 2
    assert "跳过 2 个空行。" in parsed.messages


def test_a_line_of_another_encoding_is_refused_alone() -> None:
    lines = [HEADER.encode(), *[row(code).encode() for code in CODES], row(CODES[0], "坏").encode("gb18030")]
    lines += [row(f"11440000006939801C2440103001{number:05}").encode() for number in range(20)]
    parsed = parse(read_table(b"\n".join(lines)))
    assert [refused.line for refused in parsed.rejected] == [6]
    assert "编码损坏" in parsed.rejected[0].reasons[0]


def test_excel() -> None:
    import xlsxwriter

    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream)
    sheet = book.add_worksheet()
    for line, text in enumerate((HEADER, *TWO)):
        for place, cell in enumerate(text.split(",")):
            sheet.write_string(line, place, cell)
    sheet.write_number(3, 0, 1.144e30)
    sheet.write_string(3, 5, "被改成数的编码")
    book.close()
    parsed = parse(read_table(stream.getvalue(), "目录.xlsx"))
    assert [item.values["name"] for item in parsed.items] == ["甲事项", "乙事项（𠮷䶮）"]
    assert "科学计数法" in "".join(parsed.rejected[0].reasons)


@pytest.mark.parametrize(
    "content",
    [
        b"", b"\n\n \n", b"hello", b"\x89PNG\r\n", b"%PDF-1.7", b"PK\x03\x04broken", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"x" * 600,
        b"a,b,c\n1,2,3", "序号,备注\n1,无".encode(), b"\x00" * 100,
    ],
)  # fmt: skip
def test_what_is_no_catalogue_is_refused_as_a_whole(content: bytes) -> None:
    with pytest.raises(UnreadableFile) as refused:
        parse(read_table(content))
    assert refused.value.next_step


@pytest.mark.parametrize("cell", ["XFD1048576", "A900000", "AAA3"])
def test_cells_far_apart_do_not_fill_the_memory(cell: str) -> None:
    book = openpyxl.Workbook()
    book.active["A1"], book.active[cell] = "事项名称", "x"
    file = io.BytesIO()
    book.save(file)
    with pytest.raises(UnreadableFile, match="离得太远"):
        read_table(file.getvalue())


def test_a_bomb_is_not_unpacked() -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * (401 * 1024 * 1024))
    with pytest.raises(UnreadableFile, match="太大"):
        read_table(stream.getvalue())


@settings(deadline=None, max_examples=200)
@given(st.binary(max_size=300), st.sampled_from(["utf-8", "gb18030", "utf-16"]))
def test_any_bytes_after_a_header_are_accounted_for(junk: bytes, encoding: str) -> None:
    content = f"{HEADER}\n{row()}\n".encode(encoding) + junk
    try:
        parsed = parse(read_table(content))
    except UnreadableFile:
        return
    assert parsed.rows == len(parsed.items) + len(parsed.rejected)


CELLS = st.text(alphabet=st.characters(blacklist_categories=["Cs"]), max_size=20)


@settings(deadline=None, max_examples=200)
@given(st.lists(st.lists(CELLS, min_size=19, max_size=19), max_size=6))
def test_any_cells_are_taken_or_refused(rows: list[list[str]]) -> None:
    import csv

    stream = io.StringIO(newline="")
    writer = csv.writer(stream)
    writer.writerow(HEADER.split(","))
    writer.writerows(rows)
    parsed = parse(read_table(stream.getvalue().encode()))
    assert all(refused.reasons for refused in parsed.rejected)
