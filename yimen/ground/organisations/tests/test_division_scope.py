"""A permission over a division covers its subtree and not the neighbour whose code begins alike."""

from __future__ import annotations

import pytest
from django.db import connection

from yimen.ground.identity.rules import Permission


@pytest.mark.parametrize(
    ("code", "prefix"),
    [
        ("510000000000", "51"),
        ("511000000000", "5110"),
        ("511600000000", "5116"),
        ("511602000000", "511602"),
        ("519911100000", "519911100"),
        ("519911100201", "519911100201"),
        ("000000000000", ""),
    ],
)
def test_the_prefix_of_a_subtree(db: None, code: str, prefix: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("select organisations_division_prefix(%s)", [code])
        assert cursor.fetchone() == (prefix,)


@pytest.mark.parametrize(
    ("code", "reached"),
    [("511000000000", True), ("511002000000", True), ("511100000000", False), ("510000000000", False)],
)
def test_5110_is_one_city_and_511_would_be_ten(code: str, reached: bool) -> None:
    assert Permission("cases.view", "division", scope_path="5110").reaches_division(code) is reached
