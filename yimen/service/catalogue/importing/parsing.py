"""From a table to items and rejected rows: headers again, duplicates, equal names, materials. No database."""

from __future__ import annotations

from collections import Counter

from yimen.service.catalogue.importing.mapping import recognise, shape_of
from yimen.service.catalogue.importing.materials import MaterialRow, MaterialsFile
from yimen.service.catalogue.importing.parsed import ParsedFile, ParsedItem, RejectedRow, RowProblems
from yimen.service.catalogue.importing.reading import RawRow, Table
from yimen.service.catalogue.importing.rows import RowReader
from yimen.service.catalogue.rules import codes


def parse(table: Table, materials: MaterialsFile | None = None) -> ParsedFile:
    """Read every row of a table; raises `UnreadableFile` when its columns cannot be recognised."""
    columns = recognise(table)
    shape = shape_of(table, columns)
    parsed = ParsedFile(shape, [], [], [*table.messages, *columns.messages])
    if table.blank:
        parsed.messages.append(f"跳过 {table.blank} 个空行。")
    seen: dict[str, RawRow] = {}
    for row in table.rows:
        code = codes.clean(columns.code(row.cells))
        name = columns.cell(row.cells, "name").strip()
        try:
            if row.problem:
                raise RowProblems([row.problem])
            if _is_header(row, table.header):
                raise RowProblems(["这一行是又一个表头，不是事项"])
            if code in seen:
                raise RowProblems([_duplicate(row, seen[code])])
            item = RowReader(row, columns, shape).item()
        except RowProblems as problems:
            rejected = RejectedRow(
                row.line, _safe(code)[:120], _safe(name)[:500], tuple(problems.reasons), _safe(row.raw)
            )
            parsed.rejected.append(rejected)
            continue
        seen[code] = row
        parsed.items.append(item)
    _warn_of_equal_names(parsed.items)
    if materials is not None:
        _attach(parsed, materials)
    return parsed


def _is_header(row: RawRow, header: tuple[str, ...]) -> bool:
    """Files glued together repeat their header in the middle."""
    return tuple(cell.strip() for cell in row.cells[: len(header)]) == header


def _duplicate(row: RawRow, first: RawRow) -> str:
    same = "内容相同" if row.cells == first.cells else "内容不同，请确认以哪一行为准"
    return f"编码与第 {first.line} 行重复（{same}）"


def _warn_of_equal_names(items: list[ParsedItem]) -> None:
    names = Counter((item.department, item.values["name"]) for item in items)
    for item in items:
        if names[item.department, item.values["name"]] > 1:
            item.warnings.append("同一部门有同名事项，请核对是否重复")


def _attach(parsed: ParsedFile, materials: MaterialsFile) -> None:
    """Give each item its materials; material rows that belong to no item of the file are rejected with the reason."""
    by_code: dict[str, list[MaterialRow]] = {}
    known = {item.source_code for item in parsed.items}
    refused = {row.code for row in parsed.rejected}
    parsed.materials_rows = materials.rows
    parsed.materials_rejected = list(materials.rejected)
    for material in materials.materials:
        if material.code in known:
            by_code.setdefault(material.code, []).append(material)
            continue
        why = "所属事项被拒绝" if material.code in refused else "事项文件里没有这个编码"
        parsed.materials_rejected.append(
            RejectedRow(material.line, material.code, material.name, (why,), material.raw, file="materials")
        )
    parsed.messages += materials.messages
    for item in parsed.items:
        item.materials = by_code.get(item.source_code, [])
        parsed.materials_accepted += len(item.materials)
        item.warnings += [warning for material in item.materials for warning in material.warnings]
        stated = item.source.get("material_count", "")
        if codes.is_number(stated[:6]) and int(stated[:6]) != len(item.materials):
            item.warnings.append(f"目录说有 {stated} 份材料，材料文件里有 {len(item.materials)} 份")


def _safe(text: str) -> str:
    """Text that the database takes: no NUL, lone surrogates written as escapes."""
    return text.replace("\x00", "␀").encode("utf-8", "backslashreplace").decode()[:4000]
