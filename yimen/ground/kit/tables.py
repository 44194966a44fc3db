"""Tables that people bring: CSV in whatever encoding, and Excel, as rows of text with their line numbers.

Nothing is lost in silence: a row that cannot be taken as it stands is still returned, with its `problem` in Chinese; a
file that cannot be read at all raises `UnreadableTable`.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
import sys
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook

from yimen.ground.kit.refusals import Invalid

END = "\x00yimen end of table\x00"
DELIMITERS = ",\t;|"
_ADDRESS = re.compile(rb'\sr="([A-Z]{0,3})(\d{1,9})"')
PRECISE = 10**15  # whole numbers above this have been rounded by the spreadsheet

# One number for the whole process; what a cell may hold is bounded by the size of its file.
csv.field_size_limit(sys.maxsize)


class UnreadableTable(Invalid):
    """The file is no table that can be read; the message says where it breaks."""

    code = "unreadable_table"


@dataclass(frozen=True, slots=True)
class Limits:
    """How much is read before the file is refused."""

    file_bytes: int = 50 * 1024 * 1024
    unpacked_bytes: int = 400 * 1024 * 1024
    rows: int = 200_000
    columns: int = 300
    cell_characters: int = 30_000


@dataclass(frozen=True, slots=True)
class Row:
    """One row: the line it starts on (as editors and Excel count), its cells by heading, and what is wrong with it."""

    line: int
    cells: dict[str, str]
    problem: str = ""

    def get(self, heading: str) -> str:
        """The cell under a heading without the white space around it; "" when there is no such column."""
        return self.cells.get(heading, "").strip()


@dataclass(frozen=True, slots=True)
class Table:
    """A table that was read: its headings, its rows, and how it was read (encoding and delimiter, or sheet name)."""

    header: tuple[str, ...]
    rows: list[Row]
    read_as: str
    blank_lines: int = field(default=0)


def read_table(data: bytes, name: str, *, limits: Limits | None = None, sheet: str | None = None) -> Table:
    """Read a CSV/TSV/TXT or XLSX/XLS file by its content (its name only serves the messages).

    Raises `UnreadableTable` for an empty or too large file, an unknown encoding, an open quotation mark, a heading that
    is missing or there twice, and a workbook that is damaged, locked or a bomb.
    """
    limits = limits or Limits()
    if not data.strip():
        raise UnreadableTable(f"文件“{name}”是空的。", next_step="请检查是否选错了文件。")
    if len(data) > limits.file_bytes:
        raise UnreadableTable(
            f"文件“{name}”超过 {limits.file_bytes // 1024 // 1024} MB。", next_step="请分成几个文件导入。"
        )
    if data.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        return _assemble(*_sheet(data, name, limits, sheet), limits)
    return _assemble(*_text(data, name, limits), limits)


def _assemble(lines: Iterable[tuple[int, Sequence[str], str]], read_as: str, limits: Limits) -> Table:
    header: tuple[str, ...] = ()
    rows: list[Row] = []
    blank = 0
    for line, cells, problem in lines:
        if not any(cell.strip() for cell in cells) and not problem:
            blank += 1
            continue
        if not header:
            header = _header(line, cells, limits)
            continue
        if len(rows) >= limits.rows:
            raise UnreadableTable(f"表格超过 {limits.rows} 行。", next_step="请分成几个文件导入。")
        rows.append(_row(line, cells, problem, header, limits))
    if not header:
        raise UnreadableTable("表格里没有表头。", next_step="第一行应写各列的名称。")
    return Table(header, rows, read_as, blank)


def _header(line: int, cells: Sequence[str], limits: Limits) -> tuple[str, ...]:
    names = [cell.strip().lstrip("\ufeff") for cell in cells]
    while names and not names[-1]:
        names.pop()
    if len(names) > limits.columns:
        raise UnreadableTable(f"表格有 {len(names)} 列，最多 {limits.columns} 列。", next_step="请删去不用的列。")
    names = [name or f"第{place}列" for place, name in enumerate(names, 1)]
    for name in names:
        if names.count(name) > 1:
            raise UnreadableTable(
                f"第 {line} 行的表头里有两个“{name[:40]}”。", next_step="请改掉重复的列名后重新导入。"
            )
    return tuple(names)


def _row(line: int, cells: Sequence[str], problem: str, header: tuple[str, ...], limits: Limits) -> Row:
    extra = [cell for cell in cells[len(header) :] if cell.strip()]
    if extra and not problem:
        problem = f"这一行有 {len(cells)} 格，表头只有 {len(header)} 列，可能多了分隔符。"
    for name, cell in zip(header, cells, strict=False):
        if len(cell) > limits.cell_characters and not problem:
            problem = f"“{name}”有 {len(cell)} 个字，最多 {limits.cell_characters} 个字。"
    padded = [*cells, *[""] * (len(header) - len(cells))]
    return Row(line, dict(zip(header, padded, strict=False)), problem)


# --- Text files


def _text(data: bytes, name: str, limits: Limits) -> tuple[Iterator[tuple[int, Sequence[str], str]], str]:
    text, encoding = _decode(data, name)
    delimiter = _delimiter(text)
    said = {"\t": "制表符", ",": "逗号", ";": "分号", "|": "竖线"}[delimiter]
    return _records(text, delimiter, limits), f"{encoding}，{said}分隔"


def _decode(data: bytes, name: str) -> tuple[str, str]:
    if data.startswith(codecs.BOM_UTF8):
        candidates = ["utf-8-sig"]
    elif data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        candidates = ["utf-16"]
    else:
        candidates = ["utf-8", "gb18030"]
    for encoding in candidates:
        try:
            return data.decode(encoding), encoding.removesuffix("-sig").upper()
        except UnicodeDecodeError as broken:
            line = data.count(b"\n", 0, broken.start) + 1
    raise UnreadableTable(
        f"文件“{name}”第 {line} 行附近的文字编码无法识别，它可能不是表格。",
        next_step="请用 Excel 或 WPS 打开，另存为“CSV UTF-8”或 .xlsx 后重新导入。",
    )


def _delimiter(text: str) -> str:
    """What separates the headings: the candidate found most often outside quotation marks in the first line."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    outside = "".join(first.split('"')[::2])
    return max(DELIMITERS, key=lambda candidate: (outside.count(candidate), -DELIMITERS.index(candidate)))


def _records(text: str, delimiter: str, limits: Limits) -> Iterator[tuple[int, Sequence[str], str]]:
    """Records with the line each starts on. A sentinel at the end shows whether a quotation mark stayed open."""
    ending = "" if text.endswith(("\n", "\r")) else "\n"
    # newline="" keeps a line break inside a cell as it is; only \n, \r and \r\n count as line ends.
    reader = csv.reader(io.StringIO(f"{text}{ending}{END}\n", newline=""), delimiter=delimiter)
    start = 1
    while True:
        try:
            record = next(reader)
        except csv.Error as broken:
            raise UnreadableTable(
                f"第 {start} 行读不懂：{broken}。", next_step="请检查这一行的引号和分隔符。"
            ) from None
        if record == [END]:
            return
        if END in record[-1:] or any(END in cell for cell in record):
            raise UnreadableTable(
                f"第 {start} 行有一个引号没有配对，它后面的内容都被当成了一格。",
                next_step="请补上或删去这个引号后重新导入。",
            )
        yield start, record, ""
        start = reader.line_num + 1


# --- Workbooks


def _sheet(
    data: bytes, name: str, limits: Limits, sheet: str | None
) -> tuple[Iterator[tuple[int, Sequence[str], str]], str]:
    if data.startswith(b"PK"):
        _check_unpacked(data, name, limits)
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        title = sheet if sheet is not None else book.sheet_names[0]
        page = book.get_sheet_by_name(title)
    except (CalamineError, IndexError, ValueError, OSError) as broken:
        locked = "password" in type(broken).__name__.lower()
        raise UnreadableTable(
            f"文件“{name}”{'有密码保护' if locked else '不是能读的 Excel 文件，可能已损坏'}。",
            next_step="请用 Excel 或 WPS 打开，去掉密码，另存为 .xlsx 后重新导入。",
        ) from None
    first = page.start[0] if page.start else 0
    if page.total_height > limits.rows + 1000 or page.total_width > limits.columns + 1000:
        raise UnreadableTable(
            f"工作表“{title}”有 {page.total_height} 行 {page.total_width} 列，"
            f"最多 {limits.rows} 行 {limits.columns} 列。",
            next_step="请删去空白行列，或分成几个文件导入。",
        )
    rows = page.to_python(skip_empty_area=True)
    return (_cells(first + 1 + place, row) for place, row in enumerate(rows)), f"工作表“{title}”"


def _check_unpacked(data: bytes, name: str, limits: Limits) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            size = sum(entry.file_size for entry in archive.infolist())
            count = len(archive.infolist())
            if size <= limits.unpacked_bytes:
                _check_extent(archive, name, limits)
    except (zipfile.BadZipFile, zlib.error, ValueError, OSError, RuntimeError, NotImplementedError, KeyError):
        raise UnreadableTable(f"文件“{name}”已损坏，打不开。", next_step="请重新保存后导入。") from None
    if size > limits.unpacked_bytes or count > 2000:
        raise UnreadableTable(
            f"文件“{name}”解开后过大({size // 1024 // 1024} MB)。",
            next_step="请删去多余的工作表和图片，或分成几个文件导入。",
        )


def _check_extent(archive: zipfile.ZipFile, name: str, limits: Limits) -> None:
    """Look at the addresses of the cells before the sheet is laid out: two cells far apart would fill the memory."""
    archive.getinfo("xl/workbook.xml")
    for entry in archive.infolist():
        if not entry.filename.startswith("xl/worksheets/"):
            continue
        with archive.open(entry) as content:
            rest = b""
            while chunk := content.read(1024 * 1024):
                part = rest + chunk
                for column, row in _ADDRESS.findall(part):
                    if int(row) > limits.rows + 1000 or _column(column) > limits.columns + 1000:
                        raise UnreadableTable(
                            f"文件“{name}”在 {column.decode()}{int(row)} 格还有内容，"
                            f"最多 {limits.rows} 行 {limits.columns} 列。",
                            next_step="请删去远处的单元格，或分成几个文件导入。",
                        )
                rest = part[-64:]


def _column(letters: bytes) -> int:
    """A → 1, Z → 26, AA → 27."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _cells(line: int, row: Sequence[Any]) -> tuple[int, Sequence[str], str]:
    problem = ""
    cells = []
    for place, value in enumerate(row, 1):
        if isinstance(value, float) and value.is_integer() and abs(value) >= PRECISE:
            problem = f"第 {place} 格的数字超过 15 位，Excel 已经把末几位变成了 0；请把该列设为文本格式后重新填写。"
        cells.append(_said(value))
    return line, cells, problem


def _said(value: Any) -> str:
    """A cell as a person reads it: 20 and not 20.0, dates as 2026-09-30."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 10**18 else repr(value)
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(sep=" ")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        return str(value)
    return str(value)
