"""Lists in batches: what fits and why, 成熟—公布—推行, what the public reads, rates (R035–R037)."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection
from django.test import Client

from tests.cast import Cast
from yimen.ground.kit.refusals import Conflict, Invalid, NotAllowed
from yimen.service.catalogue.models import ServiceItem
from yimen.service.residence import rules, selectors, services
from yimen.service.residence.models import ListBatch, ListLine
from yimen.service.residence.rules import ListFacts, judge
from yimen.service.residence.selectors.lists import fitting
from yimen.service.residence.services.lists import NotRipe
from yimen.service.residence.tests.stage import AT, TODAY, item


@pytest.mark.parametrize(
    ("kind", "visits", "channels", "comprehensive", "fits"),
    [
        ("zero_visit", 0, ("online",), False, True),
        ("zero_visit", 0, ("window",), False, False),
        ("zero_visit", 1, ("online",), False, False),
        ("zero_visit", None, ("online",), False, False),
        ("one_visit", 1, ("window",), False, True),
        ("one_visit", 0, ("online",), False, False),
        ("at_most_once", 0, (), False, True),
        ("at_most_once", 1, (), False, True),
        ("at_most_once", 2, (), False, False),
        ("at_most_once", None, (), False, False),
        ("one_window", 3, (), True, True),
        ("one_window", 0, ("online",), False, False),
    ],
)
def test_what_fits(kind: str, visits: int | None, channels: tuple[str, ...], comprehensive: bool, fits: bool) -> None:
    verdict = judge(kind, ListFacts(visits, channels, None, comprehensive))
    assert verdict.fits == fits
    assert verdict.said


@pytest.fixture
def items(cast: Cast) -> dict[str, ServiceItem]:
    return {
        "zero": item(cast, "零跑的", visits=0, channels=["online"]),
        "once": item(cast, "一次的", visits=1, channels=["window"]),
        "twice": item(cast, "两次的", visits=2, channels=["window"]),
        "silent": item(cast, "没说的"),
    }


def test_the_filter_says_what_the_rule_says(cast: Cast, items: dict[str, ServiceItem]) -> None:
    services.take_over(actor=cast.actor("manager"), at=AT)
    for kind in rules.ListKind.labels():
        judged = selectors.judged(kind, [each.pk for each in items.values()], TODAY)
        found = set(ServiceItem.objects.filter(fitting(kind, TODAY)).values_list("pk", flat=True))
        assert {pk for pk, (_, verdict) in judged.items() if verdict.fits} == found, kind


def batch_of(cast: Cast, kind: str, *items: ServiceItem) -> ListBatch:
    batch = services.new_batch(actor=cast.actor("manager"), kind=kind, title="", at=AT)
    services.list_items(actor=cast.actor("manager"), batch=batch, item_ids=[each.pk for each in items], at=AT)
    return batch


def test_ripe_published_in_force(cast: Cast, items: dict[str, ServiceItem]) -> None:
    manager = cast.actor("manager")
    batch = batch_of(cast, "at_most_once", items["zero"], items["once"])
    assert Client().get("/lists/at_most_once/").content.decode().count("零跑的") == 0
    services.publish_batch(actor=manager, batch=batch, document_number="清政务〔2026〕3号", published_on=TODAY, at=AT)
    said = Client().get("/lists/at_most_once/").content.decode()
    assert "零跑的" in said
    assert "即将推行" in said
    services.put_in_force(actor=manager, batch=batch, in_force_on=TODAY, at=AT)
    rate = next(each for each in selectors.list_rates(TODAY) if each.kind == "at_most_once")
    assert (rate.in_force, rate.whole, rate.rate) == (2, 4, 50.0)
    with connection.cursor() as cursor:
        cursor.execute(
            """select count(*) from catalogue_serviceitem i where exists (select from residence_listline l, residence_listbatch b
               where l.item_id = i.id and b.id = l.batch_id and b.kind = 'at_most_once' and b.state = 'in_force')"""
        )
        assert cursor.fetchone()[0] == rate.in_force


def test_what_is_not_ripe_stays_off(cast: Cast, items: dict[str, ServiceItem]) -> None:
    batch = services.new_batch(actor=cast.actor("manager"), kind="zero_visit", title="", at=AT)
    with pytest.raises(NotRipe, match="到现场 2 次"):
        services.list_items(actor=cast.actor("manager"), batch=batch, item_ids=[items["twice"].pk], at=AT)


def test_an_item_stands_once(cast: Cast, items: dict[str, ServiceItem]) -> None:
    first = batch_of(cast, "one_visit", items["once"])
    services.publish_batch(
        actor=cast.actor("manager"), batch=first, document_number="3号", published_on=TODAY, at=AT, in_force_on=TODAY
    )
    second = services.new_batch(actor=cast.actor("manager"), kind="one_visit", title="", at=AT)
    assert second.number == 2
    assert services.list_items(actor=cast.actor("manager"), batch=second, item_ids=[items["once"].pk], at=AT) == 0
    with pytest.raises(Invalid, match="还没有事项"):
        services.publish_batch(
            actor=cast.actor("manager"), batch=second, document_number="4号", published_on=TODAY, at=AT
        )


def test_one_batch_is_prepared_at_a_time_and_its_number_is_used_again(
    cast: Cast, items: dict[str, ServiceItem]
) -> None:
    batch = batch_of(cast, "one_visit", items["once"])
    with pytest.raises(Conflict, match="筹备"):
        services.new_batch(actor=cast.actor("manager"), kind="one_visit", title="", at=AT)
    services.drop_batch(actor=cast.actor("manager"), batch=batch, at=AT)
    assert services.new_batch(actor=cast.actor("manager"), kind="one_visit", title="", at=AT).number == 1


def test_taken_off_with_a_reason_and_kept_in_the_history(cast: Cast, items: dict[str, ServiceItem]) -> None:
    batch = batch_of(cast, "one_visit", items["once"])
    services.publish_batch(actor=cast.actor("manager"), batch=batch, document_number="3号", published_on=TODAY, at=AT)
    line = ListLine.objects.get()
    services.unlist_item(actor=cast.actor("manager"), line=line, reason="指南改为两次", at=AT)
    line.refresh_from_db()
    assert line.removed_reason == "指南改为两次"
    assert "一次的" not in Client().get("/lists/one_visit/").content.decode()


def test_bad_dates_and_strangers(cast: Cast, items: dict[str, ServiceItem]) -> None:
    batch = batch_of(cast, "one_visit", items["once"])
    with pytest.raises(NotAllowed):
        services.publish_batch(actor=cast.actor("he"), batch=batch, document_number="3号", published_on=TODAY, at=AT)
    with pytest.raises(Invalid, match="今天之后"):
        services.publish_batch(
            actor=cast.actor("manager"), batch=batch, document_number="3号", published_on=date(2026, 12, 1), at=AT
        )
    services.publish_batch(actor=cast.actor("manager"), batch=batch, document_number="3号", published_on=TODAY, at=AT)
    with pytest.raises(Invalid, match="早于公布"):
        services.put_in_force(actor=cast.actor("manager"), batch=batch, in_force_on=date(2026, 1, 1), at=AT)


def test_a_list_as_excel_print_and_interface(cast: Cast, items: dict[str, ServiceItem]) -> None:
    batch = batch_of(cast, "one_visit", items["once"])
    services.publish_batch(actor=cast.actor("manager"), batch=batch, document_number="3号", published_on=TODAY, at=AT)
    visitor = Client()
    assert b"".join(visitor.get("/lists/one_visit/export/")).startswith(b"PK")
    assert "一次的" in visitor.get("/lists/one_visit/print/").content.decode()
    said = visitor.get("/api/v1/lists/one_visit").json()
    assert [line["code"] for line in said["lines"]] == [items["once"].code]
    assert said["lines"][0]["batch"] == 1
    assert visitor.get("/api/v1/lists/nonsense").status_code == 404
