"""The file of materials that goes with a catalogue: one row a material, tied to its item by code. No database."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from yimen.service.catalogue.importing.mapping import MATERIAL_NAMES, Columns, recognise
from yimen.service.catalogue.importing.parsed import RejectedRow
from yimen.service.catalogue.importing.reading import RawRow, Table
from yimen.service.catalogue.rules import codes
from yimen.service.catalogue.rules.limits import NOTHING
from yimen.service.catalogue.rules.vocabulary import Necessity

CUT_AT = 26
MOST_ORDER = 9999
_NECESSITY = {
    "必要": Necessity.REQUIRED,
    "是": Necessity.REQUIRED,
    "1": Necessity.REQUIRED,
    "非必要": Necessity.OPTIONAL,
    "否": Necessity.OPTIONAL,
    "0": Necessity.OPTIONAL,
    "2": Necessity.OPTIONAL,
    "容缺后补": Necessity.OPTIONAL,
    "视情形": Necessity.CONDITIONAL,
    "情形": Necessity.CONDITIONAL,
}
_FORMAT = {"电子": "electronic", "纸质": "paper", "电子或纸质": "either", "纸质或电子": "either", "纸质/电子": "either"}


@dataclass(slots=True)
class MaterialRow:
    """One material as the file says it."""

    line: int
    code: str
    order: int
    name: str
    necessity: str = "required"
    format: str = "either"
    originals: int | None = None
    copies: int | None = None
    source_channel: str = ""
    basis: str = ""
    raw: str = ""
    warnings: list[str] = field(default_factory=list)

    def said(self) -> list[Any]:
        """What counts for telling a change."""
        return [
            self.order, self.name, self.necessity, self.format, self.originals, self.copies, self.source_channel,
            self.basis,
        ]  # fmt: skip


@dataclass(slots=True)
class MaterialsFile:
    """A file of materials as read."""

    rows: int
    materials: list[MaterialRow]
    rejected: list[RejectedRow]
    messages: list[str]


def parse_materials(table: Table) -> MaterialsFile:
    """Read every row; raises `UnreadableFile` when the columns cannot be recognised."""
    columns = recognise(table, MATERIAL_NAMES, items=False)
    read = MaterialsFile(len(table.rows), [], [], [f"材料文件：{message}" for message in table.messages])
    names: dict[tuple[str, str], int] = {}
    orders: dict[str, set[int]] = {}
    for row in table.rows:
        code = codes.clean(columns.cell(row.cells, "code"))
        name = " ".join(columns.cell(row.cells, "name").split())
        reason = _reason(row, code, name, names)
        if reason:
            read.rejected.append(RejectedRow(row.line, code[:120], name[:500], (reason,), row.raw[:4000], "materials"))
            continue
        names[code, name] = row.line
        read.materials.append(_material(row, columns, code, name, orders.setdefault(code, set())))
    return read


def _reason(row: RawRow, code: str, name: str, names: dict[tuple[str, str], int]) -> str:
    if row.problem:
        return row.problem
    if not code:
        return "没有事项编码"
    if not name or name in NOTHING:
        return "没有材料名称"
    if len(name) > 500:
        return f"材料名称有 {len(name)} 个字，超过 500"
    if (code, name) in names:
        return f"与第 {names[code, name]} 行是同一份材料"
    return ""


def _material(row: RawRow, columns: Columns, code: str, name: str, taken: set[int]) -> MaterialRow:
    def text(column: str) -> str:
        value = columns.cell(row.cells, column).strip()
        return "" if value.lower() in NOTHING else value

    material = MaterialRow(row.line, code, 0, name, raw=row.raw[:4000])
    order = text("order")
    stated = int(order) if codes.is_number(order) and len(order) <= 4 else 0
    if stated == 0 or stated in taken:
        stated = max(taken, default=0) + 1
        if "order" in columns.places:
            material.warnings.append(f"材料“{codes.short(name, 30)}”的序号“{codes.short(order)}”不能用，改为 {stated}")
    material.order = min(stated, MOST_ORDER)
    taken.add(material.order)
    material.necessity = str(_NECESSITY.get(text("necessity"), Necessity.REQUIRED))
    material.format = _FORMAT.get(text("format"), "either")
    material.originals, material.copies = _count(text("originals")), _count(text("copies"))
    material.source_channel, material.basis = text("source_channel")[:200], text("basis")[:500]
    if len(name) == CUT_AT:
        material.warnings.append(f"材料“{name}”正好 {CUT_AT} 个字，疑为来源处截断")
    return material


def _count(text: str) -> int | None:
    digits = text.removesuffix("份")
    return int(digits) if codes.is_number(digits) and len(digits) <= 3 else None
