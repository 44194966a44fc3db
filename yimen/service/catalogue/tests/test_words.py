"""Preparing words for search."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yimen.service.catalogue.rules import words


def test_pairs_and_initials() -> None:
    assert words.pairs("食品经营") == ["食", "品", "经", "营", "食品", "品经", "经营"]
    assert words.query_pairs("食品经营 许可") == ["食品", "品经", "经营", "许可"]
    assert words.initials("食品经营许可") == "spjyxk"
    assert words.initials("𠮷祥ABC茶馆").endswith("xabccg")


def test_synonyms_replace_and_add() -> None:
    said = words.expand("我的社保", {"社保": ["社会保险"]})
    assert said == ["我的社保", "我的社会保险", "社会保险"]


@pytest.mark.parametrize(
    ("asked", "left"),
    [("办护照需要什么材料", "护照"), ("怎么申请办理", "怎么申请办理"), ("社保卡在哪补办", "社保卡 补")],
)
def test_words_of_asking_are_no_subject(asked: str, left: str) -> None:
    assert words.without_asking(asked).split() == left.split()


@pytest.mark.parametrize(("query", "tidy"), [("  社保\x00\n卡 ", "社保 卡"), ("x" * 500, "x" * 60), ("\ud800a", "a")])
def test_a_query_is_made_fit(query: str, tidy: str) -> None:
    assert words.tidy_query(query) == tidy


@given(st.text(max_size=80))
def test_nothing_typed_breaks_the_words(text: str) -> None:
    query = words.tidy_query(text)
    grams = words.query_pairs(query)
    assert set(grams) <= set(words.pairs(query))
    assert words.expand(query, words.STARTING_SYNONYMS)[0] == words.normal(query)
    words.initials(query)
