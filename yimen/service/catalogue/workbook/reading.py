"""A workbook from outside, read with distrust: what is no table, too large, or could run is refused before it is laid out.

A formula is never evaluated: the value that the spreadsheet kept is taken and said so, and where it kept none the row is
refused. Merged cells of one column are filled, others refused by their address. Hidden sheets and rows are read and said.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook

from yimen.service.catalogue.importing.reading import UnreadableFile, read_table, unreadable_text
from yimen.service.catalogue.importing.reading import cell_said as text_of
from yimen.service.catalogue.workbook.layout import CODE, HEADERS, ITEMS

MAX_BYTES = 64 * 1024 * 1024
MAX_UNPACKED = 800 * 1024 * 1024
MAX_RATIO = 150
MAX_ROWS = 200_000
WIDEST = 104
"""Cells right of column CZ are refused: two cells far apart would fill the memory."""
SPARSE_AREA = 5_000_000
MOST_NAMED = 12
_ROW = re.compile(rb"<row\b[^>]*>")
_ROW_NUMBER = re.compile(rb'\br="(\d{1,9})"')
_HIDDEN = re.compile(rb'\bhidden="(?:1|true)"')
_FORMULA = re.compile(rb"<f[\s/>]")
_CELL = re.compile(rb'<c\b[^>]*?\br="([A-Z]{1,3}\d{1,9})"')
_FAR = re.compile(rb'<c\b[^>]*?\br="[A-Z]{1,3}(\d{6,9})"')
_FAR_RIGHT = re.compile(rb'<c\b[^>]*?\br="((?:[D-Z][A-Z]|[A-Z]{3})\d{1,9})"')
_ERROR = re.compile(r"#(REF|N/A|VALUE|DIV/0|NAME|NULL|NUM)[!?]?")
_PROGRAM = re.compile(r"vbaproject\.bin|\.(exe|dll|js|vbs|bin)$", re.IGNORECASE)
_SHEET = re.compile(r"<sheet\b[^>]*>")
_ATTRIBUTE = re.compile(r'([\w:]+)="([^"]*)"')
_ADDRESS = re.compile(r"([A-Z]{1,3})(\d+)")


@dataclass(slots=True)
class Row:
    """One row of a sheet: its line, its cells by heading, why it cannot be used, what to say of it."""

    line: int
    cells: dict[str, str]
    problems: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Sheet:
    """One sheet: the known headings it has, and its rows that are not blank."""

    name: str
    titles: tuple[str, ...]
    rows: list[Row] = field(default_factory=list)


@dataclass(slots=True)
class Book:
    """A workbook as read: known sheets by name, and what to tell about the file."""

    sheets: dict[str, Sheet] = field(default_factory=dict)
    messages: list[str] = field(default_factory=list)


@dataclass(slots=True)
class _Scan:
    """What the raw file says of a sheet that its values do not: formulas, hidden rows, by address and line."""

    formulas: set[str] = field(default_factory=set)
    hidden: set[int] = field(default_factory=set)
    cells: int = 0
    last: int = 0


def read_book(content: bytes, file_name: str = "") -> Book:
    """The workbook; raises `UnreadableFile` with what is wrong and what to do."""
    if not content.strip(b"\x00 \t\r\n"):
        raise UnreadableFile("文件是空的。", next_step="请选择改好的工作簿。")
    if len(content) > MAX_BYTES:
        raise UnreadableFile(f"文件超过 {MAX_BYTES // 1024 // 1024} MB。", next_step="请分几次导出、分几次上传。")
    if content[:4] != b"PK\x03\x04":
        return _from_text(content, file_name)
    scans, hidden_sheets = _look_inside(content)
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        names = [name for name in book.sheet_names if name in HEADERS]
        if not names:
            raise UnreadableFile(
                f"工作簿里没有“{'”“'.join(HEADERS)}”中的任何一张表。",
                next_step="请先从事项目录导出，在导出的工作簿里改。",
            )
        found = Book()
        for name in names:
            if name in hidden_sheets:
                found.messages.append(f"工作表“{name}”是隐藏的，也已比对。")
            sheet = book.get_sheet_by_name(name)
            merged = [_Merge(*start, *end) for start, end in (sheet.merged_cell_ranges or ())]
            found.sheets[name] = _read_sheet(
                name, sheet.to_python(skip_empty_area=False), scans.get(name, _Scan()), merged, found
            )
    except (CalamineError, OSError, ValueError) as problem:
        if isinstance(problem, UnreadableFile):
            raise
        raise UnreadableFile("工作簿打不开，可能已损坏。", next_step="请在表格软件里重新另存一次。") from problem
    others = [name for name in hidden_sheets if name not in HEADERS]
    if others:
        found.messages.append(f"隐藏的工作表“{'”“'.join(others[:5])}”没有读。")
    return found


def _from_text(content: bytes, file_name: str) -> Book:
    """A CSV of the items sheet alone: encodings are told apart as in imports."""
    known = set(HEADERS[ITEMS])
    table = read_table(content, file_name, lambda title: title in known)
    found = Book(messages=["CSV 只有一张表，按“事项”比对；材料、收费、问答不动。", *table.messages])
    titles = _titles(ITEMS, list(table.header), found)
    sheet = Sheet(ITEMS, tuple(title for title in titles if title))
    for raw in table.rows:
        row = Row(raw.line, {t: raw.cells[p].strip() for p, t in enumerate(titles) if t and p < len(raw.cells)})
        if raw.problem:
            row.problems.append(raw.problem)
        sheet.rows.append(row)
    found.sheets[ITEMS] = sheet
    return found


# Before it is laid out


def _look_inside(content: bytes) -> tuple[dict[str, _Scan], list[str]]:
    """Refuse bombs, macros, passwords and far rows by reading the archive as a stream; tell formulas and hidden rows."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            _refuse_dangers(archive, len(content))
            places, hidden = _places(archive)
            scans = {}
            for name, path in places.items():
                if name in HEADERS and path in archive.namelist():
                    with archive.open(path) as stream:
                        scans[name] = _scan(stream, name)
            return scans, hidden
    except (zipfile.BadZipFile, zlib.error, OSError, RuntimeError, NotImplementedError, EOFError):
        raise UnreadableFile("工作簿已损坏，打不开。", next_step="请在表格软件里重新另存一次。") from None


def _refuse_dangers(archive: zipfile.ZipFile, packed: int) -> None:
    entries = archive.infolist()
    unpacked = sum(entry.file_size for entry in entries)
    if unpacked > MAX_UNPACKED or len(entries) > 2000 or unpacked > max(packed, 100_000) * MAX_RATIO:
        raise UnreadableFile("工作簿解开后太大。", next_step="请在表格软件里另存一次，或分几次上传。")
    for entry in entries:
        if entry.flag_bits & 0x1:
            raise UnreadableFile("工作簿有密码。", next_step="请去掉密码后上传。")
        if _PROGRAM.search(entry.filename) and "printersettings" not in entry.filename.lower():
            raise UnreadableFile("工作簿里有宏或程序。", next_step="请另存为不带宏的 xlsx 后上传。")
    if "xl/workbook.xml" not in archive.namelist():
        raise UnreadableFile("这不是 Excel 工作簿。", next_step="请上传 xlsx 格式的工作簿。")


def _places(archive: zipfile.ZipFile) -> tuple[dict[str, str], list[str]]:
    """Sheet → its part of the archive, and the hidden sheets."""
    with archive.open("xl/workbook.xml") as stream:
        text = stream.read(4_000_000).decode("utf-8", "replace")
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise UnreadableFile("工作簿里有会自行膨胀的定义。", next_step="请在表格软件里另存一次。")
    targets: dict[str, str] = {}
    if "xl/_rels/workbook.xml.rels" in archive.namelist():
        with archive.open("xl/_rels/workbook.xml.rels") as stream:
            for tag in re.findall(r"<Relationship\b[^>]*>", stream.read(4_000_000).decode("utf-8", "replace")):
                said = dict(_ATTRIBUTE.findall(tag))
                targets[said.get("Id", "")] = "xl/" + said.get("Target", "").removeprefix("/xl/").removeprefix("xl/")
    places, hidden = {}, []
    for tag in _SHEET.findall(text):
        said = dict(_ATTRIBUTE.findall(tag))
        name = said.get("name", "")
        places[name] = targets.get(said.get("r:id", ""), "")
        if said.get("state", "visible") != "visible":
            hidden.append(name)
    return places, hidden


def _scan(stream: Any, name: str) -> _Scan:
    """Read a sheet's text once, in portions, so that a million rows are refused with little memory."""
    found, rest = _Scan(), b""
    while chunk := stream.read(1024 * 1024):
        part = rest + chunk
        if b"<!DOCTYPE" in part or b"<!ENTITY" in part:
            raise UnreadableFile("工作簿里有会自行膨胀的定义。", next_step="请在表格软件里另存一次。")
        # The last open tag may be cut in two: it is read again with the next portion.
        edge = part.rfind(b"<row")
        whole, rest = (part[:edge], part[edge:]) if edge > 0 and len(part) - edge < 4_000_000 else (part, b"")
        _scan_part(whole, found, name)
    _scan_part(rest, found, name)
    if found.last * WIDEST > max(SPARSE_AREA, found.cells * 40):
        raise UnreadableFile(
            f"工作表“{name}”的内容离得太远，第 {found.last} 行还有格子。", next_step="请删去远处的单元格后上传。"
        )
    return found


def _scan_part(part: bytes, found: _Scan, name: str) -> None:
    for far in _FAR.finditer(part):
        if int(far[1]) > MAX_ROWS:
            raise UnreadableFile(
                f"工作表“{name}”在第 {int(far[1])} 行还有内容，最多 {MAX_ROWS} 行。",
                next_step="请删去多余的行，或分几次上传。",
            )
    right = _FAR_RIGHT.search(part)
    if right:
        raise UnreadableFile(
            f"工作表“{name}”在 {right[1].decode()} 格还有内容，离得太远。", next_step="请删去远处的单元格后上传。"
        )
    found.cells += part.count(b"<c ")
    for row in _ROW.finditer(part):
        number = _ROW_NUMBER.search(row[0])
        found.last = max(found.last, int(number[1])) if number else found.last
        if number and _HIDDEN.search(row[0]):
            found.hidden.add(int(number[1]))
    for formula in _FORMULA.finditer(part):
        start = part.rfind(b"<c", 0, formula.start())
        address = _CELL.match(part, start) if start >= 0 else None
        if address:
            found.formulas.add(address[1].decode())


# Laid out


@dataclass(frozen=True, slots=True)
class _Merge:
    """Merged cells, from 0."""

    top: int
    left: int
    bottom: int
    right: int

    def __str__(self) -> str:
        return f"{_letters(self.left)}{self.top + 1}:{_letters(self.right)}{self.bottom + 1}"


def _letters(place: int) -> str:
    text = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        text = chr(65 + rest) + text
    return text


def _titles(name: str, header: list[str], book: Book) -> list[str]:
    """For each column its known heading, "" where there is none; raises where the code's column is missing or twice."""
    known, titles, strange = set(HEADERS[name]), [], []
    for text in header:
        title = re.sub(r"\s+", "", text)
        if title in known:
            if title in titles:
                raise UnreadableFile(f"工作表“{name}”里有两列“{title}”。", next_step="请删去一列再上传。")
            titles.append(title)
        else:
            titles.append("")
            if title:
                strange.append(title[:20])
    if CODE not in titles:
        found = "、".join(text for text in header[:8] if text)
        raise UnreadableFile(
            f"工作表“{name}”的第一行没有“{CODE}”列，现有：{found[:100] or '（空）'}。", next_step="请保留导出时的表头。"
        )
    if strange:
        book.messages.append(f"工作表“{name}”里不认识的列没有读：{'、'.join(strange[:MOST_NAMED])}。")
    return titles


def _read_sheet(name: str, cells: list[list[Any]], scan: _Scan, merged: list[_Merge], book: Book) -> Sheet:
    head = next((place for place, row in enumerate(cells[:10]) if any(text_of(cell) for cell in row)), None)
    if head is None:
        book.messages.append(f"工作表“{name}”是空的，没有比对。")
        return Sheet(name, ())
    for merge in merged:
        if merge.top <= head:
            raise UnreadableFile(f"工作表“{name}”的表头 {merge} 合并了单元格。", next_step="请取消合并，一列一个表头。")
    titles = _titles(name, [text_of(cell).strip() for cell in cells[head]], book)
    across = _fill(cells, merged)
    sheet = Sheet(name, tuple(title for title in titles if title))
    formulas = _by_line(scan.formulas)
    for place in range(head + 1, len(cells)):
        row = _row(place + 1, cells[place], titles)
        if row is None:
            continue
        _say_odd(row, formulas.get(place + 1, {}), titles, across, place)
        sheet.rows.append(row)
    hidden = [row.line for row in sheet.rows if row.line in scan.hidden]
    if hidden:
        listed = "、".join(str(line) for line in hidden[:MOST_NAMED])
        book.messages.append(f"工作表“{name}”有 {len(hidden)} 行是隐藏的，也已比对：第 {listed} 行。")
    return sheet


def _row(line: int, cells: list[Any], titles: list[str]) -> Row | None:
    texts = [text_of(cell) for cell in cells[: len(titles)]]
    if not any(text.strip() for text in texts):
        return None
    texts += [""] * (len(titles) - len(texts))
    row = Row(line, {title: text.strip() for title, text in zip(titles, texts, strict=True) if title})
    unreadable = unreadable_text("\t".join(texts))
    if unreadable:
        row.problems.append(unreadable)
    return row


def _fill(cells: list[list[Any]], merged: list[_Merge]) -> list[_Merge]:
    """Fill merged cells of one column with their value; returns all, those over several columns to be refused."""
    for merge in merged:
        if merge.left == merge.right and merge.top < len(cells) and merge.left < len(cells[merge.top]):
            for place in range(merge.top + 1, min(merge.bottom + 1, len(cells))):
                if merge.left < len(cells[place]):
                    cells[place][merge.left] = cells[merge.top][merge.left]
    return merged


def _by_line(addresses: set[str]) -> dict[int, dict[int, str]]:
    found: dict[int, dict[int, str]] = {}
    for address in addresses:
        parts = _ADDRESS.fullmatch(address)
        if parts:
            column = 0
            for letter in parts[1]:
                column = column * 26 + ord(letter) - 64
            found.setdefault(int(parts[2]), {})[column - 1] = address
    return found


def _say_odd(row: Row, formulas: dict[int, str], titles: list[str], merged: list[_Merge], place: int) -> None:
    """What to say of formulas, kept errors and merged cells in this row."""
    for column, address in sorted(formulas.items()):
        if column >= len(titles) or not titles[column]:
            continue
        if row.cells[titles[column]]:
            row.warnings.append(f"{address} 是公式，取表格软件上次算出的值，没有重新计算")
        else:
            row.problems.append(f"{address} 是公式，没有算好的值；请把公式换成值")
    for title, text in row.cells.items():
        if _ERROR.fullmatch(text):
            row.problems.append(f"“{title}”是 {text}，请改成要写的内容")
    for merge in merged:
        if merge.top <= place <= merge.bottom:
            if merge.left == merge.right:
                row.warnings.append(f"{merge} 是合并的单元格，每行按同样的内容")
            else:
                row.problems.append(f"{merge} 合并了几列，分不清各列写什么；请取消合并")


def addresses(sheet: Sheet) -> Iterator[tuple[Row, str]]:
    """Each row with the code it speaks of."""
    for row in sheet.rows:
        yield row, row.cells.get(CODE, "").strip().upper()
