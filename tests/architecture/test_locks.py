"""What a lock decides on is read after the lock."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

HOUSE = Path(__file__).parents[2] / "yimen"


def chained(call: ast.expr) -> Iterator[str]:
    """The names called one after another, last first: `a.b().c()` gives c, b."""
    while isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute):
        yield call.func.attr
        call = call.func.value


def joined_locks(source: str) -> list[int]:
    """Lines where rows are locked and others joined in one question."""
    return [
        node.lineno
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Call) and {"select_for_update", "select_related"} <= set(chained(node))
    ]


def test_no_lock_joins() -> None:
    """PostgreSQL reads the locked row anew after waiting, but not the rows joined to it: those are as they were before.

    Whoever waited for a lock and then decided by `row.account.is_active` decided by yesterday's account.
    """
    found = [
        f"{path.relative_to(HOUSE)}:{line}"
        for path in sorted(HOUSE.rglob("*.py"))
        if "tests" not in path.parts
        for line in joined_locks(path.read_text(encoding="utf-8"))
    ]
    assert found == []


@pytest.mark.parametrize(
    ("line", "wrong"),
    [
        ("Row.objects.select_for_update().get(pk=1)", False),
        ("Row.objects.select_related('account').get(pk=1)", False),
        ("Row.objects.select_for_update(of=('self',)).filter(pk=1).select_related('account').first()", True),
        ("Row.objects.select_related('account').select_for_update().get(pk=1)", True),
    ],
)
def test_the_rule_finds_what_it_means(line: str, wrong: bool) -> None:
    assert bool(joined_locks(line)) is wrong
