"""The auditor reads words: every code that the program writes down has a Chinese name."""

from __future__ import annotations

import re
from pathlib import Path

from yimen.ground.identity.actions import label_of
from yimen.house import urls as urls
from yimen.service.cases.lifecycle import LICENCE

ROOT = Path(__file__).parents[2] / "yimen"
WRITTEN = re.compile(r'(?:audit\.record|audit\.act|_record|_move|_note)\((?:[a-z_]+, )*\s*"([a-z]+\.[a-z_]+)"')
NAMED = re.compile(r'action="([a-z]+\.[a-z_]+)"')


def codes() -> set[str]:
    found = {f"{LICENCE.name}.{rule.action}" for rule in LICENCE.steps}
    for path in ROOT.rglob("*.py"):
        if "tests" not in path.parts:
            text = path.read_text()
            found |= {*WRITTEN.findall(text), *NAMED.findall(text)}
    return found


def test_every_code_has_a_name() -> None:
    known = codes()
    assert {"identity.sign_in", "catalogue.publish_edition", "cases.check_material", "licence.accept"} <= known
    assert sorted(code for code in known if label_of(code) == code) == []
