"""Document numbers that can exist, and those that cannot."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yimen.ground.identity.id_numbers import IdNumberInvalid, birth_date, checked
from yimen.ground.kit.refusals import Refusal


@pytest.mark.parametrize(
    ("kind", "typed", "kept"),
    [
        ("resident", "519911199003070029", "519911199003070029"),
        ("resident", " ５１９９１１ 19900307 0029 ", "519911199003070029"),
        ("resident", "11010519491231002x", "11010519491231002X"),
        ("credit", "91519911ma0000001b", "91519911MA0000001B"),
        ("passport", "e12345678", "E12345678"),
        ("travel", "h12345678", "H12345678"),
        ("travel", "12345678", "12345678"),
        ("permanent", "USA123456789012", "USA123456789012"),
        ("other", "军字第1234号", "军字第1234号"),
    ],
)
def test_these_can(kind: str, typed: str, kept: str) -> None:
    assert checked(kind, typed) == kept


@pytest.mark.parametrize(
    ("kind", "typed"),
    [
        ("resident", ""),
        ("resident", "519911199003070028"),
        ("resident", "51991119900307002"),
        ("resident", "000000000000000000"),
        ("resident", "519911199002300024"),
        ("resident", "9" * 1_000_000),
        ("resident", "5199111990030700\x0029"),
        ("resident", "五一九九一一"),
        ("resident", "²19911199003070029"),
        ("credit", "91519911MA0000001C"),
        ("credit", "O" * 18),
        ("passport", "12"),
        ("passport", "\ud842" * 8),
        ("travel", "X12345678"),
        ("permanent", "911124199108030024"),
        ("other", "<script>alert(1)</script>"),
        ("nothing", "E12345678"),
    ],
)
def test_these_cannot(kind: str, typed: str) -> None:
    with pytest.raises(IdNumberInvalid):
        checked(kind, typed)


def test_nobody_is_born_tomorrow() -> None:
    with pytest.raises(IdNumberInvalid):
        checked("resident", "519911199003070029", today=date(1990, 3, 6))
    assert checked("resident", "519911199003070029", today=date(1990, 3, 7))
    assert birth_date("519911199003070029") == date(1990, 3, 7)


@given(st.sampled_from(["resident", "credit", "passport", "travel", "permanent", "other"]), st.text(max_size=40))
def test_anything_else_is_refused_in_words(kind: str, typed: str) -> None:
    try:
        checked(kind, typed)
    except Refusal as refusal:
        assert refusal.message
