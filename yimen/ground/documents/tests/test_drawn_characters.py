"""What a letter may hold is looked up quickly, and never taken for drawable when it is not."""

from __future__ import annotations

import pytest

from yimen.ground.documents import fonts


def test_every_character_taken_for_granted_has_a_glyph() -> None:
    for code in range(32, 127):
        fonts.check_characters([chr(code)])


def test_a_character_without_glyph_is_never_learnt() -> None:
    text = "申请人\U0001f9ff"
    for _again in range(2):
        assert not fonts.all_drawn(text)
        with pytest.raises(fonts.MissingGlyph):
            fonts.check_characters([text])
    fonts.check_characters(["𠮷䶮"])
    assert fonts.all_drawn("𠮷䶮")
