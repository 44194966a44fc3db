"""Sums to the fen, ranges at the low limit, shares that add up, and the guide compared with the catalogue (R171, R177)."""

from __future__ import annotations

import random

import pytest

from yimen.ground.kit.money import Fen
from yimen.service.fees import rules
from yimen.service.fees.rules import Listed, Standard, WrongStandard
from yimen.service.fees.tests.stage import FIXED, PER_METRE, RANGE


@pytest.mark.parametrize(
    ("standard", "fee_class", "quantity", "chosen", "sum_fen"),
    [
        (FIXED, "administrative", 1000, None, 2000),
        (FIXED, "administrative", 3000, None, 6000),
        (RANGE, "administrative", 1000, None, 5000),
        (RANGE, "administrative", 2000, Fen(7000), 14000),
        (RANGE, "business", 1000, None, 5000),
        (RANGE, "business", 1000, Fen(5000), 5000),
        (PER_METRE, "nontax", 86500, None, 30275),
        (PER_METRE, "nontax", 1, None, 0),  # 0.35 fen, rounded
        (Standard("per_unit", Fen(5), unit="米"), "nontax", 100, None, 1),  # half a fen counts as one
    ],
)
def test_sums(standard: Standard, fee_class: str, quantity: int, chosen: Fen | None, sum_fen: int) -> None:
    assert rules.charge(standard, fee_class, quantity_milli=quantity, chosen_fen=chosen) == sum_fen


@pytest.mark.parametrize(
    ("standard", "fee_class", "quantity", "chosen"),
    [
        (RANGE, "business", 1000, Fen(5001)),  # R177
        (RANGE, "administrative", 1000, Fen(4999)),
        (RANGE, "administrative", 1000, Fen(20001)),
        (FIXED, "administrative", 1000, Fen(1)),
        (FIXED, "administrative", 1500, None),
        (FIXED, "administrative", 0, None),
        (PER_METRE, "nontax", -5, None),
    ],
)
def test_what_may_not_be_charged(standard: Standard, fee_class: str, quantity: int, chosen: Fen | None) -> None:
    with pytest.raises(WrongStandard):
        rules.charge(standard, fee_class, quantity_milli=quantity, chosen_fen=chosen)


def test_shares_add_up_and_nobody_bears_more_than_he_can() -> None:
    chance = random.Random(42)
    for _ in range(500):
        rests = [chance.randrange(0, 5000) for _ in range(chance.randrange(1, 7))]
        whole = chance.randrange(0, sum(rests) + 1)
        parts = rules.spread(whole, rests)
        assert sum(parts) == whole
        assert all(0 <= part <= rest for part, rest in zip(parts, rests, strict=True))
    with pytest.raises(ValueError, match="bear"):
        rules.spread(11, [5, 5])


def test_quantities() -> None:
    assert rules.read_quantity("86.5") == 86500
    assert rules.say_quantity(86500, "平方米") == "86.5 平方米"
    for wrong in ("", "八十", "1.2345", "-1", "1e5"):
        with pytest.raises(WrongStandard):
            rules.read_quantity(wrong)


def test_the_guide_compared_with_the_catalogue() -> None:
    listed = [Listed("许可证工本费", FIXED, "川发改价格〔2024〕12号")]
    equal = {"name": "许可证工本费", "amount": "20", "basis": "《批复》（川发改价格〔2024〕12号）"}
    assert rules.compare(True, [equal], listed) == []
    assert rules.compare(False, [], []) == []
    assert "不收费" in rules.compare(False, [], listed)[0]
    assert "不能收" in rules.compare(True, [equal], [])[0]
    assert "指南写“25”" in rules.compare(True, [equal | {"amount": "25"}], listed)[0]
    assert "文号" in rules.compare(True, [equal | {"basis": ""}], listed)[0]
    assert len(rules.compare(True, [equal | {"name": "押金"}], listed)) == 2
