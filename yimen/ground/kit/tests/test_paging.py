"""Pages by key show every row once, forwards and backwards, whatever the order."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from yimen.ground.kit.models import AuditEntry, Delivery, OutboxEvent
from yimen.ground.kit.paging import Page, StaleCursor, page_by_key, page_of_keys

START = datetime(2026, 9, 30, 9, 0, 0, 123456, tzinfo=UTC)


@pytest.fixture
def deliveries(db: None) -> None:
    Delivery.objects.bulk_create(
        [
            Delivery(
                event_id=n,
                event_name="x" if n % 3 else "𠮷",
                handler="h",
                next_at=START + timedelta(minutes=n // 4),
                done_at=None if n % 5 == 0 else START + timedelta(minutes=n % 7),
            )
            for n in range(23)
        ]
    )


def walk(order: tuple[str, ...], size: int) -> tuple[list[Page[Any]], list[Page[Any]]]:
    """Every page forwards from the first, then every page backwards from the last."""
    there = [page_by_key(Delivery.objects.all(), order=order, size=size)]
    while there[-1].after:
        there.append(page_by_key(Delivery.objects.all(), order=order, asked={"after": there[-1].after}, size=size))
    back = [there[-1]]
    while back[-1].before:
        back.append(page_by_key(Delivery.objects.all(), order=order, asked={"before": back[-1].before}, size=size))
    return there, back


@pytest.mark.parametrize("size", [1, 4, 23, 50])
@pytest.mark.parametrize(
    "order",
    [
        ("id",),
        ("-id",),
        ("next_at", "-id"),
        ("-next_at", "id"),
        ("event_name", "-next_at", "id"),
        ("done_at", "id"),
        ("-done_at", "-id"),
    ],
)
def test_every_row_once_both_ways(deliveries: None, order: tuple[str, ...], size: int) -> None:
    there, back = walk(order, size)
    seen = [row.pk for page in there for row in page]
    assert len(seen) == len(set(seen)) == 23
    assert there[0].before == "" and there[-1].after == ""
    if order[0] in ("done_at", "-done_at"):
        assert there[-1].rows[-1].done_at is None, "empty values stand last"
    assert sorted(row.pk for page in back for row in page) == sorted(seen)
    assert [row.pk for page in back[::-1] for row in page] == seen


def test_rows_added_meanwhile_neither_repeat_nor_hide_others(deliveries: None) -> None:
    first = page_by_key(Delivery.objects.all(), order=("-id",), size=5)
    Delivery.objects.create(event_id=99, event_name="x", handler="h")
    second = page_by_key(Delivery.objects.all(), order=("-id",), asked={"after": first.after}, size=5)
    assert second.rows[0].pk == first.rows[-1].pk - 1


def test_dictionaries_are_paged_too(deliveries: None) -> None:
    rows = Delivery.objects.values("id", "next_at")
    first = page_by_key(rows, order=("next_at", "id"), size=5)
    second = page_by_key(rows, order=("next_at", "id"), asked={"after": first.after}, size=5)
    assert second.rows[0]["id"] == first.rows[-1]["id"] + 1


def test_an_empty_list(db: None) -> None:
    page = page_by_key(OutboxEvent.objects.all(), order=("id",))
    assert (page.rows, page.before, page.after, page.shown) == ([], "", "", 0)


@pytest.mark.parametrize("cursor", ["x", "a:b:c", "W10:1:x", "\x00", "𠮷", "a" * 10000])
def test_a_broken_cursor_is_refused(db: None, cursor: str) -> None:
    for way in ("after", "before"):
        with pytest.raises(StaleCursor):
            page_by_key(OutboxEvent.objects.all(), order=("id",), asked={way: cursor})


def test_a_cursor_of_another_list_or_order_is_refused(deliveries: None) -> None:
    page = page_by_key(Delivery.objects.all(), order=("id",), size=2)
    for rows, order in ((Delivery.objects.all(), ("-id",)), (AuditEntry.objects.all(), ("id",))):
        with pytest.raises(StaleCursor):
            page_by_key(rows, order=order, asked={"after": page.after})


def test_one_query_a_page(deliveries: None, django_assert_num_queries: Any) -> None:
    page = page_by_key(Delivery.objects.all(), order=("next_at", "id"), size=5)
    with django_assert_num_queries(1):
        page_by_key(Delivery.objects.all(), order=("next_at", "id"), asked={"after": page.after}, size=5)


@pytest.mark.parametrize("order", [("next_at", "-id"), ("-done_at", "id")])
def test_pages_by_keys_alone_are_the_same(deliveries: None, order: tuple[str, ...]) -> None:
    def load(ids: list[int]) -> list[Delivery]:
        held = Delivery.objects.in_bulk(ids)
        return [held[pk] for pk in ids]

    asked: dict[str, str] = {}
    while True:
        plain = page_by_key(Delivery.objects.all(), order=order, asked=asked, size=4)
        narrow = page_by_key(Delivery.objects.all(), order=order, asked=asked, size=4, load=load)
        assert ([row.pk for row in narrow], narrow.before, narrow.after) == (
            [row.pk for row in plain], plain.before, plain.after,
        )  # fmt: skip
        if not plain.after:
            return
        asked = {"after": plain.after}


@pytest.mark.parametrize("size", [1, 4, 9, 50])
def test_keys_in_memory_are_paged_both_ways(size: int) -> None:
    keys = [(n // 3, n) for n in range(9)]

    def page(**asked: str) -> Page[Any]:
        return page_of_keys(keys, load=list, name="kit:test", asked=asked, size=size)

    there = [page()]
    while there[-1].after:
        there.append(page(after=there[-1].after))
    assert [key for each in there for key in each] == keys
    back = [there[-1]]
    while back[-1].before:
        back.append(page(before=back[-1].before))
    assert back[-1].rows == there[0].rows
    with pytest.raises(StaleCursor):
        page(after="x")
    assert page_of_keys([], load=list, name="kit:test").rows == []
