"""From a file or a call to results: columns by their headings, departments by name or code, every bad line named by its number."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from yimen.ground.kit.refusals import Invalid, Refusal
from yimen.ground.kit.text import clean_line
from yimen.ground.organisations import selectors as organisations
from yimen.service.catalogue.services import read_table
from yimen.watch.supervision.rules.results import Result, plain

if TYPE_CHECKING:
    from yimen.ground.organisations.models import Unit

HEADINGS = {
    "number": ("证照编号", "文书编号", "证照或文书编号", "文号", "决定文号", "证号", "编号"),
    "applicant": ("申请人", "当事人", "持证人", "行政相对人", "单位名称"),
    "item_name": ("事项", "事项名称", "许可事项", "名称"),
    "item_code": ("事项编码", "实施编码", "编码"),
    "decided_on": ("出具日期", "发证日期", "决定日期", "日期"),
    "department": ("部门", "发证机关", "实施部门", "决定机关"),
}
TEMPLATE = ("证照或文书编号", "申请人", "事项名称", "事项编码", "出具日期", "部门")
EXAMPLE = ("清市监许〔2026〕118 号", "清河县一叶茶馆有限公司", "食品经营许可", "", "2026-10-12", "")
NEEDED = ("number", "applicant", "decided_on")
MOST_LINES = 5000
EARLIEST = date(2004, 7, 1)
"""The Law on Administrative Licensing came into force."""
_DAY = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})")


@dataclass(slots=True)
class ReadResults:
    """Lines that can be entered (line of the file, result), and those that cannot, each with its reason."""

    lines: list[tuple[int, Result]] = field(default_factory=list)
    problems: list[dict[str, Any]] = field(default_factory=list)
    messages: list[str] = field(default_factory=list)


def read_file(content: bytes, file_name: str, unit: Unit | None, today: date) -> ReadResults:
    """Read CSV or Excel; `unit` is whose results they are where the file names no department. Raises `UnreadableFile`, `Invalid`."""
    known = {title for titles in HEADINGS.values() for title in titles}
    table = read_table(content, file_name, lambda title: title.strip() in known)
    titles = [title.strip() for title in table.header]
    places = {
        name: titles.index(title)
        for name, words in HEADINGS.items()
        for title in [next((each for each in words if each in titles), None)]
        if title is not None
    }
    lacking = [HEADINGS[name][0] for name in NEEDED if name not in places]
    if not places.keys() & {"item_name", "item_code"}:
        lacking.append("事项名称")
    if lacking:
        raise Invalid(
            f"这张表没有“{'”“'.join(lacking)}”列。",
            next_step="请按模板的列名整理后再传。",
            fields={"file": f"没有“{'”“'.join(lacking)}”列，请按模板的列名整理"},
        )
    if len(table.rows) > MOST_LINES:
        raise Invalid(
            f"一次最多 {MOST_LINES} 行，这张表有 {len(table.rows)} 行。",
            next_step="请拆开分几次传。",
            fields={"file": f"一次最多 {MOST_LINES} 行"},
        )
    rows: list[tuple[int, Mapping[str, str], str]] = []
    for row in table.rows:
        said = {name: row.cells[at].strip() if at < len(row.cells) else "" for name, at in places.items()}
        rows.append((row.line, said, row.problem))
    found = read_rows(rows, unit, today)
    found.messages = [*table.messages, *found.messages]
    return found


def read_rows(rows: Iterable[tuple[int, Mapping[str, str], str]], unit: Unit | None, today: date) -> ReadResults:
    """Rows as (line, columns, why it could not be read at all) to results."""
    departments: dict[str, Unit] = {}
    for each in organisations.units("department", "town", "centre", "subcentre"):
        for name in (each.name, each.short_name, each.credit_code):
            if name:
                departments[name] = each
    found = ReadResults()
    seen: dict[tuple[int, str], int] = {}
    for line, said, problem in rows:
        try:
            if problem:
                raise Invalid(problem)
            result = _result(said, departments, unit, today)
        except Refusal as refusal:
            why = "；".join(refusal.fields.values()) or refusal.message
            found.problems.append({"line": line, "why": why, "raw": "，".join(filter(None, said.values()))[:200]})
            continue
        key = (result.department_id, plain(result.number))
        if key in seen:
            found.problems.append({"line": line, "why": f"与第 {seen[key]} 行重复", "raw": result.number})
            continue
        seen[key] = line
        found.lines.append((line, result))
    return found


def _result(said: Mapping[str, str], departments: Mapping[str, Unit], unit: Unit | None, today: date) -> Result:
    number = clean_line(said.get("number", ""), label="编号", limit=100)
    if not plain(number):
        raise Invalid("没有写证照或文书编号")
    applicant = clean_line(said.get("applicant", ""), label="申请人", limit=200)
    if not applicant:
        raise Invalid("没有写申请人")
    item_code = clean_line(said.get("item_code", ""), label="事项编码", limit=40)
    item_name = clean_line(said.get("item_name", ""), label="事项", limit=200)
    if not item_code and not item_name:
        raise Invalid("没有写事项")
    named = said.get("department", "").strip()
    where = departments.get(named) if named else unit
    if where is None:
        raise Invalid(f"没有“{named[:40]}”这个部门" if named else "没有写部门，上传时也没有选部门")
    return Result(
        number, item_code, item_name or item_code, applicant, day_said(said.get("decided_on", ""), today), where.pk
    )


def day_said(text: str, today: date) -> date:
    """A day as people write it; raises `Invalid` for none, and for one that cannot be."""
    found = _DAY.match(text.strip())
    compact = re.fullmatch(r"(\d{4})(\d{2})(\d{2})", text.strip())
    parts: Sequence[str] = (found or compact).groups() if (found or compact) else ()  # type: ignore[union-attr]
    try:
        day = datetime(*(int(part) for part in parts)).date() if parts else None  # type: ignore[arg-type]
    except ValueError:
        day = None
    if day is None:
        raise Invalid(f"日期“{text[:20]}”看不懂，要写成 2026-10-12" if text.strip() else "没有写出具日期")
    if day > today:
        raise Invalid(f"出具日期 {day.isoformat()} 还没有到")
    if day < EARLIEST:
        raise Invalid(f"出具日期 {day.isoformat()} 太早")
    return day
