"""Conditions of forms: evaluated on the server, total, written and read as people type them."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yimen.service.catalogue.rules.condition_text import read_condition, write_condition
from yimen.service.catalogue.rules.conditions import ConditionProblem, check, holds, say

ANSWERS = {"uses_air": "yes", "area": "120.5", "kinds": ["tea", "food"], "opened": "2026-10-01", "empty": ""}


@pytest.mark.parametrize(
    ("expression", "true"),
    [
        ([], True),
        (["==", "uses_air", "yes"], True),
        (["!=", "uses_air", "yes"], False),
        (["!=", "nobody", "yes"], False),
        ([">", "area", 100], True),
        ([">=", "area", "120.50"], True),
        (["<", "area", 20], False),
        (["==", "area", 120.5], True),
        (["has", "kinds", "tea"], True),
        (["in", "uses_air", ["yes", "maybe"]], True),
        ([">", "opened", "2026-09-30"], True),
        (["filled", "uses_air"], True),
        (["empty", "empty"], True),
        (["and", ["filled", "area"], ["not", ["has", "kinds", "wine"]]], True),
        (["or", ["filled", "nobody"], ["==", "area", "x"]], False),
    ],
)
def test_what_holds(expression: list[Any], true: bool) -> None:
    check(expression)
    assert holds(expression, ANSWERS) is true


@pytest.mark.parametrize(
    "expression",
    ["x", ["xor", "a", "b"], ["=="], ["==", 1, 2], ["in", "a", "b"], ["not"], ["and"], ["filled", ["a"]], [["=="]]],
)
def test_what_is_no_condition(expression: Any) -> None:
    with pytest.raises(ConditionProblem):
        check(expression)


def test_endless_nesting_is_refused() -> None:
    nested: list[Any] = ["filled", "a"]
    for _ in range(50):
        nested = ["not", nested]
    with pytest.raises(ConditionProblem, match="太深"):
        check(nested)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4),
    max_leaves=12,
)


@given(JSON, st.dictionaries(st.text(max_size=6), JSON, max_size=4))
def test_a_checked_condition_never_fails(expression: Any, answers: dict[str, Any]) -> None:
    try:
        check(expression)
    except ConditionProblem:
        return
    assert holds(expression, answers) in (True, False)


@pytest.mark.parametrize(
    ("text", "expression"),
    [
        ("uses_air = yes", ["==", "uses_air", "yes"]),
        ("uses_air = yes 且 area > 100", ["and", ["==", "uses_air", "yes"], [">", "area", "100"]]),
        ("kind = a、b", ["in", "kind", ["a", "b"]]),
        ("kinds 包括 tea 或 area 未填", ["or", ["has", "kinds", "tea"], ["empty", "area"]]),
        ("", []),
    ],
)
def test_typed_conditions_go_there_and_back(text: str, expression: list[Any]) -> None:
    assert read_condition(text) == expression
    assert read_condition(write_condition(expression)) == expression


@pytest.mark.parametrize("text", ["面积大于100", "a = b 且 c = d 或 e = f", "[1", "[" * 4000])
def test_what_cannot_be_read_is_said(text: str) -> None:
    with pytest.raises(ConditionProblem):
        read_condition(text)


def test_a_condition_in_words() -> None:
    labels = {"uses_air": "集中空调", "area": "面积"}
    assert (
        say(["and", ["==", "uses_air", "yes"], [">", "area", 100]], labels) == "“集中空调”为“是”，并且“面积”大于“100”"
    )
