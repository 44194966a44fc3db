"""A command that was written can be called, and a command that a page names is there."""

from __future__ import annotations

import importlib
import re
from pathlib import Path

import click

from yimen.house.cli import VERBS

ROOT = Path(__file__).parents[2]
PAGES = [
    *ROOT.glob("README*.md"),
    ROOT / "CHANGELOG.md",
    *(ROOT / "docs").glob("*.md"),
    *(ROOT / "docs" / "howto").glob("*.md"),
]


def written() -> dict[str, str]:
    """The commands of every `commands*.py`, by name, that stand in no group."""
    found: dict[str, str] = {}
    inner: set[int] = set()
    for path in sorted((ROOT / "yimen").rglob("*commands*.py")):
        if "tests" in path.parts or "management" in path.parts:
            continue
        module = importlib.import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))
        commands = {name: each for name, each in vars(module).items() if isinstance(each, click.Command)}
        for group in commands.values():
            if isinstance(group, click.Group):
                inner |= {id(each) for each in group.commands.values()}
        found |= {
            f"{module.__name__}:{name}": each.name or name for name, each in commands.items() if id(each) not in inner
        }
    return found


def test_what_was_written_can_be_called() -> None:
    called = {where for where, _says in VERBS.values()}
    assert {where: name for where, name in written().items() if where not in called} == {}


def test_what_a_page_names_is_there() -> None:
    named = {
        (page.name, verb)
        for page in PAGES
        for verb in re.findall(r"(?:`|^    \$ |^    )yimen ([a-z][a-z-]+)", page.read_text("utf-8"), flags=re.MULTILINE)
    }
    assert len(named) > 20
    assert sorted(each for each in named if each[1] not in VERBS) == []
