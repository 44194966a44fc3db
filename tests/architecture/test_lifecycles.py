"""The drawings in the docs are those of the code."""

from __future__ import annotations

import os

from tests.architecture import lifecycles
from yimen.ground.matters.lifecycle import procedures


def test_the_drawing_is_the_code() -> None:
    drawn = lifecycles.document()
    if os.environ.get("WRITE_LIFECYCLES"):
        lifecycles.DRAWN.write_text(drawn, encoding="utf-8")
    assert lifecycles.DRAWN.read_text(encoding="utf-8") == drawn, "make lifecycles, and read the difference"


def test_every_table_is_whole() -> None:
    for table in procedures():
        assert table.faults() == []
