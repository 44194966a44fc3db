"""Finding items: two characters, synonyms, initials, codes, sentences; the public sees what is in force only."""

from __future__ import annotations

import statistics
import time
from typing import TYPE_CHECKING

import pytest

from yimen.ground.identity.rules import SYSTEM
from yimen.service.catalogue import search, selectors, services
from yimen.service.catalogue.importing.bulk import copy_in, take_ids
from yimen.service.catalogue.models import ItemEdition, ItemSearch, ServiceItem, SourceDepartment
from yimen.service.catalogue.services.imports import import_now
from yimen.service.catalogue.tests.conftest import NOON, item_of, row, table

if TYPE_CHECKING:
    from tests.cast import Cast

NAMES = (
    "食品经营许可证核发",
    "企业社会保险登记",
    "住房公积金提取",
    "普通护照首次申领",
    "营业执照遗失补领",
    "烟草专卖零售许可证新办",
)


@pytest.fixture
def catalogue(db: None) -> None:
    """Six items that anybody may find."""
    rows = [
        row(f"11440000006939801C24401030010{n:02}", name, accept_condition=f"说明{name[:2]}甲")
        for n, name in enumerate(NAMES)
    ]
    import_now(actor=SYSTEM, content=table(*rows), file_name="x.csv", at=NOON)
    ItemSearch.objects.update(public=True)
    search.bump_version()


def names(query: str, **more: object) -> list[str]:
    return [item.name for item in selectors.find(selectors.Query(query, **more)).items]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("食品", NAMES[0]),
        ("社保", NAMES[1]),
        ("公积金", NAMES[2]),
        ("护照", NAMES[3]),
        ("开饭馆", NAMES[0]),
        ("spjyxk", NAMES[0]),
        ("SPJY", NAMES[0]),
        ("我要办理食品经营许可", NAMES[0]),
        ("办护照需要什么材料", NAMES[3]),
        ("烟 许可", NAMES[5]),
        ("11440000006939801c2440103001003", NAMES[3]),
        ("说明护照", NAMES[3]),
    ],
)
def test_what_people_type_finds_what_they_mean(catalogue: None, query: str, first: str) -> None:
    assert names(query)[0] == first
    if query != "说明护照":
        assert selectors.suggest(query)[0].title == first


@pytest.mark.parametrize("query", ["完全没有的字眼", "\x00", "'; drop table", "%", "_", "x" * 10_000, "\ud800", "🍵"])
def test_nonsense_finds_nothing_and_breaks_nothing(catalogue: None, query: str) -> None:
    assert names(query) == [] or query in ("\x00", "%", "_", "\ud800")


def test_pages_do_not_overlap(catalogue: None) -> None:
    ServiceItem.objects.update(status="active")
    query = selectors.Query("许可", everything=True)
    first = selectors.find(query, size=1)
    second = selectors.find(query, after=first.next, size=1)
    assert {first.items[0].pk} & {second.items[0].pk} == set()
    assert selectors.find(query, after="nonsense", size=1).items == first.items


def test_a_synonym_works_at_once(cast: Cast, catalogue: None) -> None:
    assert names("卷烟店") == []
    services.save_synonym(actor=cast.actor("manager"), word="卷烟店", expansions=["烟草专卖零售许可"], at=NOON)
    assert names("卷烟店") == [NAMES[5]]
    services.save_synonym(actor=cast.actor("manager"), word="卷烟店", expansions=[], at=NOON)
    assert names("卷烟店") == []


def test_drafts_are_for_staff_only(cast: Cast, draft: ItemEdition) -> None:
    assert names("公共场所") == []
    assert names("公共场所", everything=True) == [draft.name]


def test_publishing_shows_an_item_at_once(published: ItemEdition) -> None:
    assert names("卫生") == [published.name]
    assert names("", theme="准营准办") == [published.name]
    assert names("卫生", object="person") == [published.name]
    assert names("卫生", object="agency") == []
    assert names("卫生", department=item_of(published).department_id) == [published.name]
    assert selectors.overview().themes == (("准营准办", 1),)


def test_two_characters_over_23_000_titles_from_memory(db: None) -> None:
    source = SourceDepartment.objects.create(system="x", name="x")
    kinds, places = ("许可", "登记", "备案", "核发", "补贴", "认定"), "东南西北中前后左右上下"
    titles = [f"{places[n % 11]}{places[n // 11 % 11]}事项{n}{kinds[n % 6]}" for n in range(23_000)]
    numbers = take_ids(ServiceItem, len(titles))
    copy_in(
        ServiceItem,
        [
            ServiceItem(
                pk=pk,
                code=f"C{pk}",
                name=title,
                kind="licence",
                source_department=source,
                created_at=NOON,
                changed_at=NOON,
            )
            for pk, title in zip(numbers, titles, strict=True)
        ],
    )
    copy_in(
        ItemSearch,
        [
            ItemSearch(item_id=pk, title=title, text=title, grams=[], initials="", public=True)
            for pk, title in zip(numbers, titles, strict=True)
        ],
    )
    search.bump_version()
    search.current_index()
    took = []
    for first in places:
        for second in places:
            began = time.perf_counter()
            assert search.suggest(first + second)
            took.append(time.perf_counter() - began)
    assert statistics.median(took) < 0.005, "the target is 2 ms on a quiet machine; see bench/"
