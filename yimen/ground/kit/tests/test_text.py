"""What people type is kept as they meant it, or refused with its reason."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yimen.ground.kit import text
from yimen.ground.kit.text import UnusableText, clean_code, clean_line, clean_text


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  李雷 ", "李雷"),
        ("𠮷䶮\U000e0100", "𠮷䶮\U000e0100"),
        ("清河县\u3000\u3000一号\n二号", "清河县 一号 二号"),
        ("a\u200bb\ufeff", "ab"),
        ("㐂﨑神", "㐂﨑神"),
        ("", ""),
    ],
)
def test_a_line(typed: str, kept: str) -> None:
    assert clean_line(typed) == kept


def test_a_text_keeps_its_lines() -> None:
    assert clean_text("一 \r\n二\r三\n\n") == "一\n二\n三"


@pytest.mark.parametrize(("typed", "kept"), [("１１０ｘ", "110X"), (" 91510-ab c ", "91510-ABC"), ("Ａ－１", "A-1")])
def test_a_code_is_folded(typed: str, kept: str) -> None:
    assert clean_code(typed) == kept


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("a\x00b", "控制字符"),
        ("\x1b[31m", "控制字符"),
        ("\ud842", "残缺"),
        ("\ufffe", "残缺"),
        ("\U0001ffff", "残缺"),
        ("a\u202egpj", "方向"),
        ("长" * 201, "最多 200 个字"),
        ("长" * 1_000_000, "最多 200 个字"),
    ],
)
@pytest.mark.parametrize("clean", [clean_line, lambda value, label: clean_text(value, label=label, limit=200)])
def test_what_cannot_be_kept_is_refused_by_name(typed: str, why: str, clean: object) -> None:
    with pytest.raises(UnusableText, match=why) as refused:
        clean(typed, label="姓名")  # type: ignore[operator]
    assert refused.value.message.startswith("姓名")
    assert refused.value.next_step


def test_a_code_holds_only_plain_characters() -> None:
    with pytest.raises(UnusableText, match="证"):
        clean_code("证12")


@given(st.text(alphabet=st.characters(codec=None), max_size=60))
def test_whatever_is_typed_is_kept_for_the_database_or_refused(typed: str) -> None:
    for clean in (clean_line, clean_text, clean_code):
        try:
            kept = clean(typed)
        except UnusableText:
            continue
        assert "\x00" not in kept
        kept.encode()
        assert clean(kept) == kept


def test_a_character_is_named() -> None:
    assert text.name_of("䶮") == "“䶮”(U+4DAE)"
    assert text.name_of("\x07") == "U+0007"
