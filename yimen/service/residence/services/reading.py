"""From a workbook to directory lines: columns by their headings, departments and items by name or code."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from yimen.ground.kit.refusals import Invalid, Refusal
from yimen.ground.kit.text import clean_line
from yimen.ground.organisations import selectors as organisations
from yimen.service.catalogue.services import read_table
from yimen.service.residence import selectors
from yimen.service.residence.rules import PLACES, WideClass

if TYPE_CHECKING:
    from yimen.ground.organisations.models import Unit
    from yimen.service.catalogue.models import ServiceItem

HEADINGS = {
    "code": ("事项编码", "实施编码", "编码", "事项代码"),
    "department": ("部门", "实施部门", "实施主体", "责任部门", "单位"),
    "base_code": ("基本编码", "基本代码"),
    "wide_class": ("类别", "纳入类别"),
    "name": ("名称", "事项名称", "事项"),
    "place": ("进驻方式", "进驻地点", "进驻形式"),
    "note": ("备注", "说明"),
}
TEMPLATE = ("事项编码", "事项名称", "部门", "基本编码", "类别", "进驻方式", "备注")
MOST_LINES = 50_000
MOST_PROBLEMS = 500


@dataclass(frozen=True, slots=True)
class Read:
    """One line as it will stand: exactly one of item, department (with or without base code), class."""

    kind: str
    key: str
    name: str
    item_id: int | None
    department_id: int | None
    base_code: str
    wide_class: str
    place: str
    note: str

    @classmethod
    def of(
        cls,
        *,
        kind: str,
        item: ServiceItem | None = None,
        department: Unit | None = None,
        base_code: str = "",
        wide_class: str = "",
        place: str = "centre",
        note: str = "",
    ) -> Read:
        """A line from its parts; raises `Invalid` with the field that is lacking."""
        if place not in PLACES:
            raise Invalid("没有这种进驻方式。", fields={"place": "请选择中心、分中心或都可以。"})
        if kind == "item":
            if item is None:
                raise Invalid("请选择事项。", fields={"item": "请填写在用事项的编码。"})
            return cls("item", f"item:{item.code}", item.name[:500], item.pk, item.department_id, "", "", place, note)
        if kind == "base":
            if department is None:
                raise Invalid("请选择部门。", fields={"department": "请选择部门。"})
            base = base_code.strip().upper()[:12]
            name = f"{department.name}{f' {base}' if base else ' 全部事项'}"
            return cls("base", f"base:{department.pk}:{base}", name, None, department.pk, base, "", place, note)
        if kind == "class":
            if wide_class not in WideClass.labels():
                raise Invalid("请选择类别。", fields={"wide_class": "请选择类别。"})
            label = WideClass.labels()[wide_class]
            name = f"{department.name} {label}" if department else f"各部门 {label}"
            key = f"class:{wide_class}:{department.pk if department else ''}"
            return cls("class", key, name, None, department.pk if department else None, "", wide_class, place, note)
        raise Invalid("请选择按什么列入。", fields={"kind": "请选择事项、部门或类别。"})

    def columns(self) -> dict[str, Any]:
        """As the columns of a directory line."""
        return {name: value for name, value in self.plain_items() if name != "key"}

    def plain_items(self) -> list[tuple[str, Any]]:
        """Name and value of each column."""
        return [
            ("kind", self.kind), ("key", self.key), ("name", self.name), ("item_id", self.item_id),
            ("department_id", self.department_id), ("base_code", self.base_code), ("wide_class", self.wide_class),
            ("place", self.place), ("note", self.note),
        ]  # fmt: skip

    def plain(self) -> dict[str, Any]:
        """As JSON keeps it."""
        return {name.removesuffix("_id"): value for name, value in self.plain_items()}


@dataclass(slots=True)
class ReadFile:
    """What a file says: lines, and the rows that could not be understood with the reason."""

    lines: list[Read] = field(default_factory=list)
    problems: list[dict[str, Any]] = field(default_factory=list)
    messages: list[str] = field(default_factory=list)


def read_directory(content: bytes, file_name: str) -> ReadFile:
    """Read a directory file. A row names an item by its code, or a department (with a base code), or a class of R021."""
    known = {title for titles in HEADINGS.values() for title in titles}
    table = read_table(content, file_name, lambda title: title.strip() in known)
    places = _places(table.header)
    if not places.keys() & {"code", "department", "wide_class"}:
        raise Invalid(
            "这张表没有“事项编码”“部门”或“类别”这几列，看不出要列入什么。", next_step="请按模板的列名整理后再传。"
        )
    if len(table.rows) > MOST_LINES:
        raise Invalid(f"一次最多 {MOST_LINES} 行，这张表有 {len(table.rows)} 行。", next_step="请拆开分几次传。")
    found = ReadFile(messages=list(table.messages))
    cells = [
        (row, {name: row.cells[at].strip() if at < len(row.cells) else "" for name, at in places.items()})
        for row in table.rows
    ]
    items = selectors.items_by_code([said.get("code", "") for _, said in cells])
    departments = {name: unit for unit in organisations.departments() for name in (unit.name, unit.short_name)}
    seen: dict[str, int] = {}
    for row, said in cells:
        try:
            if row.problem:
                raise Invalid(row.problem)
            line = _line(said, items, departments)
        except Refusal as refusal:
            why = "；".join(refusal.fields.values()) or refusal.message
            found.problems.append({"line": row.line, "why": why, "raw": "，".join(row.cells)[:300]})
            continue
        if line.key in seen:
            why = f"与第 {seen[line.key]} 行重复"
            found.problems.append({"line": row.line, "why": why, "raw": "，".join(row.cells)[:300]})
            continue
        seen[line.key] = row.line
        found.lines.append(line)
    if len(found.problems) > MOST_PROBLEMS:
        found.messages.append(f"读不懂的有 {len(found.problems)} 行，只列出前 {MOST_PROBLEMS} 行。")
        found.problems = found.problems[:MOST_PROBLEMS]
    return found


def _places(header: Sequence[str]) -> dict[str, int]:
    titles = [title.strip() for title in header]
    return {
        name: titles.index(title)
        for name, known in HEADINGS.items()
        for title in [next((each for each in known if each in titles), None)]
        if title is not None
    }


def _line(said: dict[str, str], items: dict[str, ServiceItem], departments: dict[str, Unit]) -> Read:
    place = next((word for word, label in PLACES.items() if label == said.get("place")), "")
    if said.get("place") and not place:
        raise Invalid(f"进驻方式“{said['place'][:20]}”不认识，只能写中心、分中心或中心或分中心")
    note = clean_line(said["note"], label="备注", limit=300) if said.get("note") else ""
    more: dict[str, Any] = {"place": place or "centre", "note": note}
    if code := said.get("code", ""):
        item = items.get(code)
        if item is None:
            raise Invalid(f"没有编码为 {code[:40]} 的事项")
        return Read.of(kind="item", item=item, **more)
    department = departments.get(said.get("department", ""))
    if said.get("department") and department is None:
        raise Invalid(f"没有“{said['department'][:40]}”这个部门")
    if label := said.get("wide_class", ""):
        word = next((word for word, known in WideClass.pairs() if known == label), "")
        if not word:
            raise Invalid(f"没有“{label[:20]}”这个类别")
        return Read.of(kind="class", department=department, wide_class=word, **more)
    if department is None:
        raise Invalid("没有写事项编码，也没有写部门")
    return Read.of(kind="base", department=department, base_code=said.get("base_code", ""), **more)
