"""A workbook laid beside the catalogue: item by item, element by element, new, changed, unchanged, in conflict, rejected.

An item that somebody changed since the workbook was written is compared three ways, with the edition that the workbook was
written from: what only the catalogue changed is kept, what only the workbook changed is proposed, what both changed is a
conflict. Where that edition is a draft that was saved over, everything that differs is a conflict.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q

from yimen.service.catalogue.models import ItemEdition, ProposalRow, ServiceItem, StandardMaterial
from yimen.service.catalogue.rules import codes as national
from yimen.service.catalogue.rules.code_systems import SYSTEMS, problem_of
from yimen.service.catalogue.rules.elements import ELEMENTS, keys_of
from yimen.service.catalogue.rules.vocabulary import ItemKind
from yimen.service.catalogue.workbook import baseline
from yimen.service.catalogue.workbook.baseline import Standing
from yimen.service.catalogue.workbook.layout import (
    CODE,
    CODES,
    DEPARTMENT,
    HEADERS,
    ITEMS,
    LABELS,
    LEVEL,
    LEVELS,
    MARK,
    MATERIAL_LABELS,
    MATERIALS,
    ORDER,
    OWN_SHEETS,
    STANDARD,
    CellProblem,
    material_meaning,
    meaning,
    plain,
)
from yimen.service.catalogue.workbook.reading import Book, Row, Sheet, addresses

Outcome = ProposalRow.Outcome
CHUNK = 1000
SAID = 20_000
"""A change is shown with so many characters of each side."""
_SYSTEM_OF = {system.label: key for key, system in SYSTEMS.items()} | {key: key for key in SYSTEMS}


@dataclass(slots=True)
class Line:
    """What a workbook says of one item: its row, and its rows of the other sheets (None where that sheet is absent)."""

    row: Row
    code: str
    materials: list[Row] | None = None
    records: dict[str, list[Row]] = field(default_factory=dict)
    codes: list[Row] | None = None


@dataclass(slots=True)
class Verdict:
    """What becomes of a line. `values` is what applying writes; `standing` what it was compared with."""

    line: Line
    outcome: str
    changes: list[dict[str, str]] = field(default_factory=list)
    values: dict[str, Any] = field(default_factory=dict)
    reasons: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    standing: Standing | None = None


@dataclass(frozen=True, slots=True)
class Known:
    """What comparing needs to know once: departments by name, standard materials by code."""

    departments: Mapping[str, int]
    standards: Mapping[str, int]


def compare(
    book: Book, items: Q, departments: Mapping[str, int], progress: Callable[[int], None] = lambda _: None
) -> tuple[int, list[Verdict]]:
    """(how many lines, the verdicts of those that are not unchanged). `items` are those the reader may edit."""
    lines, strays = _gather(book)
    known = Known(departments, dict(StandardMaterial.objects.values_list("code", "pk")))
    verdicts = [*strays]
    counted = len(strays)
    seen = Counter(line.code for line in lines if line.code)
    for start in range(0, len(lines), CHUNK):
        portion = lines[start : start + CHUNK]
        held = {each.code: each for each in baseline.standings(items, [line.code for line in portion if line.code])}
        for line in portion:
            verdict = _verdict(line, held.get(line.code), seen, known)
            if verdict is not None:
                verdicts.append(verdict)
        counted += len(portion)
        progress(counted)
    return counted, verdicts


# What belongs together


def _gather(book: Book) -> tuple[list[Line], list[Verdict]]:
    """The lines of the items sheet with their rows of the other sheets; rows that belong to no line are rejected."""
    items = book.sheets.get(ITEMS)
    lines: list[Line] = []
    for row, code in addresses(items) if items is not None else ():
        lines.append(Line(row, code))
    if items is None:
        lines = _lines_of_others(book)
    by_code = {line.code: line for line in lines if line.code}
    strays: list[Verdict] = []
    for name in (MATERIALS, *OWN_SHEETS, CODES):
        sheet = book.sheets.get(name)
        if sheet is None or not sheet.titles:
            continue
        for line in lines:
            _open(line, name)
        for row, code in addresses(sheet):
            line_of = by_code.get(code)
            if line_of is None:
                why = "这一行没有写事项编码" if not code else f"“{ITEMS}”表里没有编码 {code[:60]}"
                stray = Verdict(Line(row, code), Outcome.REJECTED, reasons=[f"“{name}”第 {row.line} 行：{why}"])
                strays.append(stray)
            else:
                _rows_of(line_of, name).append(row)
    return lines, strays


def _lines_of_others(book: Book) -> list[Line]:
    """Without the items sheet: a line for each code that the other sheets speak of."""
    found: dict[str, Line] = {}
    for name in (MATERIALS, *OWN_SHEETS, CODES):
        for row, code in addresses(book.sheets.get(name, Sheet(name, ()))):
            if code and code not in found:
                found[code] = Line(Row(row.line, {CODE: code}), code)
    return list(found.values())


def _open(line: Line, name: str) -> None:
    if name == MATERIALS:
        line.materials = line.materials or []
    elif name == CODES:
        line.codes = line.codes or []
    else:
        line.records.setdefault(OWN_SHEETS[name], [])


def _rows_of(line: Line, name: str) -> list[Row]:
    if name == MATERIALS:
        rows = line.materials
    elif name == CODES:
        rows = line.codes
    else:
        rows = line.records[OWN_SHEETS[name]]
    assert rows is not None  # noqa: S101  (opened for every line before)
    return rows


# One line


def _verdict(line: Line, standing: Standing | None, seen: Counter[str], known: Known) -> Verdict | None:
    """What becomes of a line; None for an unchanged one without anything to say."""
    problems = [*line.row.problems]
    for name, rows in _named_rows(line):
        problems += [f"“{name}”第 {row.line} 行：{problem}" for row in rows for problem in row.problems]
    warnings = [*line.row.warnings]
    warnings += [
        f"“{name}”第 {row.line} 行：{said}" for name, rows in _named_rows(line) for row in rows for said in row.warnings
    ]
    if line.code and seen[line.code] > 1:
        problems.append(f"编码 {line.code} 在“{ITEMS}”表里有 {seen[line.code]} 行，不知道以哪一行为准")
    if problems:
        return Verdict(line, Outcome.REJECTED, reasons=problems, warnings=warnings, standing=standing)
    if standing is None:
        return _new(line, known, warnings)
    return _changed(line, standing, known, warnings)


def _named_rows(line: Line) -> Iterator[tuple[str, list[Row]]]:
    yield MATERIALS, line.materials or []
    for name, element in OWN_SHEETS.items():
        yield name, line.records.get(element, [])
    yield CODES, line.codes or []


def _changed(line: Line, standing: Standing, known: Known, warnings: list[str]) -> Verdict | None:
    verdict = Verdict(line, Outcome.CHANGED, warnings=warnings, standing=standing)
    if standing.status in ("legal_check", "passed"):
        verdict.reasons.append("这个事项有送审的版本，请先取回或发布，再改")
    before = _before(line, standing)
    clashes = []
    for label, element in LABELS.items():
        text = line.row.cells.get(label)
        if text is None:
            continue
        text, now = plain(text), standing.cells[element.name]
        if text == now or (before is not None and text == before.cells[element.name]):
            continue
        try:
            verdict.values.setdefault("values", {})[element.name] = _stored(meaning(element, text))
        except CellProblem as problem:
            verdict.reasons.append(f"{problem}")
            continue
        verdict.changes.append(_change(element.name, label, now, text))
        if _both(before, standing, lambda of, name=element.name: of.cells[name]):  # type: ignore[misc]
            clashes.append(label)
    _compare_materials(verdict, standing, before, known, clashes)
    _compare_records(verdict, standing, before, clashes)
    _compare_codes(verdict, standing)
    for title, now in ((DEPARTMENT, standing.department),):
        if plain(line.row.cells.get(title, now)) != now:
            verdict.warnings.append(f"“{title}”不在工作簿里改，仍是“{now or '未对应'}”")
    return _settled(verdict, clashes, line, standing)


def _settled(verdict: Verdict, clashes: list[str], line: Line, standing: Standing) -> Verdict | None:
    if not verdict.changes and not verdict.reasons:
        return None
    if verdict.reasons:
        verdict.outcome = Outcome.REJECTED
    elif clashes:
        verdict.outcome = Outcome.CONFLICT
        verdict.reasons.append(
            f"导出之后目录里也改过：{'、'.join(clashes)}（工作簿按 {line.row.cells.get(MARK) or '没有标记'}，现在是 {standing.mark}）"
        )
    return verdict


def _before(line: Line, standing: Standing) -> Standing | None:
    """What the workbook was written from: the same as now, an older edition, or None where it cannot be known."""
    mark = line.row.cells.get(MARK)
    if mark is None or mark == standing.mark:
        return standing
    number = mark.partition(".")[0]
    if not (number.isascii() and number.isdigit() and len(number) < 6):
        return None
    # An edition in force is never saved over; a draft is, and then its version tells.
    found = ItemEdition.objects.filter(item=standing.item_id, number=int(number)).values_list("pk", "version").first()
    if found is None or mark != f"{number}.{found[1]}":
        return None
    return baseline.of_edition(found[0])


def _both(before: Standing | None, now: Standing, of: Callable[[Standing], Any]) -> bool:
    """Whether the catalogue changed this too since the workbook was written; asked where the workbook differs from now."""
    return before is None or of(before) != of(now)


def _change(name: str, label: str, before: str, after: str) -> dict[str, str]:
    return {"element": name, "label": label, "before": before[:SAID], "after": after[:SAID]}


def _stored(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value


def _compare_materials(
    verdict: Verdict, standing: Standing, before: Standing | None, known: Known, clashes: list[str]
) -> None:
    rows = verdict.line.materials
    if rows is None:
        return
    ordered = _in_order(rows)
    given = [tuple(plain(row.cells.get(title, "")) for title in HEADERS[MATERIALS][2:]) for row in ordered]
    given = _completed(given, ordered, standing)
    if given == standing.materials or (before is not None and given == before.materials):
        return
    values = _material_values(verdict, given, ordered, known)
    verdict.values["materials"] = values
    verdict.changes.append(_change("materials", MATERIALS, _names(standing.materials), _names(given)))
    verdict.changes += _material_changes(standing.materials, given)
    if _both(before, standing, lambda of: of.materials):
        clashes.append(MATERIALS)


def _completed(given: list[tuple[str, ...]], rows: Sequence[Row], standing: Standing) -> list[tuple[str, ...]]:
    """Columns that the sheet no longer has stay as they are, material by material of the same name."""
    titles = HEADERS[MATERIALS][2:]
    absent = [place for place, title in enumerate(titles) if rows and title not in rows[0].cells]
    if not absent:
        return given
    held = {cells[0]: cells for cells in standing.materials}
    return [
        tuple(held.get(cells[0], cells)[place] if place in absent else text for place, text in enumerate(cells))
        for cells in given
    ]


def _in_order(rows: Sequence[Row]) -> list[Row]:
    def order(row: Row) -> tuple[float, int]:
        text = row.cells.get(ORDER, "").removesuffix(".0")
        return (float(text) if text.isascii() and text.isdigit() and len(text) < 9 else float("inf"), row.line)

    return sorted(rows, key=order)


def _material_values(
    verdict: Verdict, given: Sequence[tuple[str, ...]], rows: Sequence[Row], known: Known
) -> list[dict[str, Any]]:
    values = []
    for cells, row in zip(given, rows, strict=True):
        where = f"“{MATERIALS}”第 {row.line} 行："
        try:
            found = material_meaning(cells[:-1])
        except CellProblem as problem:
            verdict.reasons.append(f"{where}{problem}")
            continue
        if not found["name"]:
            verdict.reasons.append(f"{where}没有写材料名称")
        if cells[-1] and cells[-1] not in known.standards:
            verdict.reasons.append(f"{where}没有编码为“{cells[-1][:40]}”的标准材料")
        found["standard_id"] = known.standards.get(cells[-1])
        values.append(found)
    return values


def _names(materials: Sequence[tuple[str, ...]]) -> str:
    return "\n".join(f"{place}. {cells[0]}" for place, cells in enumerate(materials, 1))


def _material_changes(before: Sequence[tuple[str, ...]], after: Sequence[tuple[str, ...]]) -> list[dict[str, str]]:
    """What changed of materials that bear the same name on both sides."""
    titles = (*MATERIAL_LABELS, STANDARD)
    held = {cells[0]: cells for cells in before}
    found = []
    for cells in after:
        old = held.get(cells[0])
        for title, was, is_now in zip(titles, old or (), cells, strict=False):
            if was != is_now:
                found.append(_change("materials", f"{cells[0][:60]}：{title}", was, is_now))
    return found


def _compare_records(verdict: Verdict, standing: Standing, before: Standing | None, clashes: list[str]) -> None:
    for sheet, name in OWN_SHEETS.items():
        rows = verdict.line.records.get(name)
        if rows is None:
            continue
        given = [tuple(plain(row.cells.get(title, "")) for title in HEADERS[sheet][1:]) for row in rows]
        if given == standing.records[name] or (before is not None and given == before.records[name]):
            continue
        keys = keys_of(ELEMENTS[name])
        verdict.values.setdefault("values", {})[name] = [dict(zip(keys, cells, strict=True)) for cells in given]
        verdict.changes.append(_change(name, sheet, _flat(standing.records[name]), _flat(given)))
        if _both(before, standing, lambda of, name=name: of.records[name]):  # type: ignore[misc]
            clashes.append(sheet)


def _flat(records: Sequence[tuple[str, ...]]) -> str:
    return "\n".join("｜".join(part for part in record if part) for record in records)


def _compare_codes(verdict: Verdict, standing: Standing) -> None:
    rows = verdict.line.codes
    if rows is None:
        return
    given = sorted(_code_cells(verdict, row) for row in rows)
    if given == sorted(standing.codes):
        return
    verdict.values["codes"] = [list(cells) for cells in given]
    verdict.changes.append(_change("codes", CODES, _flat(standing.codes), _flat(given)))


def _code_cells(verdict: Verdict, row: Row) -> tuple[str, ...]:
    system = _SYSTEM_OF.get(row.cells.get("编码体系", "").strip(), row.cells.get("编码体系", "").strip())
    code = row.cells.get("编码", "").strip()
    held = verdict.standing.codes if verdict.standing else []
    cells = (system, code, row.cells.get("行政区划代码", "").strip(), row.cells.get("说明", "").strip())
    if cells not in held:
        problem = problem_of(system, code)
        if problem:
            verdict.reasons.append(f"“{CODES}”第 {row.line} 行：“{code[:40]}”{problem}")
        elif not cells[2]:
            cells = (system, code, SYSTEMS[system].place, cells[3])
    return cells


# New items


def _new(line: Line, known: Known, warnings: list[str]) -> Verdict:
    verdict = Verdict(line, Outcome.NEW, warnings=warnings)
    cells = line.row.cells
    if line.code:
        _judge_new_code(verdict, line.code)
    name, kind = cells.get(LABELS_NAME, "").strip(), ""
    department = known.departments.get(cells.get(DEPARTMENT, "").strip())
    if not name:
        verdict.reasons.append("新事项没有写名称")
    if department is None:
        said = cells.get(DEPARTMENT, "").strip()
        verdict.reasons.append(f"没有“{said[:40]}”这个部门，或它不归您管" if said else "新事项没有写实施部门")
    values: dict[str, Any] = {}
    for label, element in LABELS.items():
        text = plain(cells.get(label, ""))
        if not text:
            continue
        try:
            values[element.name] = _stored(meaning(element, text))
        except CellProblem as problem:
            verdict.reasons.append(str(problem))
            continue
        verdict.changes.append(_change(element.name, label, "", text))
    kind = values.get("kind", "")
    if kind not in ItemKind.labels():
        verdict.reasons.append("新事项没有写事项类型，或写得不对")
    level = cells.get(LEVEL, "").strip()
    if level and level not in LEVELS:
        verdict.reasons.append(f"“{LEVEL}”写的是“{level[:20]}”，只能写：{'、'.join(LEVELS)}")
    verdict.values = {
        "new": {
            "code": line.code,
            "department": department,
            "level": LEVELS.get(level, ""),
            "name": name,
            "kind": kind,
        },
        "values": values,
    }
    empty = Standing(0, "", "", "", 0, 0, 0, "", {}, records={name: [] for name in OWN_SHEETS.values()})
    verdict.standing = empty
    _compare_materials(verdict, empty, empty, known, [])
    _compare_records(verdict, empty, empty, [])
    _compare_codes(verdict, empty)
    verdict.standing = None
    if verdict.reasons:
        verdict.outcome = Outcome.REJECTED
    return verdict


LABELS_NAME = ELEMENTS["name"].label


def _judge_new_code(verdict: Verdict, code: str) -> None:
    held = ServiceItem.objects.filter(code=code).values_list("status", flat=True).first()
    if held == ServiceItem.Status.CANCELLED:
        verdict.reasons.append("事项已经取消，取消的事项一律不得再录入")
    elif held is not None:
        verdict.reasons.append(f"编码 {code[:60]} 的事项不在您的管理范围内，或没有可改的版本")
    else:
        try:
            national.task_code(code)
        except national.CodeProblem:
            verdict.reasons.append(f"目录里没有编码 {code[:60]}；新事项请把编码空着，或填 31、33 位国家实施编码")
