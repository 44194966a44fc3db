"""Writing elements into a draft: each checked by what `rules.elements` says of it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any

from yimen.ground.kit.refusals import Invalid
from yimen.service.catalogue.models import EditionMaterial, FormDefinition, ItemEdition
from yimen.service.catalogue.rules import conditions, limits
from yimen.service.catalogue.rules.elements import ELEMENTS, MATERIAL_ELEMENTS, Element, keys_of
from yimen.service.catalogue.rules.vocabulary import ItemKind, LimitSource
from yimen.service.catalogue.services.texts import tidy

MOST_MATERIALS = 200
_MONEY = re.compile(r"\d{1,10}(\.\d{1,2})?")
_WEB = re.compile(r"https?://[^\s\"'<>]+|/[^\s\"'<>]*")
_UNITS = ("legal_unit", "promise_unit")


@dataclass(frozen=True, slots=True)
class MaterialValues:
    """One material as an editor writes it; fields as in `EditionMaterial`."""

    name: str
    necessity: str = "required"
    condition: list[Any] = field(default_factory=list)
    condition_text: str = ""
    originals: int | None = None
    copies: int | None = None
    format: str = "either"
    kind: str = ""
    paper_size: str = ""
    source_channel: str = ""
    source_explain: str = ""
    accept_standard: str = ""
    exempt: bool = False
    exempt_how: str = ""
    basis: str = ""
    note: str = ""
    template_url: str = ""
    sample_url: str = ""
    standard_id: int | None = None
    form_file_id: int | None = None
    sample_file_id: int | None = None


def element_label(name: str) -> str:
    """What an element is called, in Chinese."""
    return str(getattr(ItemEdition._meta.get_field(name), "verbose_name", name))


def put(edition: ItemEdition, name: str, value: Any) -> None:
    """Put one element in, checked; raises `Invalid` with the field."""
    if name == "form":
        edition.form = value if isinstance(value, FormDefinition) else None
    elif name in ("procedure", "procedure_version"):
        setattr(edition, name, value)
    elif name in ELEMENTS:
        setattr(edition, name, checked(ELEMENTS[name], value))
    else:
        raise Invalid(f"没有“{name}”这个要素。")


def checked(element: Element, value: Any) -> Any:
    """The value of an element as it is stored; raises `Invalid` with the field."""
    name, label = element.name, element.label
    if element.form in ("line", "text"):
        text = value if isinstance(value, str) else ""
        return tidy(text, label, element.longest, field=name, needed=name == "name", lines=element.form == "text")
    if element.form == "address":
        return _address(element, value)
    if element.form == "flag":
        return value if isinstance(value, bool) else None
    if element.form == "count":
        return _count(element, value)
    if element.form == "day":
        if value is not None and not isinstance(value, date):
            raise _wrong(name, f"“{label}”应是一个日期，如 2026-10-12。")
        return value
    if element.form == "word":
        known = dict(element.words)
        if name in _UNITS:
            return value if value in known else ""
        if value not in known:
            raise _wrong(name, f"请选择“{label}”。")
        return value
    if element.form == "records":
        return _records(element, value)
    return _list(element, value)


def _wrong(name: str, message: str) -> Invalid:
    return Invalid(message, fields={name: message})


def _address(element: Element, value: Any) -> str:
    text = tidy(
        value if isinstance(value, str) else "", element.label, element.longest, field=element.name, needed=False
    )
    if text and not _WEB.fullmatch(text):
        raise _wrong(element.name, f"“{element.label}”应以 http:// 或 https:// 开头。")
    return text


def _list(element: Element, value: Any) -> list[str]:
    parts = [str(part).strip() for part in value or [] if str(part).strip()]
    if element.words and any(part not in dict(element.words) for part in parts):
        raise _wrong(element.name, f"“{element.label}”里有不在选项中的内容，请从选项中选择。")
    most = element.longest if element.form == "tags" else len(element.words)
    return [tidy(part, element.label, 60, field=element.name) for part in dict.fromkeys(parts)][:most]


def _records(element: Element, value: Any) -> list[dict[str, str]]:
    keys, rows = keys_of(element), []
    given = value or []
    if len(given) > element.longest:
        raise _wrong(element.name, f"“{element.label}”最多 {element.longest} 行。")
    for place, record in enumerate(given, 1):
        row = {
            key: tidy(str(record.get(key) or ""), element.label, 2000, field=element.name, needed=False, lines=True)
            for key in keys
        }
        if not any(row.values()):
            continue
        if not row[keys[0]]:
            raise _wrong(element.name, f"“{element.label}”第 {place} 行没有写{element.parts[0][1]}。")
        if element.name == "fees":
            _check_fee(row, place)
        # What is empty is not kept, so that a record looks alike whichever way it was written.
        rows.append({key: text for key, text in row.items() if text or key in keys[:2]})
    return rows


def _check_fee(row: dict[str, str], place: int) -> None:
    """A range is in yuan, its end not below its beginning (收费标准 is a sum, a range, or words)."""
    for key, label in (("low", "最低"), ("high", "最高")):
        if row[key] and not _MONEY.fullmatch(row[key]):
            raise _wrong("fees", f"“收费项目”第 {place} 行的{label}应是元，如 12.50。")
    if row["low"] and row["high"] and float(row["low"]) > float(row["high"]):
        raise _wrong("fees", f"“收费项目”第 {place} 行的最低高于最高，请核对。")


def _count(element: Element, value: Any) -> int | None:
    if value in (None, ""):
        return None
    text = str(value).strip()
    if not (text.isascii() and text.isdigit()) or len(text) > 6 or int(text) > element.longest:
        raise _wrong(element.name, f"“{element.label}”应是 0 到 {element.longest} 的整数。")
    return int(text)


def settle_limits(edition: ItemEdition, problems: dict[str, str]) -> None:
    """Number and unit go together; a licence without a limit gets the statutory default, and says so."""
    for name in ("legal", "promise"):
        number, unit = getattr(edition, f"{name}_limit"), getattr(edition, f"{name}_unit")
        if number is None:
            setattr(edition, f"{name}_unit", "")
        elif not unit:
            problems[f"{name}_unit"] = "请选择时限的单位：工作日还是自然日。"
    if edition.legal_limit is None:
        kind = next((each for each in ItemKind if str(each) == edition.kind), ItemKind.PUBLIC_SERVICE)
        legal = limits.legal_limit(kind, None)
        if legal.limit is not None:
            edition.legal_limit, edition.legal_unit = legal.limit.number, str(legal.limit.unit)
            edition.legal_limit_basis = legal.basis
        edition.legal_source = str(legal.source)
    elif edition.legal_limit_basis != limits.ART_42:
        edition.legal_source = str(LimitSource.STATED)


def replace_materials(edition: ItemEdition, materials: Sequence[MaterialValues]) -> None:
    """Give a draft this list of materials in place of its own; raises `Invalid` with the row."""
    if len(materials) > MOST_MATERIALS:
        raise Invalid(f"材料最多 {MOST_MATERIALS} 份。")
    rows = [_material(edition, order, given) for order, given in enumerate(materials, 1)]
    EditionMaterial.objects.filter(edition=edition).delete()
    EditionMaterial.objects.bulk_create(rows)


def _material(edition: ItemEdition, order: int, given: MaterialValues) -> EditionMaterial:
    values = asdict(given)
    where = f"materials.{order}"
    for name, element in MATERIAL_ELEMENTS.items():
        if element.form in ("line", "text", "address") and name != "condition":
            label = f"第 {order} 份材料的{element.label}"
            values[name] = tidy(
                values[name], label, element.longest, field=where, needed=name == "name", lines=element.form == "text"
            )
            if element.form == "address" and values[name] and not _WEB.fullmatch(values[name]):
                raise _wrong(where, f"{label}应以 http:// 或 https:// 开头。")
        elif element.form == "word" and values[name] not in dict(element.words):
            raise _wrong(where, f"请选择第 {order} 份材料的{element.label}。")
    try:
        conditions.check(given.condition)
    except conditions.ConditionProblem as problem:
        raise Invalid(f"第 {order} 份材料：{problem}。", fields={where: str(problem)}) from None
    return EditionMaterial(edition=edition, order=order, **values)
