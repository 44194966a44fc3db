"""What the kit has for every list is not written again in a module."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from yimen.ground.kit import questions, remembering

ROOT = Path(__file__).resolve().parents[2] / "yimen"
OWN = {
    "tabs_of": {"watch/supervision/views/windows.py"},  # the tabs of an actor and a period, of another shape
    "day_asked": {"service/residence/views/asking.py"},  # today where nothing is asked
    "workbook": {
        "service/cases/views/mandates.py",
        "service/cases/views/staff/export.py",
        "service/catalogue/workbook/writing.py",
    },
}
"""The same name for another thing; a new one is looked at before it is entered."""


@pytest.mark.parametrize("module", [questions, remembering], ids=lambda module: module.__name__.rsplit(".")[-1])
def test_the_kits_functions_are_written_once(module: object) -> None:
    home = Path(str(getattr(module, "__file__", "")))
    names = {node.name for node in ast.parse(home.read_text()).body if isinstance(node, ast.FunctionDef)}
    again = []
    for path in sorted(ROOT.rglob("*.py")):
        if path == home or "tests" in path.parts or "migrations" in path.parts:
            continue
        for node in ast.parse(path.read_text()).body:
            where = path.relative_to(ROOT).as_posix()
            if isinstance(node, ast.FunctionDef) and node.name in names and where not in OWN.get(node.name, set()):
                again.append(f"{where}: {node.name}")
    assert again == [], "use the kit's"
