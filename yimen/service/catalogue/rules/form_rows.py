"""A form definition as rows that can be edited one by one, and back: a section heading, then its fields."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from yimen.service.catalogue.rules.condition_text import read_condition, write_condition

_NUMBERS = ("integer", "decimal", "amount", "date")
_BOUNDS = re.compile(r"\s*(.*?)\s*(?:—|–|~|～|至)\s*(.*?)\s*")


def to_rows(definition: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Rows for the editor, in order."""
    rows: list[dict[str, Any]] = []
    for section in definition.get("sections", ()):
        rows.append(
            {
                "kind": "section",
                "key": section["key"],
                "label": section["title"],
                "help": section.get("help", ""),
                "show_if": write_condition(section.get("show_if", ())),
            }
        )
        rows += [_row(question) for question in section.get("fields", ())]
    return [{"order": place * 10, **row} for place, row in enumerate(rows, 1)]


def _row(question: Mapping[str, Any]) -> dict[str, Any]:
    kind = question["kind"]
    if kind == "note":
        lines = question.get("text", "")
    elif kind == "table":
        lines = "\n".join(_column_line(column) for column in question.get("columns", ()))
    else:
        lines = "\n".join(f"{c['value']}={c['label']}" for c in question.get("choices", ()))
    if kind in _NUMBERS:
        low, high = question.get("least", ""), question.get("most", "")
    else:
        low, high = str(question.get("shortest") or ""), str(question.get("longest") or "")
    return {
        "kind": kind,
        "key": question["key"],
        "label": question["label"],
        "help": question.get("help", ""),
        "required": question.get("required", False),
        "choices": lines,
        "show_if": write_condition(question.get("show_if", ())),
        "bounds": f"{low}—{high}" if low or high else "",
        "prefill": question.get("prefill", ""),
        "material": question.get("material"),
        "unit": question.get("unit", ""),
        "means": question.get("means", ""),
    }


def _column_line(column: Mapping[str, Any]) -> str:
    needed = "=必填" if column.get("required") else ""
    return f"{column['key']}={column['label']}={column.get('kind', 'text')}{needed}"


def from_rows(title: str, rows: Sequence[Mapping[str, Any]], before: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """The definition that rows mean; rows without a label are left out, fields before any heading get one.

    What the editor has no column for is taken over from the same field of the definition `before`. The result is not
    checked here: `questions.read_form` says what is wrong with it.
    """
    held = {field["key"]: field for section in (before or {}).get("sections", ()) for field in section["fields"]}
    given = [row for row in rows if row.get("label")]
    ordered = sorted(enumerate(given), key=lambda pair: (pair[1].get("order") or 10_000, pair[0]))
    sections: list[dict[str, Any]] = []
    for place, (_, row) in enumerate(ordered, 1):
        if row.get("kind") == "section":
            sections.append(_section(row, f"section_{place}"))
            continue
        if not sections:
            sections.append({"key": "main", "title": title or "申请内容", "fields": []})
        sections[-1]["fields"].append(_question(row, f"field_{place}", held))
    return {"title": title, "sections": sections}


def _condition(row: Mapping[str, Any]) -> list[Any]:
    """The row's condition, whether it has been read already or stands as typed."""
    given = row.get("show_if") or []
    return read_condition(given) if isinstance(given, str) else list(given)


def _section(row: Mapping[str, Any], key: str) -> dict[str, Any]:
    return {
        "key": row.get("key") or key,
        "title": row["label"],
        "help": row.get("help") or "",
        "show_if": _condition(row),
        "fields": [],
    }


def _question(row: Mapping[str, Any], key: str, held: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    kind = row.get("kind") or "text"
    old = held.get(str(row.get("key")), {})
    old = old if old.get("kind") == kind else {}
    question: dict[str, Any] = {
        **{name: old[name] for name in ("places", "accept", "ahead_days") if name in old},
        "key": row.get("key") or key,
        "kind": kind,
        "label": row["label"],
        "help": row.get("help") or "",
        "required": bool(row.get("required")),
        "show_if": _condition(row),
        "prefill": row.get("prefill") or "",
        "unit": row.get("unit") or "",
        **({"means": row["means"]} if row.get("means") else {}),
    }
    lines = [line.strip() for line in str(row.get("choices") or "").splitlines() if line.strip()]
    if kind == "note":
        question["text"] = "\n".join(lines)
    elif kind == "table":
        question["columns"] = [_column(line, place, old) for place, line in enumerate(lines, 1)]
    elif kind in ("choice", "multi_choice"):
        question["choices"] = [_choice(line, place) for place, line in enumerate(lines, 1)]
    if row.get("material"):
        question["material"] = row["material"]
    _put_bounds(question, kind, str(row.get("bounds") or "").strip())
    return question


def _choice(line: str, place: int) -> dict[str, str]:
    value, sign, label = line.partition("=")
    return {"value": value.strip(), "label": label.strip()} if sign else {"value": str(place), "label": line}


def _column(line: str, place: int, old: Mapping[str, Any]) -> dict[str, Any]:
    """`编号=列名=类型=必填`; what else the same column had before stays."""
    parts = [part.strip() for part in line.split("=")]
    if len(parts) == 1:
        return {"key": f"column_{place}", "label": parts[0]}
    kept = next((dict(column) for column in old.get("columns", ()) if column["key"] == parts[0]), {})
    kind = parts[2] if len(parts) > 2 and parts[2] else "text"
    if kept.get("kind", "text") != kind:
        kept = {}
    return {**kept, "key": parts[0], "label": parts[1], "kind": kind, "required": parts[3:4] == ["必填"]}


def _put_bounds(question: dict[str, Any], kind: str, bounds: str) -> None:
    if not bounds:
        return
    match = _BOUNDS.fullmatch(bounds)
    low, high = (match[1], match[2]) if match else ("", bounds)
    if kind in _NUMBERS:
        question["least"], question["most"] = low, high
        return
    for name, value in (("shortest", low), ("longest", high)):
        if value:
            question[name] = int(value) if value.isascii() and value.isdigit() and len(value) < 6 else value
