"""Lists as Excel and CSV files, in any length, in which no cell is ever a formula.

columns = [Column("办件编号", lambda case: case.code, width=30), Column("金额(元)", lambda case: case.amount_fen / 100)]
return download("办件清单.xlsx", xlsx(columns, rows))
"""

from __future__ import annotations

import csv
import io
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Generic, TypeVar

from django.http import StreamingHttpResponse
from django.utils.http import content_disposition_header

from yimen.ground.kit.moments import local

T = TypeVar("T")
SHEET_ROWS = 1_000_000
LONGEST_CELL = 32_000
CUT = "……（过长，已截断）"
CHUNK = 64 * 1024
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV = "text/csv; charset=utf-8"
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


@dataclass(frozen=True, slots=True)
class Column(Generic[T]):
    """One column: its heading, how a row gives its value (text, number, bool, date, moment, None), its width."""

    title: str
    value: Callable[[T], Any]
    width: int = 16


def xlsx(columns: Sequence[Column[T]], rows: Iterable[T], *, sheet: str = "清单") -> Iterator[bytes]:
    """The chunks of an Excel workbook; memory does not grow with the rows. After a million rows a new sheet begins.

    Text is always text: no formula, no link. Numbers and dates are real ones. A text longer than a cell may be is cut
    and says so.
    """
    import xlsxwriter  # 15 MB that a process which writes no workbook does without

    with tempfile.TemporaryFile() as file:
        book = xlsxwriter.Workbook(
            file,
            {
                "constant_memory": True,
                "strings_to_formulas": False,
                "strings_to_urls": False,
                "nan_inf_to_errors": True,
            },
        )
        head = book.add_format({"bold": True, "bottom": 1})
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
        page, line, sheets = None, 0, 0
        for row in _with_at_least_one_sheet(rows):
            if page is None or line > SHEET_ROWS:
                sheets += 1
                page, line = book.add_worksheet(f"{sheet}{sheets if sheets > 1 else ''}"), 1
                page.freeze_panes(1, 0)
                for place, column in enumerate(columns):
                    page.set_column(place, place, column.width)
                    page.write_string(0, place, column.title, head)
            if isinstance(row, _Nothing):
                continue
            for place, column in enumerate(columns):
                value = column.value(row)
                if isinstance(value, datetime):
                    page.write_datetime(line, place, local(value).replace(tzinfo=None), moment)
                elif isinstance(value, date):
                    page.write_datetime(line, place, value, day)
                elif isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 10**15:
                    page.write_number(line, place, value)
                elif value is not None:
                    page.write_string(line, place, cell_text(value))
            line += 1
        book.close()
        file.seek(0)
        while chunk := file.read(CHUNK):
            yield chunk


def csv_lines(columns: Sequence[Column[T]], rows: Iterable[T]) -> Iterator[bytes]:
    """The chunks of a CSV file, UTF-8 with BOM so that Excel reads it; text it would run gets a leading `'`."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\r\n")
    buffer.write("\ufeff")
    writer.writerow([defused(column.title) for column in columns])
    for row in rows:
        writer.writerow([_csv_cell(column.value(row)) for column in columns])
        if buffer.tell() > CHUNK:
            yield buffer.getvalue().encode()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue().encode()


def download(name: str, chunks: Iterable[bytes]) -> StreamingHttpResponse:
    """The chunks as a file to be saved under `name` (any characters), never shown in the page and never cached."""
    response = StreamingHttpResponse(chunks, content_type=XLSX if name.endswith(".xlsx") else CSV)
    response["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    response["Cache-Control"] = "no-store"
    response["X-Content-Type-Options"] = "nosniff"
    return response


def cell_text(value: object) -> str:
    """Any value as the text of a cell."""
    if isinstance(value, bool):
        return "是" if value else "否"
    text = str(value).encode("utf-8", "replace").decode().replace("\x00", "")
    return text if len(text) <= LONGEST_CELL else text[:LONGEST_CELL] + CUT


def defused(text: str) -> str:
    """Text that no spreadsheet takes for a formula."""
    return (
        f"'{text}" if text.lstrip(" \u3000").startswith(_FORMULA_STARTS) or text.startswith(_FORMULA_STARTS) else text
    )


def _csv_cell(value: object) -> object:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return f"{local(value):%Y-%m-%d %H:%M}"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value
    return defused(cell_text(value))


class _Nothing:
    """Stands for "no row": an empty list still gets its heading."""


def _with_at_least_one_sheet(rows: Iterable[T]) -> Iterator[T | _Nothing]:
    yield _Nothing()
    yield from rows
