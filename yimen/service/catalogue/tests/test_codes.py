"""Item codes: taken apart, refused with a reason, assigned where there is none."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yimen.service.catalogue.rules import codes
from yimen.service.catalogue.rules.vocabulary import ItemKind, UseLevel

REAL = "12441500196720244T3442199806003"


def test_a_national_code_is_taken_apart() -> None:
    found = codes.task_code(REAL)
    assert (found.credit_code, found.level, found.base, found.sub) == ("12441500196720244T", "3", "442199806003", "")
    assert found.code31 == REAL
    assert found.credit_code_valid


def test_a_sub_item_shares_the_first_31_characters() -> None:
    found = codes.task_code(REAL + "02")
    assert found.sub == "02"
    assert found.code31 == REAL
    assert found.full == REAL + "02"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "没有实施编码"),
        (REAL[:-1], "30 位，应为 31 位或 33 位"),
        (REAL + "0", "32 位"),
        (REAL.replace("T3", "T9"), "不是行使层级代码"),
        (REAL + "A1", "不是两位数字"),
        ("1.1440000006E+30", "科学计数法"),
        (REAL[:-1] + "号", "以外的字符"),
        ("9" * 500, "500 位"),
    ],
)
def test_a_wrong_code_is_refused_with_its_reason(text: str, said: str) -> None:
    with pytest.raises(codes.CodeProblem, match=said):
        codes.task_code(text)


@pytest.mark.parametrize("text", [f" {REAL}\n", f"'{REAL}", REAL.lower(), f"{REAL[:9]} {REAL[9:]}", "１" + REAL[1:]])
def test_what_spreadsheets_do_to_codes_is_undone(text: str) -> None:
    assert codes.task_code(codes.clean(text)).full == REAL


@given(st.text(max_size=60))
def test_reading_a_code_answers_or_refuses(text: str) -> None:
    try:
        found = codes.task_code(codes.clean(text))
    except codes.CodeProblem as problem:
        assert str(problem)
    else:
        assert len(found.code31) == 31


def test_an_item_without_a_code_gets_one_that_no_national_code_can_be() -> None:
    base = codes.local_base("519911000000", 42)
    assert base == "B51991100042"
    assert len(base) == 12
    assert codes.assigned_code31("12441500196720244T", "4", base) == "12441500196720244T4B51991100042"
    with pytest.raises(codes.CodeProblem, match="统一社会信用代码"):
        codes.assigned_code31("2222222222222", "4", base)
    with pytest.raises(codes.CodeProblem, match="用完"):
        codes.local_base("519911", 100_000)


def test_sichuan_codes_with_hyphens_inside() -> None:
    found = codes.sichuan_code("G-000007-001-511602000000-000-00877868-5-1-00")
    assert (found.base, found.department, found.version, found.tail) == ("G-000007-001", "00877868-5", "1", "00")
    with pytest.raises(codes.CodeProblem):
        codes.sichuan_code("E-000021-001-1111111111111111")


@pytest.mark.parametrize(
    ("code", "name", "system", "kind"),
    [
        ("20", "其他行政权力", "guangdong", ItemKind.OTHER_POWER),
        ("20", "", "guangdong", ItemKind.OTHER_POWER),
        ("21", "", "guangdong", ItemKind.PUBLIC_SERVICE),
        ("20", "", "sichuan", ItemKind.PUBLIC_SERVICE),
        ("1", "", "sichuan", ItemKind.LICENCE),
        ("10", "", "sichuan", ItemKind.OTHER_POWER),
        ("", "行政确认", "national", ItemKind.CONFIRMATION),
    ],
)
def test_a_type_code_means_what_its_source_means(code: str, name: str, system: str, kind: ItemKind) -> None:
    assert codes.item_kind(code, name, system) == kind


def test_an_unknown_type_is_refused() -> None:
    with pytest.raises(codes.CodeProblem, match="不在代码表中"):
        codes.item_kind("77", "", "national")


@pytest.mark.parametrize(
    ("code", "level"),
    [
        ("440000", UseLevel.PROVINCE),
        ("440100000000", UseLevel.CITY),
        ("511602000000", UseLevel.COUNTY),
        ("511602001000", UseLevel.TOWN),
        ("511602001003", UseLevel.VILLAGE),
        ("x", None),
    ],
)
def test_the_level_of_a_division(code: str, level: UseLevel | None) -> None:
    assert codes.level_of_division(code) == level
