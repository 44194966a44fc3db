"""The requirement table names only tests that exist, and counts itself right."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs" / "requirements-status.md").read_text(encoding="utf-8")
ROWS = re.findall(r"^\| (R\d{3}) \| [^|]+ \| (works|partly|not yet) \| ([^|]*) \| ([^|]*) \|$", TEXT, re.MULTILINE)


def test_every_requirement_has_a_row() -> None:
    assert [row[0] for row in ROWS] == [f"R{n:03}" for n in range(1, 397)]


def test_what_works_names_a_test_that_exists() -> None:
    for number, status, how, named in ROWS:
        tests = re.findall(r"`([^`]+)`", named)
        assert tests or status != "works", f"{number} works, but no test shows it"
        assert how.strip() or status == "not yet", f"{number}: say what stands and what is missing"
        for test in tests:
            path, _, function = test.partition("::")
            assert (ROOT / path).exists(), f"{number}: {path}"
            if (ROOT / path).is_dir():
                assert list((ROOT / path).glob("test_*.py")), f"{number}: {path} holds no test"
            if function:
                assert f"def {function}(" in (ROOT / path).read_text(encoding="utf-8"), f"{number}: {test}"


def test_the_count_is_right() -> None:
    count = Counter(row[1] for row in ROWS)
    said = re.search(r"works (\d+) · partly (\d+) · not yet (\d+)", TEXT)
    assert said is not None
    assert [int(n) for n in said.groups()] == [count["works"], count["partly"], count["not yet"]]
