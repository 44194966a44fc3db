"""Amounts are whole fen, read strictly and written as people and cheques write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yimen.ground.kit.money import LARGEST, Fen, UnreadableAmount, parse_yuan, say_capital, say_yuan


@pytest.mark.parametrize(
    ("typed", "fen"),
    [("1,234.5", 123450), ("０.05", 5), ("¥ 12 元", 1200), ("-3.10", -310), ("0", 0), ("1234567", 123456700)],
)
def test_reads(typed: str, fen: int) -> None:
    assert parse_yuan(typed) == fen


@pytest.mark.parametrize(
    "typed", ["", "1.234", "1e5", "12,34", "十元", "nan", "1.", ".5", "٣", "9" * 30, "9" * 100, "--1"]
)
def test_refuses(typed: str) -> None:
    with pytest.raises(UnreadableAmount):
        parse_yuan(typed)


@given(st.integers(min_value=-LARGEST, max_value=LARGEST))
def test_what_is_said_is_read_back(fen: int) -> None:
    assert parse_yuan(say_yuan(Fen(fen)).replace(" ", "")) == fen


@pytest.mark.parametrize(
    ("fen", "said"),
    [
        (0, "零元整"),
        (5, "伍分"),
        (50, "伍角整"),
        (100, "壹元整"),
        (123450, "壹仟贰佰叁拾肆元伍角整"),
        (140950, "壹仟肆佰零玖元伍角整"),
        (600714, "陆仟零柒元壹角肆分"),
        (168032, "壹仟陆佰捌拾元零叁角贰分"),
        (1640902, "壹万陆仟肆佰零玖元零贰分"),
        (32504, "叁佰贰拾伍元零肆分"),
        (10700053, "壹拾万柒仟元零伍角叁分"),
        (1000000000000, "壹佰亿元整"),
        (1000100, "壹万零壹元整"),
        (-100, "负壹元整"),
    ],
)
def test_capitals(fen: int, said: str) -> None:
    assert say_capital(Fen(fen)) == said
