"""The demo's items say the limits of the law in the unit in which the law says them."""

from __future__ import annotations

import pytest

from yimen.house.demo.items import ITEMS
from yimen.service.catalogue.rules.limits import Limit, compare
from yimen.service.catalogue.rules.vocabulary import LimitUnit

BY_KEY = {item.key: item for item in ITEMS}


@pytest.mark.parametrize(
    ("key", "legal", "unit", "basis"),
    [
        ("building_permit", 7, "calendar_day", "《建筑法》第八条"),
        ("environment", 30, "calendar_day", "《环境影响评价法》第二十二条"),
        ("association", 60, "calendar_day", "《社会团体登记管理条例》第十二条"),
        ("kindergarten", 30, "calendar_day", "《民办教育促进法》第十四条"),
        ("show", 3, "calendar_day", "《营业性演出管理条例》第十三条"),
        ("fund", 3, "calendar_day", "《住房公积金管理条例》第二十五条"),
        ("house_transfer", 30, "working_day", "《不动产登记暂行条例》第二十条"),
        ("water_taking", 45, "working_day", "《取水许可和水资源费征收管理条例》第十九条"),
        ("fire", 10, "working_day", "《消防法》第十五条"),
        ("company", 3, "working_day", "《市场主体登记管理条例》第十九条"),
        ("hygiene", 20, "working_day", "《行政许可法》第四十二条"),
        ("chemicals", None, "working_day", ""),
    ],
)
def test_limit_and_article(key: str, legal: int | None, unit: str, basis: str) -> None:
    item = BY_KEY[key]
    assert (item.legal, item.legal_unit, item.legal_basis) == (legal, unit, basis)


def test_no_promise_is_longer_than_the_law() -> None:
    for item in ITEMS:
        if item.legal is not None:
            legal = Limit(item.legal, LimitUnit(item.legal_unit))  # type: ignore[call-arg]  # the label comes by itself
            promise = Limit(item.promise, LimitUnit.WORKING_DAY)
            assert compare(promise, legal) == "not_longer", item.key


def test_no_item_rests_on_a_regulation_that_a_law_has_replaced() -> None:
    for item in ITEMS:
        cited = [item.basis, item.legal_basis, *(paper.basis for paper in item.papers)]
        assert not any("危险化学品安全管理条例" in text for text in cited), item.key
