"""Each name in the glossary's code column exists."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.utils.module_loading import import_string

PAGE = Path(__file__).parents[2] / "docs" / "glossary.md"
NAMES = re.findall(r"\| `(yimen\.[\w.]+)` \|", PAGE.read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", NAMES)
def test_the_name_exists(name: str) -> None:
    parts = name.split(".")
    at = next(i for i, part in enumerate(parts) if part[0].isupper() or i == len(parts) - 1)
    found = import_string(".".join(parts[: at + 1]))
    for part in parts[at + 1 :]:
        found = found._meta.get_field(part) if hasattr(found, "_meta") and part.islower() else getattr(found, part)


def test_the_glossary_is_not_empty() -> None:
    assert len(NAMES) > 40
