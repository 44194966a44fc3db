"""From a file's bytes to a table: encoding, separator, broken quotes, spreadsheets. No database.

A line that cannot be read becomes a row with a problem, never an exception; only a file that is no table at all is
refused (`UnreadableFile`).
"""

from __future__ import annotations

import csv
import io
import re
import sys
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook

from yimen.ground.kit.refusals import Invalid

MAX_BYTES = 64 * 1024 * 1024
MAX_ROWS = 200_000
MAX_UNPACKED = 400 * 1024 * 1024
MAX_RECORD_LINES = 200_000
MAX_RECORD_CHARACTERS = 4_000_000
HEADER_WITHIN = 10
"""Among so many filled lines the header is looked for: exports put titles and notes above it."""
SEPARATORS = (",", "\t", ";", "|", "，")
FARTHEST_ROW = MAX_ROWS + 1000
"""Cells below this row, or right of column ZZ, are not laid out."""
_ADDRESS = re.compile(rb'\sr="([A-Z]{0,3})(\d{1,9})"')
_BREAKS = re.compile(r"\r\n|\n|\r")
_HALVES = re.compile("[\ud800-\udfff]")
_LOST_SHARE = 0.2
_CODE = re.compile(r"[0-9A-Z-]{18,40}")
_KNOWN_AT_LEAST = 2
# The library's own limit of 131 072 characters would call a long cell a wrong number of columns.
csv.field_size_limit(sys.maxsize)  # one number for the whole process: the file's size bounds a cell

Knows = Callable[[str], bool]
"""Whether a heading is one that the mapping knows."""


class UnreadableFile(Invalid):
    """The file is not a table that can be imported."""

    code = "unreadable_file"


@dataclass(frozen=True, slots=True)
class RawRow:
    """One record: the line it begins on (the header is line 1), its cells, and why it cannot be read (empty if
    it can).
    """

    line: int
    cells: tuple[str, ...]
    problem: str = ""
    raw: str = ""


@dataclass(slots=True)
class Table:
    """A table as read: header, rows that are not blank, how many blank ones there were, and what to tell about
    the file.
    """

    header: tuple[str, ...]
    rows: list[RawRow] = field(default_factory=list)
    blank: int = 0
    messages: list[str] = field(default_factory=list)


def read_table(content: bytes, file_name: str = "", knows: Knows = lambda title: False) -> Table:
    """Read CSV (any usual encoding and separator) or Excel; raises `UnreadableFile` with the reason.

    `knows` finds the header below titles and notes; without it the first filled line is the header.
    """
    if not content.strip(b"\x00 \t\r\n"):
        raise UnreadableFile("文件是空的。", next_step="请选择有内容的目录文件。")
    if len(content) > MAX_BYTES:
        raise UnreadableFile(f"文件超过 {MAX_BYTES // 1024 // 1024} MB。", next_step="请拆成几个文件分别导入。")
    if content[:4] == b"PK\x03\x04" or content[:8] == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
        return _read_workbook(content, knows)
    if content[:5] == b"%PDF-" or content[:4] == b"\x89PNG" or content[:3] == b"\xff\xd8\xff":
        raise UnreadableFile("这不是表格文件。", next_step="请上传 CSV 或 Excel（xlsx）格式的目录。")
    text, messages = decode(content)
    return _read_text(text, messages, knows)


def decode(content: bytes) -> tuple[str, list[str]]:
    """The text of a file and what to tell about its encoding. Bytes that fit nowhere become lone surrogates."""
    for mark, name in ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be")):
        if content.startswith(mark):
            text = content[len(mark) :].decode(name, "surrogateescape" if name == "utf-8" else "replace")
            return text, [] if name == "utf-8" else [f"文件编码是 {name.upper()}，已转换。"]
    try:
        return content.decode("utf-8"), []
    except UnicodeDecodeError:
        pass
    if content[:4000].count(0) > len(content[:4000]) // 5:
        name = "utf-16-le" if content[1:2] == b"\x00" else "utf-16-be"
        return content.decode(name, "replace"), [f"文件编码是 {name.upper()}，已转换。"]
    lines = re.split(rb"[\r\n]+", content)
    lost = sum(1 for line in lines if not _is_utf8(line))
    if lost > len(lines) * _LOST_SHARE or not _is_utf8(lines[0]):
        try:
            return content.decode("gb18030"), ["文件编码是 GB18030（GBK），已转换为 UTF-8。"]
        except UnicodeDecodeError:
            return _line_by_line(lines)
    return content.decode("utf-8", "surrogateescape"), [f"有 {lost} 行编码损坏，已逐行列出。"]


def _line_by_line(lines: list[bytes]) -> tuple[str, list[str]]:
    """A file glued together from several encodings: each line by whichever fits it."""
    decoded: list[str] = []
    for line in lines:
        for name in ("utf-8", "gb18030"):
            try:
                decoded.append(line.decode(name))
                break
            except UnicodeDecodeError:
                continue
        else:
            decoded.append(line.decode("utf-8", "surrogateescape"))
    return "\n".join(decoded), ["文件里混有几种编码，已逐行转换，请核对。"]


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _read_text(text: str, messages: list[str], knows: Knows) -> Table:
    lines = _BREAKS.split(text)
    heads = list(_possible_headers(lines))
    if not heads:
        raise UnreadableFile("文件里没有内容。", next_step="请选择有内容的目录文件。")
    head = next((head for head in heads if _known(head.header, knows)), heads[0])
    header, separator = head.header, head.separator
    if len(header) < 2:
        raise UnreadableFile("第一行不是表头，认不出列。", next_step="请保留表头一行，各列用逗号分隔。")
    if separator != ",":
        messages.append({"\t": "各列用制表符分隔。"}.get(separator, f"各列用“{separator}”分隔。"))
    if head is not heads[0]:
        messages.append(_above(head.line))
    table = Table(header, messages=messages)
    place = head.line - 1 + head.taken
    while place < len(lines):
        row, taken = _record(lines, place, separator, len(header))
        if row is None:
            table.blank += 0 if place == len(lines) - 1 else 1
        else:
            table.rows.append(row)
        if len(table.rows) > MAX_ROWS:
            raise _too_many_rows()
        place += taken
    return table


@dataclass(frozen=True, slots=True)
class _Head:
    """A line that may be the header, and how many lines it takes (a heading may hold a line break)."""

    line: int
    taken: int
    header: tuple[str, ...]
    separator: str


def _possible_headers(lines: list[str]) -> Iterator[_Head]:
    """The first filled lines, each read as if it were the header."""
    filled = (place for place, line in enumerate(lines) if line.strip(" \t\ufeff,;|"))
    for place, _ in zip(filled, range(HEADER_WITHIN), strict=False):
        whole, taken = lines[place].lstrip("\ufeff"), 1
        while whole.count('"') % 2 and taken < HEADER_WITHIN and place + taken < len(lines):
            whole = f"{whole}\n{lines[place + taken]}"
            taken += 1
        if whole.count('"') % 2:
            whole, taken = lines[place].lstrip("\ufeff"), 1
        separator = max(SEPARATORS, key=whole.count)
        header = tuple(cell.strip().strip("\ufeff\"'") for cell in _cells(whole, separator))
        yield _Head(place + 1, taken, header, separator)


def _known(header: Sequence[str], knows: Knows) -> bool:
    return sum(1 for title in header if knows(title)) >= _KNOWN_AT_LEAST


def _above(line: int) -> str:
    return f"表头在第 {line} 行，以上的标题和说明没有读。"


def _too_many_rows() -> UnreadableFile:
    return UnreadableFile(f"文件超过 {MAX_ROWS} 行。", next_step="请拆成几个文件分别导入。")


def _record(lines: list[str], place: int, separator: str, width: int) -> tuple[RawRow | None, int]:
    """The record that begins at a line, and how many lines it takes. None for a blank one.

    A quote that is never closed would swallow the lines after it: a record that spans lines and then has the
    wrong number of columns is given up at its first line, and reading goes on with the next one.
    """
    line = lines[place]
    number = place + 1
    if not line.strip(f" \t\ufeff\u3000{separator}"):
        return None, 1
    if '"' not in line:
        return _row(number, line.split(separator), width, line), 1
    if line.count('"') % 2 == 0:
        return _row(number, _cells(line, separator), width, line), 1
    parts, quotes, length = [line], line.count('"'), len(line)
    for following in lines[place + 1 : place + MAX_RECORD_LINES]:
        # A line that could be a record of its own is not the middle of somebody's cell: it must not vanish in one.
        length += len(following) + 1
        if length > MAX_RECORD_CHARACTERS or _could_be_a_record(following, separator, width):
            break
        parts.append(following)
        quotes += following.count('"')
        if quotes % 2 == 0:
            whole = "\n".join(parts)
            cells = _cells(whole, separator)
            if len(cells) == width:
                return _row(number, cells, width, whole), len(parts)
            break
    return RawRow(number, (), "引号不配对，这一行读不出来；请把单元格里的英文引号写成两个或改用中文引号", line), 1


def _could_be_a_record(line: str, separator: str, width: int) -> bool:
    """Enough columns, and one of them a code: the text of a condition has commas too, but no code between them."""
    if line.count(separator) < width - 1:
        return False
    return any(_CODE.fullmatch(cell.strip(" \t\"'")) for cell in line.split(separator))


def _cells(line: str, separator: str) -> list[str]:
    try:
        return next(iter(csv.reader(io.StringIO(line, newline=""), delimiter=separator)), [])
    except csv.Error:
        return [line]


def _row(number: int, cells: list[str], width: int, raw: str) -> RawRow:
    given = len(cells)
    while len(cells) > width and not cells[-1].strip():
        cells = cells[:-1]
    problem = unreadable_text(raw)
    if not problem and len(cells) != width:
        problem = f"这一行有 {given} 列，表头有 {width} 列，可能多了或少了逗号"
    return RawRow(number, tuple(cells), problem, raw)


def unreadable_text(text: str) -> str:
    """Why a text cannot be taken as it is, or "" if it can."""
    if _HALVES.search(text):
        return "文字编码损坏，读不出来"
    if "\x00" in text:
        return "含有空字符（NUL）"
    if "\ufffd" in text or "锟斤拷" in text:
        return "含有已丢失的文字（�），请从原系统重新导出"
    return ""


def _read_workbook(content: bytes, knows: Knows) -> Table:
    """The first sheet of an Excel file with a header that is known, else the first that holds anything."""
    if content[:2] == b"PK":
        try:
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                if sum(entry.file_size for entry in archive.infolist()) > MAX_UNPACKED:
                    raise UnreadableFile("表格解开后太大，不能导入。", next_step="请拆成几个文件，或另存为 CSV。")
                _refuse_far_cells(archive)
        except (zipfile.BadZipFile, zlib.error, OSError, RuntimeError, NotImplementedError):
            raise UnreadableFile("表格文件已损坏，打不开。", next_step="请在表格软件里重新另存一次。") from None
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        sheets = [(name, book.get_sheet_by_name(name).to_python(skip_empty_area=False)) for name in book.sheet_names]
    except (CalamineError, OSError, ValueError) as problem:
        raise UnreadableFile(
            "表格文件打不开，可能已损坏或加了密码。", next_step="请去掉密码，另存为 xlsx 或 CSV。"
        ) from problem
    filled = [(name, rows) for name, rows in sheets if any(any(cell_said(cell) for cell in row) for row in rows)]
    if not filled:
        raise UnreadableFile("表格里没有内容。", next_step="请选择有内容的目录文件。")
    name, rows, first = _sheet_with_header(filled, knows)
    header = tuple(cell_said(cell).strip() for cell in rows[first])
    while header and not header[-1]:
        header = header[:-1]
    table = Table(header)
    if len(filled) > 1:
        table.messages.append(f"表格有 {len(filled)} 张有内容的工作表，只读“{name}”一张。")
    if any(any(cell_said(cell) for cell in row) for row in rows[:first]):
        table.messages.append(_above(first + 1))
    for place, row in enumerate(rows[first + 1 :], first + 2):
        cells = [cell_said(cell) for cell in row]
        if not any(cell.strip() for cell in cells):
            table.blank += 1
            continue
        cells += [""] * (len(header) - len(cells))
        table.rows.append(_row(place, cells, len(header), "\t".join(cells)))
        if len(table.rows) > MAX_ROWS:
            raise _too_many_rows()
    return table


def _refuse_far_cells(archive: zipfile.ZipFile) -> None:
    """Look at the addresses of the cells before a sheet is laid out: two cells far apart would fill the memory."""
    for entry in archive.infolist():
        if not entry.filename.startswith("xl/worksheets/"):
            continue
        with archive.open(entry) as content:
            rest = b""
            while chunk := content.read(1024 * 1024):
                part = rest + chunk
                for column, row in _ADDRESS.findall(part):
                    if int(row) > FARTHEST_ROW or len(column) > 2:
                        place = f"{column.decode()}{int(row)} 格" if column else f"第 {int(row)} 行"
                        raise UnreadableFile(
                            f"表格在{place}还有内容，离得太远。", next_step="请删去远处的单元格后再导入。"
                        )
                rest = part[-64:]


def _sheet_with_header(sheets: list[tuple[str, list[list[Any]]]], knows: Knows) -> tuple[str, list[list[Any]], int]:
    """Name, rows and the header's place of the sheet to read."""
    firsts = []
    for name, rows in sheets:
        filled = [place for place, row in enumerate(rows) if any(cell_said(cell) for cell in row)][:HEADER_WITHIN]
        known = next((place for place in filled if _known([cell_said(cell) for cell in rows[place]], knows)), None)
        if known is not None:
            return name, rows, known
        firsts.append((name, rows, filled[0]))
    return firsts[0]


def cell_said(cell: object) -> str:
    """A spreadsheet cell as text. A code that the spreadsheet took for a number is told by its shape later."""
    if cell is None or cell == "":
        return ""
    if isinstance(cell, bool):
        return "是" if cell else "否"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 10**15 else repr(cell).upper()
    if isinstance(cell, datetime | date):
        return cell.isoformat()[:10]
    return str(cell)
