"""Conditions of a form: tiny expressions in JSON lists, evaluated on the server and nowhere else.

    ["and", ["==", "uses_central_air", "yes"], [">", "area", 100]]

Operators: `and`, `or` (any number of expressions), `not` (one), `==`, `!=`, `in` (value is one of), `has` (a multiple
choice holds), `>`, `>=`, `<`, `<=` (numbers and dates), `filled`, `empty` (one field). The empty list is always true.
A field that is hidden or not answered is empty: it equals nothing, and no comparison with it holds.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

JOINS = frozenset({"and", "or"})
COMPARISONS = frozenset({"==", "!=", ">", ">=", "<", "<="})
MAX_DEPTH = 6
MAX_PARTS = 40


class ConditionProblem(ValueError):
    """An expression that is not one; the message says why in Chinese."""


def check(expression: Any, depth: int = 0) -> None:
    """Raise `ConditionProblem` unless this is an expression as described above."""
    if not isinstance(expression, list):
        raise ConditionProblem(f"条件应是列表，现在是“{expression!r}”"[:120])
    if not expression:
        return
    if depth > MAX_DEPTH or len(expression) > MAX_PARTS:
        raise ConditionProblem("条件嵌套太深或太长，请拆开")
    operator, *rest = expression
    if not isinstance(operator, str):
        raise ConditionProblem("条件应以一个运算词开头")
    if operator in JOINS:
        if not rest:
            raise ConditionProblem(f"“{operator}”后面没有条件")
        for part in rest:
            check(part, depth + 1)
    elif operator == "not":
        if len(rest) != 1:
            raise ConditionProblem("“not”后面应有一个条件")
        check(rest[0], depth + 1)
    elif operator in ("filled", "empty"):
        if len(rest) != 1 or not isinstance(rest[0], str):
            raise ConditionProblem(f"“{operator}”后面应是一个字段")
    elif operator == "in":
        if len(rest) != 2 or not isinstance(rest[0], str) or not _plain_list(rest[1]):
            raise ConditionProblem("“in”后面应是字段和取值列表")
    elif operator in COMPARISONS or operator == "has":
        if len(rest) != 2 or not isinstance(rest[0], str) or not isinstance(rest[1], str | int | float):
            raise ConditionProblem(f"“{operator}”后面应是字段和一个值")
    else:
        raise ConditionProblem(f"不认识的条件“{operator}”"[:80])


def fields_of(expression: Sequence[Any]) -> Iterator[str]:
    """The keys of the fields that an expression reads."""
    if not expression:
        return
    operator, *rest = expression
    if operator in JOINS or operator == "not":
        for part in rest:
            yield from fields_of(part)
    else:
        yield rest[0]


def holds(expression: Sequence[Any], answers: Mapping[str, Any]) -> bool:
    """Whether the expression is true of these answers. Total: an unreadable part is false, never an exception."""
    if not expression:
        return True
    operator, *rest = expression
    if operator == "and":
        return all(holds(part, answers) for part in rest)
    if operator == "or":
        return any(holds(part, answers) for part in rest)
    if operator == "not":
        return len(rest) == 1 and not holds(rest[0], answers)
    if not rest or not isinstance(rest[0], str):
        return False
    value = answers.get(rest[0])
    if operator == "filled":
        return not is_empty(value)
    if operator == "empty":
        return is_empty(value)
    if is_empty(value) or len(rest) != 2:
        return False
    return _compare(operator, value, rest[1])


def is_empty(value: Any) -> bool:
    """Whether a field counts as not answered."""
    return value is None or value == "" or value == [] or value == {}


def _compare(operator: str, value: Any, wanted: Any) -> bool:
    if operator == "has":
        return isinstance(value, list) and str(wanted) in [str(part) for part in value]
    if operator == "in":
        return isinstance(wanted, list) and str(value) in [str(part) for part in wanted]
    if operator == "==":
        return _same(value, wanted)
    if operator == "!=":
        return not _same(value, wanted)
    pair = _ordered(value, wanted)
    if pair is None:
        return False
    left, right = pair
    return bool({">": left > right, ">=": left >= right, "<": left < right, "<=": left <= right}.get(operator, False))


def _same(value: Any, wanted: Any) -> bool:
    if isinstance(value, list):
        return False
    if str(value) == str(wanted):
        return True
    left, right = _number(value), _number(wanted)
    return left is not None and left == right


def _ordered(value: Any, wanted: Any) -> tuple[Any, Any] | None:
    """Both as numbers, else both as text (dates compare rightly as `2026-10-01`), else None."""
    left, right = _number(value), _number(wanted)
    if left is not None and right is not None:
        return left, right
    if isinstance(value, str) and isinstance(wanted, str):
        return value, wanted
    return None


def _number(value: Any) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def _plain_list(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(part, str | int | float) for part in value)


def _worded(value: Any) -> str:
    return {"yes": "是", "no": "否"}.get(str(value), str(value))


def say(expression: Sequence[Any], labels: Mapping[str, str]) -> str:
    """The condition in Chinese, for the guide and the editor: `“集中空调”为“有”且“面积”大于 100`."""
    if not expression:
        return ""
    operator, *rest = expression
    if operator in JOINS:
        join = "，并且" if operator == "and" else "，或者"
        return join.join(say(part, labels) for part in rest)
    if operator == "not":
        return f"不是（{say(rest[0], labels)}）"
    name = f"“{labels.get(rest[0], rest[0])}”"
    if operator in ("filled", "empty"):
        return f"{name}{'已填' if operator == 'filled' else '没有填'}"
    wanted = "、".join(_worded(part) for part in rest[1]) if operator == "in" else _worded(rest[1])
    words = {
        "==": "为", "!=": "不为", "in": "为其中之一：", "has": "包括",
        ">": "大于", ">=": "不小于", "<": "小于", "<=": "不大于",
    }  # fmt: skip
    return f"{name}{words[operator]}“{wanted}”"
