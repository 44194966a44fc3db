"""Exported lists hold exactly what the list holds, and nothing that runs."""

from __future__ import annotations

import csv
import io
from datetime import date, datetime
from operator import itemgetter

import openpyxl
import pytest

from yimen.ground.kit import exports
from yimen.ground.kit.exports import Column, csv_lines, download, xlsx
from yimen.ground.kit.moments import CHINA

ROWS = [
    ("=1+1", 12.5, date(2026, 9, 30), datetime(2026, 9, 30, 9, 5, tzinfo=CHINA), True),
    ("+86", -3, None, None, False),
    ("@SUM(A1)", 10**17, None, None, None),
    ("𠮷䶮\x00\ud800\x07", 0, None, None, None),
    ("https://example.cn", 0, None, None, None),
    ("长" * 40_000, 0, None, None, None),
    ("\t=1", 0, None, None, None),
    (" ＝1", 0, None, None, None),
]
COLUMNS = [Column(f"列{n}", itemgetter(n)) for n in range(5)]


def test_xlsx() -> None:
    book = openpyxl.load_workbook(io.BytesIO(b"".join(xlsx(COLUMNS, ROWS))))
    cells = list(book.active.iter_rows())
    assert [cell.value for cell in cells[0]] == ["列0", "列1", "列2", "列3", "列4"]
    first = cells[1]
    assert (first[0].value, first[0].data_type) == ("=1+1", "s")
    assert (first[1].value, first[2].value.date(), first[3].value) == (
        12.5,
        date(2026, 9, 30),
        datetime(2026, 9, 30, 9, 5),
    )
    assert first[4].value == "是"
    assert cells[3][1].value == str(10**17), "a number Excel would round is kept as text"
    assert cells[4][0].value.startswith("𠮷䶮")
    assert cells[5][0].hyperlink is None
    assert cells[6][0].value.endswith("已截断）")
    assert all(cell.data_type != "f" for row in cells for cell in row)


def test_an_empty_list_has_its_heading() -> None:
    book = openpyxl.load_workbook(io.BytesIO(b"".join(xlsx(COLUMNS, []))))
    assert [[cell.value for cell in row] for row in book.active.iter_rows()] == [["列0", "列1", "列2", "列3", "列4"]]


def test_a_long_list_continues_on_the_next_sheet(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exports, "SHEET_ROWS", 3)
    book = openpyxl.load_workbook(io.BytesIO(b"".join(xlsx(COLUMNS, ROWS))))
    assert [sheet.max_row for sheet in book] == [4, 4, 3]


def test_csv() -> None:
    data = b"".join(csv_lines(COLUMNS, ROWS))
    assert data.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig"))))
    assert rows[1] == ["'=1+1", "12.5", "2026-09-30", "2026-09-30 09:05", "是"]
    assert [row[0][0] for row in rows[1:4]] == ["'", "'", "'"]
    assert rows[2][1] == "-3", "a negative number stays a number"
    assert rows[7][0].startswith("'") and rows[8][0].startswith("'")


def test_download_names_the_file_in_chinese() -> None:
    response = download("办件清单\r\nX: y.xlsx", [b"x"])
    assert "filename*=utf-8''" in response["Content-Disposition"]
    assert "\n" not in response["Content-Disposition"]
    assert response["Cache-Control"] == "no-store"
