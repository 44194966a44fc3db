"""docs/deadlines.md tells the truth: its commands and its worked example are run."""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner

from yimen.ground.calendar.rules import shipped_calendar
from yimen.ground.kit import commands as verbs
from yimen.ground.matters.commands import due
from yimen.ground.matters.rules import explain
from yimen.ground.matters.scripts import parse_script

TEXT = (Path(__file__).resolve().parents[4] / "docs" / "deadlines.md").read_text(encoding="utf-8")
COMMANDS = re.findall(r"^\$ yimen due (.+)\n(.+)$", TEXT, re.MULTILINE)


@pytest.mark.parametrize(("arguments", "printed"), COMMANDS)
def test_a_command_prints_what_the_page_says(monkeypatch: pytest.MonkeyPatch, arguments: str, printed: str) -> None:
    monkeypatch.setattr(verbs, "_serving", lambda: False)
    assert CliRunner().invoke(due, arguments.split()).stdout == f"{printed}\n"


def test_the_worked_example_is_reckoned_as_told() -> None:
    block = re.search(r"```json\n(.+?)```", TEXT, re.DOTALL)
    assert block
    terms, events = parse_script(json.loads(block[1]))
    told = explain(terms, events, shipped_calendar())
    due_day = re.search(r"Due on \*\*(.+?)\*\*", TEXT)
    assert due_day
    assert told.due_on == date.fromisoformat(due_day[1])
    assert sum(entry.counted for entry in told.days) == 20
    undisturbed = explain(terms, events[:1], shipped_calendar())
    assert undisturbed.due_on == date(2026, 10, 26)
    assert sum(entry.rule in ("stopped", "resumption_day") for entry in told.days) == 17
    assert len(COMMANDS) == 5
