"""Time limits as catalogues write them, the statutory default, and promise against law."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yimen.service.catalogue.rules.limits import ART_42, Limit, LimitProblem, compare, legal_limit, read_limit
from yimen.service.catalogue.rules.vocabulary import ItemKind, LimitSource, LimitUnit

WORK, CALENDAR = LimitUnit.WORKING_DAY, LimitUnit.CALENDAR_DAY


@pytest.mark.parametrize(
    ("text", "limit"),
    [
        ("30(工作日)", Limit(30, WORK)),
        ("45（自然日）", Limit(45, CALENDAR)),
        ("20个工作日", Limit(20, WORK)),
        ("20 个 工作日", Limit(20, WORK)),
        ("无\u200b", None),
        ("二十个工作日", Limit(20, WORK)),
        ("一百二十个工作日", Limit(120, WORK)),
        ("７(工作日)", Limit(7, WORK)),
        ("0(工作日)", Limit(0, WORK)),
        ("即办", Limit(0, WORK)),
        ("当场办结", Limit(0, WORK)),
        ("3个月", Limit(3, LimitUnit.MONTH)),
        ("1年", Limit(12, LimitUnit.MONTH)),
        ("2小时", Limit(2, LimitUnit.HOUR)),
        ("5(G)", Limit(5, WORK)),
        ("5(Z)", Limit(5, CALENDAR)),
        ("无", None),
        ("", None),
        ("  / ", None),
        ("不限", None),
    ],
)
def test_what_a_limit_says(text: str, limit: Limit | None) -> None:
    assert read_limit(text) == limit


def test_number_and_unit_in_two_columns() -> None:
    assert read_limit("20", "工作日") == Limit(20, WORK)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("20天", "没有说明是工作日还是自然日"),
        ("20", "没有单位"),
        ("-3", "看不懂"),
        ("1.5个工作日", "看不懂"),
        ("视情况而定", "看不懂"),
        ("99999(工作日)", "超过"),
        ("9" * 400 + "(工作日)", "看不懂"),
        ("20(光年)", "不认识"),
    ],
)
def test_a_limit_is_never_guessed(text: str, said: str) -> None:
    with pytest.raises(LimitProblem, match=said):
        read_limit(text)


@given(st.text(max_size=40), st.text(max_size=8))
def test_reading_answers_or_refuses(text: str, unit: str) -> None:
    try:
        limit = read_limit(text, unit)
    except LimitProblem as problem:
        assert str(problem)
    else:
        assert limit is None or 0 <= limit.number <= 3650


def test_a_licence_without_a_limit_gets_twenty_working_days() -> None:
    found = legal_limit(ItemKind.LICENCE, None)
    assert (found.limit, found.source, found.basis) == (Limit(20, WORK), LimitSource.STATUTORY_DEFAULT, ART_42)


def test_another_item_without_a_limit_has_none() -> None:
    assert legal_limit(ItemKind.PUBLIC_SERVICE, None).limit is None
    assert legal_limit(ItemKind.PUBLIC_SERVICE, None).source == LimitSource.NONE


@pytest.mark.parametrize(
    ("promise", "legal", "verdict"),
    [
        (Limit(20, WORK), Limit(20, WORK), "not_longer"),
        (Limit(21, WORK), Limit(20, WORK), "longer"),
        (Limit(1, WORK), Limit(91, CALENDAR), "not_longer"),
        (Limit(31, WORK), Limit(30, CALENDAR), "longer"),
        (Limit(28, WORK), Limit(30, CALENDAR), "unclear"),
        (Limit(20, CALENDAR), Limit(20, WORK), "not_longer"),
        (Limit(26, CALENDAR), Limit(20, WORK), "unclear"),
        (Limit(90, CALENDAR), Limit(20, WORK), "longer"),
    ],
)
def test_promise_against_law(promise: Limit, legal: Limit, verdict: str) -> None:
    assert compare(promise, legal) == verdict
