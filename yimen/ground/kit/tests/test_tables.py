"""Tables as people bring them: every row is there with its line, or the file is refused with the place."""

from __future__ import annotations

import io
import zipfile
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest

from yimen.ground.kit.tables import Limits, UnreadableTable, read_table

SHARED = Path(__file__).resolve().parents[5] / "shared" / "data"
TEXT = '名称,代码\n餐饮许可,01\n"茶馆,\n带换行",02\n\n"引""号",03\n'


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";", "|"])
def test_csv_in_every_encoding_and_delimiter(encoding: str, delimiter: str) -> None:
    text = TEXT.replace(",", delimiter) if delimiter != "," else TEXT
    table = read_table(text.replace("\n", "\r\n").encode(encoding), "事项.csv")
    assert table.header == ("名称", "代码")
    assert [(row.line, row.get("代码"), row.problem) for row in table.rows] == [
        (2, "01", ""),
        (3, "02", ""),
        (6, "03", ""),
    ]
    assert table.rows[2].get("名称") == '引"号'
    assert table.blank_lines == 1


def test_rare_characters_survive_gb18030() -> None:
    assert read_table("名称\n𠮷䶮\n".encode("gb18030"), "x.csv").rows[0].get("名称") == "𠮷䶮"


def test_a_row_with_too_many_or_too_long_cells_is_kept_with_its_problem() -> None:
    table = read_table(f"a,b\n1,2,3\n1\n{'长' * 99},1\n1,2,,\n".encode(), "x.csv", limits=Limits(cell_characters=50))
    assert [bool(row.problem) for row in table.rows] == [True, False, True, False]
    assert "3 格" in table.rows[0].problem
    assert table.rows[1].cells == {"a": "1", "b": ""}


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "空的"),
        (b" \n\n", "空的"),
        (b"a,b\n\xff\xff\xfe", "编码"),
        (b'a,b\n1,"2\n3,4\n', "第 2 行有一个引号"),
        ("代码,代码\n1,2".encode(), "两个“代码”"),
        (b"a\n" + b"1\n" * 11, "超过 10 行"),
        (b",".join(b"c%d" % n for n in range(30)), "30 列"),
        (b"x" * 3000, "超过"),
        (b"PK\x03\x04 broken", "损坏"),
        (b"\xd0\xcf\x11\xe0 broken", "不是能读的 Excel"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_with_the_place(data: bytes, why: str) -> None:
    with pytest.raises(UnreadableTable, match=why) as refused:
        read_table(data, "x.csv", limits=Limits(file_bytes=2000, rows=10, columns=20))
    assert refused.value.next_step


def workbook(rows: list[list[object]]) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def test_excel_cells_as_a_person_reads_them() -> None:
    data = workbook(
        [
            ["名称", "天数", "日期", "时间", "身份证"],
            ["餐饮", 20, date(2026, 9, 30), datetime(2026, 9, 30, 9, 5), "110105194912310021"],
            [None, None, None, None, None],
            ["茶馆", 2.5, True, None, 110105194912310021],
        ]
    )
    table = read_table(data, "事项.xlsx")
    assert table.rows[0].cells == {
        "名称": "餐饮",
        "天数": "20",
        "日期": "2026-09-30",
        "时间": "2026-09-30 09:05:00",
        "身份证": "110105194912310021",
    }
    assert (table.rows[1].line, table.rows[1].get("天数"), table.rows[1].get("日期")) == (4, "2.5", "是")
    assert "15 位" in table.rows[1].problem


def test_two_cells_far_apart_do_not_fill_the_memory() -> None:
    book = openpyxl.Workbook()
    book.active["A1"] = "名称"
    book.active["XFD1048576"] = "x"
    file = io.BytesIO()
    book.save(file)
    with pytest.raises(UnreadableTable, match="1048576 格"):
        read_table(file.getvalue(), "x.xlsx")


def test_an_archive_that_is_no_workbook_or_a_bomb_is_refused() -> None:
    for path, size in (("readme.txt", 10), ("xl/workbook.xml", 3_000_000)):
        file = io.BytesIO()
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(path, b"\0" * size)
        with pytest.raises(UnreadableTable):
            read_table(file.getvalue(), "x.xlsx", limits=Limits(unpacked_bytes=1_000_000))


@pytest.mark.skipif(not SHARED.is_dir(), reason="没有共享的真实目录数据，跳过")
@pytest.mark.parametrize(("name", "rows"), [("items_guangdong.csv", 1810), ("items_guangdong_materials.csv", 2715)])
def test_the_real_catalogues_are_read_whole(name: str, rows: int) -> None:
    table = read_table((SHARED / name).read_bytes(), name)
    assert len(table.rows) == rows
    assert not [row.line for row in table.rows if row.problem]
