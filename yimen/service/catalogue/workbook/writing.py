"""Items written out as a workbook, all elements of them: in any number with the same memory, and the same each time."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator
from typing import Any

from yimen.ground.kit.exports import CHUNK
from yimen.service.catalogue.rules.code_systems import label_of
from yimen.service.catalogue.rules.vocabulary import UseLevel
from yimen.service.catalogue.workbook.baseline import Standing
from yimen.service.catalogue.workbook.layout import (
    CODES,
    FEES,
    HEADERS,
    ITEM_ELEMENTS,
    ITEMS,
    MATERIALS,
    OWN_SHEETS,
    QUESTIONS,
)

NOTES = (
    "这是事项目录的一部分，改好后在“用 Excel 改”上传。上传只是提议：先逐格比对，看过再应用。",
    "应用后是草稿，还要合法性审查才发布。",
    "“事项编码”和“比对标记”两列不要改；要新增事项，另起一行，编码空着（或填 31/33 位国家实施编码），写清名称、类型、实施部门、行使层级。",
    "列可以换位置、可以删去：删去的列不参与比对。行可以删去：删去的行不动。整张工作表也可以删去。",
    "材料、收费、问答、其他编码各有一张表，按“事项编码”对应；一个事项在某张表里的行，就是它的全部。",
    "是否类只写“是”“否”或空着；几个值之间用顿号；一格里几条记录的，每条一行，各部分用“|”隔开。",
    "不要合并单元格，不要写公式；日期写成 2027-01-01。",
)
_WIDE = {"text": 40, "line": 24, "records": 32, "address": 28, "words": 20, "tags": 20}


def workbook(standings: Iterable[Standing]) -> Iterator[bytes]:
    """The chunks of the workbook. Text is always text: no formula, no link."""
    import xlsxwriter  # 15 MB that a process which writes no workbook does without

    with tempfile.TemporaryFile() as file:
        book = xlsxwriter.Workbook(
            file, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
        )
        sheets = _Sheets(book)
        for standing in standings:
            sheets.write(standing)
        notes = book.add_worksheet("说明")
        notes.set_column(0, 0, 120)
        for line, text in enumerate(NOTES):
            notes.write_string(line, 0, text)
        book.close()
        file.seek(0)
        while chunk := file.read(CHUNK):
            yield chunk


class _Sheets:
    """The sheets of a workbook while it is written, and the next free line of each."""

    def __init__(self, book: Any) -> None:
        head = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
        self._locked = book.add_format({"font_color": "#8b877e"})
        self._pages: dict[str, Any] = {}
        self._next: dict[str, int] = {}
        for name, titles in HEADERS.items():
            page = book.add_worksheet(name)
            page.freeze_panes(1, 1)
            page.set_column(0, 0, 36)
            for place, title in enumerate(titles):
                page.write_string(0, place, title, head)
            self._pages[name], self._next[name] = page, 1
        page = self._pages[ITEMS]
        for place, element in enumerate(ITEM_ELEMENTS, 5):
            page.set_column(place, place, _WIDE.get(element.form, 12))
        page.set_column(2, 2, 10)

    def write(self, standing: Standing) -> None:
        level = UseLevel.labels().get(standing.level, "")
        self._row(
            ITEMS,
            (
                standing.code, str(standing.number), standing.mark, standing.department, level,
                *(standing.cells[element.name] for element in ITEM_ELEMENTS),
            ),
        )  # fmt: skip
        for order, cells in enumerate(standing.materials, 1):
            self._row(MATERIALS, (standing.code, str(order), *cells))
        for sheet in (FEES, QUESTIONS):
            for cells in standing.records[OWN_SHEETS[sheet]]:
                self._row(sheet, (standing.code, *cells))
        for system, code, place, note in standing.codes:
            self._row(CODES, (standing.code, label_of(system), code, place, note))

    def _row(self, sheet: str, cells: tuple[str, ...]) -> None:
        page, line = self._pages[sheet], self._next[sheet]
        for place, text in enumerate(cells):
            if text:
                page.write_string(line, place, text)
        self._next[sheet] = line + 1
