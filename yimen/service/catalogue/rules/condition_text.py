"""Conditions as an editor types them: `uses_air = yes 且 area > 100`; and back again. JSON is taken as well."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any

from yimen.service.catalogue.rules.conditions import ConditionProblem, check

_SIGNS = {
    "=": "==",
    "==": "==",
    "≠": "!=",
    "!=": "!=",
    ">": ">",
    "≥": ">=",
    ">=": ">=",
    "<": "<",
    "≤": "<=",
    "<=": "<=",
}
_PART = re.compile(r"([a-z][a-z0-9_]{0,39})\s*(>=|<=|!=|==|=|≠|≥|≤|>|<|包括)\s*(\S.{0,80})")
_FILLED = re.compile(r"([a-z][a-z0-9_]{0,39})\s*(已填|未填)")
_JOINS = {"且": "and", "或": "or"}


def read_condition(text: str) -> list[Any]:
    """The expression that a line means, [] for an empty one; raises `ConditionProblem` with an example."""
    line = text.strip()
    if not line:
        return []
    if line.startswith("["):
        return _read_json(line)
    joins = [sign for sign in _JOINS if re.search(rf"\s{sign}\s", line)]
    if len(joins) > 1:
        raise ConditionProblem("“且”和“或”不能混用，请拆成两条")
    if not joins:
        return _part(line)
    parts = [_part(part.strip()) for part in re.split(rf"\s{joins[0]}\s", line)]
    return [_JOINS[joins[0]], *parts]


def _read_json(line: str) -> list[Any]:
    try:
        expression = json.loads(line)
    except (ValueError, RecursionError):
        raise ConditionProblem("条件看不懂，可写成“uses_air = yes 且 area > 100”") from None
    check(expression)
    return list(expression)


def _part(text: str) -> list[Any]:
    filled = _FILLED.fullmatch(text)
    if filled:
        return ["filled" if filled[2] == "已填" else "empty", filled[1]]
    match = _PART.fullmatch(text)
    if match is None:
        raise ConditionProblem(f"“{text[:40]}”看不懂，可写成“uses_air = yes 且 area > 100”")
    key, sign, value = match[1], match[2], match[3].strip()
    if sign == "包括":
        return ["has", key, value]
    values = [part.strip() for part in re.split("[、,，|]", value)]
    return ["in", key, values] if sign in ("=", "==") and len(values) > 1 else [_SIGNS[sign], key, value]


def write_condition(expression: Sequence[Any]) -> str:
    """The line that means an expression; JSON for one that has no simpler form."""
    if not expression:
        return ""
    operator, *rest = expression
    if operator in ("and", "or") and all(part and part[0] not in ("and", "or", "not") for part in rest):
        sign = next(sign for sign, word in _JOINS.items() if word == operator)
        return f" {sign} ".join(write_condition(part) for part in rest)
    if operator in ("filled", "empty"):
        return f"{rest[0]} {'已填' if operator == 'filled' else '未填'}"
    if operator == "has":
        return f"{rest[0]} 包括 {rest[1]}"
    if operator == "in":
        return f"{rest[0]} = {'、'.join(str(part) for part in rest[1])}"
    if operator in _SIGNS.values():
        return f"{rest[0]} {'=' if operator == '==' else operator} {rest[1]}"
    return json.dumps(list(expression), ensure_ascii=False)
