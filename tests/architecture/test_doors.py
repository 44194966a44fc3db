"""From outside a module one may tell, ask and listen; everything else is its own business (architecture, the one rule)."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "yimen"
WINGS = ("ground", "service", "watch", "edge")
DOORS = {"services", "selectors", "events", "policies", "lifecycle", "rules", "desk"}
COMPOSING = {"house"}
"""The house composes everything: it includes urls, registers middleware and runs workers."""


def modules() -> dict[str, Path]:
    """Every module by dotted name."""
    return {
        f"yimen.{wing}.{path.name}": path
        for wing in WINGS
        for path in sorted((PACKAGE / wing).iterdir())
        if (path / "apps.py").exists()
    }


def imports(path: Path) -> Iterator[tuple[str, bool]]:
    """Dotted names that a file imports, each with whether only types need it."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    typing_only = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"
        for inner in ast.walk(node)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            for alias in node.names:
                yield f"{node.module}.{alias.name}", id(node) in typing_only
        elif isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, id(node) in typing_only


def trespasses() -> list[str]:
    """Each import that enters another module by something that is no door."""
    known = modules()
    found = []
    for path in sorted(PACKAGE.rglob("*.py")):
        if "tests" in path.parts or "migrations" in path.parts:
            continue
        home = next((name for name, folder in known.items() if folder in path.parents), "")
        if not home and path.relative_to(PACKAGE).parts[0] in COMPOSING:
            continue
        for target, types_only in imports(path):
            owner = next((name for name in known if target == name or target.startswith(name + ".")), "")
            if not owner or owner in (home, "yimen.ground.kit"):
                continue
            door = target.removeprefix(owner).lstrip(".").split(".")[0]
            if door in DOORS or (
                door == "models" and (types_only or (path.name == "models.py" or path.parent.name == "models"))
            ):
                continue
            found.append(f"{path.relative_to(ROOT)}: {target}")
    return found


def test_modules_are_entered_by_their_doors() -> None:
    assert trespasses() == []


def test_kit_knows_no_other_module() -> None:
    for path in (PACKAGE / "ground" / "kit").rglob("*.py"):
        if "tests" in path.parts:
            continue
        strange = [
            name for name, _ in imports(path) if name.startswith("yimen.") and not name.startswith("yimen.ground.kit")
        ]
        assert strange == [], path


@pytest.mark.parametrize("name", ["models.py", "views.py", "forms.py", "api.py"])
def test_no_signals_and_no_save_tricks(name: str) -> None:
    """Rules live in services; a model holds, a view calls, a form parses."""
    for path in PACKAGE.rglob(name):
        text = path.read_text(encoding="utf-8")
        assert "post_save" not in text, path
        assert "pre_save" not in text, path
        assert "def save(" not in text, path
