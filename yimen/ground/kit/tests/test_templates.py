"""Templates hold to the content policy and to the look: no style or script written into a page, no foreign host."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[4]
TEMPLATES = sorted((ROOT / "yimen").glob("**/templates/**/*.html"))
STYLES = sorted((ROOT / "yimen").glob("**/static/**/*.css"))
FORBIDDEN = {
    "a style attribute": re.compile(r"<[^>]*\sstyle\s*="),
    "a style element": re.compile(r"<style\b"),
    "a script with text": re.compile(r"<script\b(?![^>]*\bsrc=)(?![^>]*\btype=\"application/json\")"),
    "an event attribute": re.compile(r"<[^>]*\son[a-z]+\s*="),
    "a foreign host": re.compile(r"\b(?:src|href|action)=\"(?:https?:)?//"),
    "a javascript link": re.compile(r"javascript:"),
}
UNFRIENDLY = re.compile(r"系统繁忙|非法(?!人)|异常|>确定<|>OK<|\bError\b")


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_template_keeps_to_the_policy(template: Path) -> None:
    source = template.read_text()
    found = {what for what, pattern in FORBIDDEN.items() if pattern.search(source)}
    assert found == set()
    assert not UNFRIENDLY.search(source)


@pytest.mark.parametrize("sheet", STYLES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_style_sheet_loads_nothing_from_elsewhere(sheet: Path) -> None:
    source = sheet.read_text().replace("http://www.w3.org/2000/svg", "")
    assert "//" not in re.sub(r"/\*.*?\*/", "", source, flags=re.S)
    assert "@import" not in source
