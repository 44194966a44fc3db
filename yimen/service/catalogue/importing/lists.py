"""A list of powers as a superior publishes it: names and base codes, perhaps no implementation code, no department.

Read with the same reader and the same headings as a catalogue; it is only compared, never brought in. No database.
"""

from __future__ import annotations

from dataclasses import dataclass

from yimen.service.catalogue.importing.mapping import NAMES, Columns, knows_item, recognise
from yimen.service.catalogue.importing.reading import RawRow, Table, read_table
from yimen.service.catalogue.rules import codes
from yimen.service.catalogue.rules.limits import LimitProblem, read_limit

LONGEST_NAME = 1000


@dataclass(frozen=True, slots=True)
class ListRow:
    """A line: what it says, or why it cannot be used (`problem`). `kind` is an `ItemKind` word or ""; `limit` the statutory
    limit as `(number, LimitUnit word)`.
    """

    line: int
    name: str = ""
    code: str = ""
    base_code: str = ""
    kind: str = ""
    basis: str = ""
    department: str = ""
    limit: tuple[int, str] | None = None
    problem: str = ""


def read_list(content: bytes, file_name: str) -> tuple[list[ListRow], list[str]]:
    """The lines of a list (CSV, XLS, XLSX), each code once, and what to tell about the file; raises `UnreadableFile`."""
    table = read_table(content, file_name, knows_item)
    columns = recognise(table, NAMES, items=False, needed={"name": "名称"})
    system = "guangdong" if _guangdong(table, columns) else "national"
    seen: set[tuple[str, str]] = set()
    rows = []
    for row in table.rows:
        read = _row(row, columns, system)
        key = (read.code or read.base_code, read.name)
        if not read.problem and key in seen:
            read = ListRow(row.line, read.name, read.code, problem="与前面的一行编码、名称都相同")
        seen.add(key)
        rows.append(read)
    return rows, [*table.messages, *columns.messages]


def _guangdong(table: Table, columns: Columns) -> bool:
    """Whether the type codes are those of Guangdong, which differ from the national ones."""
    return any(columns.cell(row.cells, "area_code").startswith("44") for row in table.rows[:20])


def _row(row: RawRow, columns: Columns, system: str) -> ListRow:
    if row.problem:
        return ListRow(row.line, problem=row.problem)

    def cell(name: str) -> str:
        return codes.visible(columns.cell(row.cells, name)).strip()

    name, code = cell("name"), codes.clean(columns.code(row.cells))
    if not name:
        return ListRow(row.line, code=code[:40], problem="没有事项名称")
    if len(name) > LONGEST_NAME:
        return ListRow(row.line, code=code[:40], problem=f"事项名称有 {len(name)} 个字，太长")
    said, number = cell("kind_name"), cell("kind_code")
    if codes.is_number(said):
        said, number = "", said
    try:
        kind = str(codes.item_kind(number, said, system))
    except codes.CodeProblem:
        kind = ""  # a type of their own; it is compared as not said
    try:
        limit = read_limit(
            cell("legal_limit") or cell("legal_days"), cell("legal_unit") or columns.units.get("legal_limit", "")
        )
    except LimitProblem:
        limit = None
    base = codes.clean(cell("base_code")) or (code[19:31] if len(code) in (31, 33) else "")
    return ListRow(
        row.line, " ".join(name.split()), code[:40], base[:33], kind, cell("legal_basis")[:8000], cell("department")[:200],
        (limit.number, str(limit.unit)) if limit else None,
    )  # fmt: skip
