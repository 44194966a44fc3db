"""The identifier of an electronic certificate and its check character, against an independent library and known ones."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.iso7064 import mod_37_36

from yimen.ground.kit.refusals import Invalid
from yimen.service.certificates import rules
from yimen.service.certificates.rules import BadIdentifier, Identifier, check_character, read_identifier

KNOWN = (
    "1.2.156.3005.2.11100000000013338W011.11430000006122244L.20230000403.001.U",
    "1.2.156.3005.2.11330105002500287C001.11330105002500287C.2025052201.002.{}",
)


@given(st.text(alphabet=rules.ALPHABET, min_size=1, max_size=60))
def test_the_library_reckons_the_same(body: str) -> None:
    assert check_character(body) == mod_37_36.calc_check_digit(body)


def test_a_known_identifier() -> None:
    found = read_identifier(KNOWN[0].lower())
    assert (found.issuer_code, found.serial, found.version) == ("11430000006122244L", "20230000403", 1)
    assert str(found) == KNOWN[0]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("2.16.840.1.1", "不是电子证照标识"),
        (KNOWN[0][:-2], "不完整"),
        (KNOWN[0][:-1] + "V", "校验位不对"),
        (KNOWN[0].replace("0403", "0430"), "校验位不对"),
        (KNOWN[0].replace(".001.", ".01.") + "X", "三位数字"),
        (KNOWN[0].replace("0403", "04０3"), "不完整"),
        ("", "不是电子证照标识"),
    ],
)
def test_what_is_wrong_is_said(text: str, said: str) -> None:
    with pytest.raises(BadIdentifier, match=said):
        read_identifier(text)


@given(st.integers(0, 48), st.sampled_from(rules.ALPHABET))
def test_every_single_slip_is_found(place: int, other: str) -> None:
    whole = Identifier("11519911MB0000001X001", "11519911MB0000001X", "20260000012", 1)
    check = check_character(whole.body)
    if whole.body[place] != other:
        wrong = whole.body[:place] + other + whole.body[place + 1 :]
        assert check_character(wrong) != check


@pytest.mark.parametrize(
    ("first", "months", "until"),
    [
        (date(2026, 11, 23), 48, date(2030, 11, 22)),
        (date(2026, 1, 31), 1, date(2026, 2, 27)),
        (date(2024, 2, 29), 12, date(2025, 2, 27)),
        (date(2026, 3, 1), 12, date(2027, 2, 28)),
        (date(2026, 11, 23), 0, None),
    ],
)
def test_how_long_one_is_valid(first: date, months: int, until: date | None) -> None:
    assert rules.valid_until(first, months) == until


def test_a_renewal_loses_no_day_of_the_old_term() -> None:
    assert rules.renewed_until(date(2026, 11, 23), date(2026, 12, 31), 12) == date(2027, 12, 31)
    assert rules.renewed_until(date(2026, 11, 23), date(2026, 1, 1), 12) == date(2027, 11, 22)


@pytest.mark.parametrize(
    "rows",
    [
        [], "x", [{"label": "名称"}], [{"key": "A", "label": "名称"}], [{"key": "a", "label": "", "source": "typed"}],
        [{"key": "a", "label": "名称", "source": "nowhere"}], [{"key": "a", "label": "名称", "source": "answer"}],
        [{"key": "a", "label": "名称"}, {"key": "a", "label": "又一个"}],
    ],
)  # fmt: skip
def test_fields_that_cannot_be(rows: object) -> None:
    with pytest.raises(Invalid):
        rules.fields_of(rows)
