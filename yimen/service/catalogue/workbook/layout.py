"""What stands where in a workbook of items, and how each element looks in a cell. Pure: same element, same text, both ways."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from yimen.ground.kit.exports import cell_text
from yimen.service.catalogue.rules.condition_text import read_condition, write_condition
from yimen.service.catalogue.rules.conditions import ConditionProblem
from yimen.service.catalogue.rules.elements import (
    ELEMENTS,
    MATERIAL_ELEMENTS,
    Element,
    keys_of,
    read_records,
    write_records,
)
from yimen.service.catalogue.rules.vocabulary import UseLevel

ITEMS, MATERIALS, FEES, QUESTIONS, CODES = "事项", "申请材料", "收费项目", "常见问题", "其他编码"
CODE, EDITION, MARK, DEPARTMENT, LEVEL = "事项编码", "版本", "比对标记（请勿改动）", "实施部门", "行使层级"
ORDER, STANDARD = "序号", "标准材料编码"

OWN_SHEETS = {FEES: "fees", QUESTIONS: "questions"}
"""Sheets that hold the records of one element, a row each."""

ITEM_ELEMENTS: tuple[Element, ...] = tuple(
    element for element in ELEMENTS.values() if element.name not in (*OWN_SHEETS.values(), "change_note")
)
ITEM_HEAD = (CODE, EDITION, MARK, DEPARTMENT, LEVEL)
LABELS = {element.label: element for element in ITEM_ELEMENTS}
MATERIAL_LABELS = {element.label: element for element in MATERIAL_ELEMENTS.values()}
CODE_HEAD = (CODE, "编码体系", "编码", "行政区划代码", "说明")

HEADERS: dict[str, tuple[str, ...]] = {
    ITEMS: (*ITEM_HEAD, *LABELS),
    MATERIALS: (CODE, ORDER, *MATERIAL_LABELS, STANDARD),
    FEES: (CODE, *(label for _, label in ELEMENTS["fees"].parts)),
    QUESTIONS: (CODE, *(label for _, label in ELEMENTS["questions"].parts)),
    CODES: CODE_HEAD,
}
"""The columns of each sheet as they are written; read back, they may stand in any order and some may be absent."""

_YES = {"是": True, "否": False, "": None}
_DAY = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?")


class CellProblem(ValueError):
    """A cell that means nothing; the message says what to write instead."""


LEVELS = {label: word for word, label in UseLevel.pairs()}


def plain(text: str) -> str:
    """Text as both sides are compared: line ends alike, ends trimmed, cut where a cell ends."""
    return cell_text(text.replace("\r\n", "\n").replace("\r", "\n").replace("_x000D_", "").strip())


def cell(element: Element, value: Any) -> str:
    """How an element looks in a cell."""
    if value is None or value == "" or value == []:
        return ""
    if element.form == "flag":
        return "是" if value else "否"
    if element.form == "word":
        return dict(element.words).get(value, str(value)) if value else ""
    if element.form == "words":
        known = dict(element.words)
        return "、".join(known.get(word, word) for word in value)
    if element.form == "tags":
        return plain("、".join(value))
    if element.form == "records":
        return plain(write_records(value, keys_of(element)))
    if element.form == "day":
        return str(value.isoformat())
    return plain(str(value))


def meaning(element: Element, text: str) -> Any:
    """The value that a cell means; raises `CellProblem`."""
    text = text.strip()
    if element.form == "flag":
        if text not in _YES:
            raise CellProblem(f"“{element.label}”只能写“是”或“否”，或空着")
        return _YES[text]
    if element.form == "word":
        return _word(element, text)
    if element.form == "words":
        return [_word(element, part) for part in _split(text)]
    if element.form == "tags":
        return _split(text)
    if element.form == "records":
        return read_records(text, keys_of(element))
    if element.form == "count":
        if not text:
            return None
        number = text.removesuffix(".0")
        if not (number.isascii() and number.isdigit()):
            raise CellProblem(f"“{element.label}”应是整数，现在写的是“{text[:20]}”")
        return int(number)
    if element.form == "day":
        return _day(element, text)
    return text


def _word(element: Element, text: str) -> str:
    known = {label: word for word, label in element.words} | {word: word for word, _ in element.words}
    if not text and "" in known.values():
        return ""
    if text not in known:
        said = "、".join(label for word, label in element.words if word)
        raise CellProblem(f"“{element.label}”写的是“{text[:20]}”，只能写：{said}")
    return known[text]


def _split(text: str) -> list[str]:
    return [part.strip() for part in re.split("[、，,|]", text) if part.strip()]


def _day(element: Element, text: str) -> date | None:
    if not text:
        return None
    found = _DAY.fullmatch(text)
    try:
        return date(int(found[1]), int(found[2]), int(found[3])) if found else _no_day(element, text)
    except ValueError:
        return _no_day(element, text)


def _no_day(element: Element, text: str) -> date:
    raise CellProblem(f"“{element.label}”写的是“{text[:20]}”，应是日期，如 2027-01-01")


def material_cells(values: Mapping[str, Any], standard: str) -> tuple[str, ...]:
    """A material as its row shows it, without the item's code and its place; `values` by the names of the model."""
    return (
        *(
            plain(write_condition(values[name])) if name == "condition" else cell(element, values[name])
            for name, element in MATERIAL_ELEMENTS.items()
        ),
        standard,
    )


def material_meaning(cells: Sequence[str]) -> dict[str, Any]:
    """What a row of materials means, by the names of `MaterialValues`; raises `CellProblem`. The standard's code apart."""
    found: dict[str, Any] = {}
    for (name, element), text in zip(MATERIAL_ELEMENTS.items(), cells, strict=False):
        if name == "condition":
            try:
                found[name] = read_condition(text)
            except ConditionProblem as problem:
                raise CellProblem(f"“{element.label}”：{problem}") from None
        elif element.form == "flag":
            found[name] = bool(meaning(element, text))
        elif element.form == "word" and not text:
            found[name] = {"necessity": "required", "format": "either"}.get(name, "")
        else:
            found[name] = meaning(element, text)
    return found


def record_cells(element: Element, record: Mapping[str, Any]) -> tuple[str, ...]:
    """A record of fees or questions as its row shows it."""
    return tuple(plain(str(record.get(key) or "")) for key in keys_of(element))
