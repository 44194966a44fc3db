"""What is kept in the process of the standing of items and of lists is never other than a recount."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.test import Client

from tests.cast import Cast
from yimen.ground.kit.moments import day_of, now
from yimen.ground.organisations import services as organisations
from yimen.ground.organisations.services import PartGiven
from yimen.service.catalogue import services as catalogue
from yimen.service.catalogue.models import ServiceItem
from yimen.service.residence import selectors, services
from yimen.service.residence.models import ListBatch, ListLine
from yimen.service.residence.rules import ListKind
from yimen.service.residence.tests.stage import AT, TODAY, directory, entered, item
from yimen.service.residence.tests.test_reorganise import begun


@pytest.fixture
def items(cast: Cast) -> list[ServiceItem]:
    return [
        item(cast, "甲许可", visits=0, channels=["online"]),
        item(cast, "乙许可", visits=1, channels=["window"]),
        item(cast, "丙许可", visits=2, channels=["window"]),
        item(cast, "丁许可"),
    ]


def as_recounted(day: date = TODAY) -> None:
    """Every list behind the report, and every list of the batches, is what the database finds anew."""
    for state in selectors.ITEM_STATES:
        kept = [pk for _, pk in selectors.listed(state, day)]
        anew = selectors.items_in_state(state, day).order_by("department__order", "id")
        assert kept == list(anew.values_list("pk", flat=True)), state
    for kind in ListKind.labels():
        for fit in (True, False):
            keys = selectors.candidate_keys(kind, day, fit=fit)
            rows = selectors.candidates(kind, day, fit=fit).order_by("department__order", "pk")
            assert [key[1] for key in keys] == list(rows.values_list("pk", flat=True)), (kind, fit)
        unfit = set(selectors.candidates(kind, day).values_list("pk", flat=True))
        assert not unfit & {line.item_id for line in ListLine.objects.filter(kind=kind, removed_on__isnull=True)}
    assert selectors.list_rates(day) == selectors.count_rates(day)


def test_every_act_that_moves_the_standing_is_seen(cast: Cast, items: list[ServiceItem]) -> None:
    manager, one, two = cast.actor("manager"), items[0], items[1]
    as_recounted()
    directory(cast, *({"kind": "item", "item": each} for each in (one, two, items[2])))
    as_recounted()
    entered(cast, one, two)
    as_recounted()
    as_recounted(TODAY - timedelta(days=1))
    assert [pk for _, pk in selectors.listed("in", TODAY)] == [one.pk, two.pk]
    assert selectors.listed("in", TODAY - timedelta(days=1)) == []
    away = services.propose(
        actor=manager, kind="leave", department=cast.units["market"], reason="件少", item_ids=[two.pk], at=AT
    )
    services.give_opinion(actor=cast.actor("he"), adjustment=away, agree=True, text="", at=AT)
    services.decide_adjustment(
        actor=manager, adjustment=away, number="9号", text="同意", effective_on=TODAY + timedelta(days=1), at=AT
    )
    as_recounted()
    as_recounted(TODAY + timedelta(days=1))
    catalogue.cancel_item(actor=manager, item=items[2], reason="取消", basis="国发〔2026〕1号", at=AT)
    as_recounted()
    catalogue.freeze_item(actor=manager, item=one, reason="系统升级", at=AT)
    as_recounted()
    directory(cast, {"kind": "item", "item": items[3]}, on=date(2026, 6, 2))
    as_recounted()
    assert [pk for _, pk in selectors.listed("missing", TODAY)] == [items[3].pk]


def test_a_closed_window_is_seen(cast: Cast, items: list[ServiceItem]) -> None:
    directory(cast, {"kind": "item", "item": items[0]})
    entered(cast, items[0])
    assert [pk for _, pk in selectors.listed("in", TODAY)] == [items[0].pk]
    window = cast.windows["window3"]
    type(window).objects.filter(pk=window.pk).update(closed_on=TODAY)
    as_recounted()
    assert [pk for _, pk in selectors.listed("missing", TODAY)] == [items[0].pk]


def test_a_line_that_follows_a_reorganisation_is_seen(cast: Cast, items: list[ServiceItem]) -> None:
    today = day_of(now())
    market, housing = cast.units["market"], cast.units["housing"]
    directory(cast, {"kind": "base", "department": market}, {"kind": "item", "item": items[3]}, at=now(), on=today)
    entered(cast, items[0])
    as_recounted(today)
    plan = begun(cast, kind="move_items", parts=[PartGiven(market, housing, items=[items[0].code31, items[3].code31])])
    assert plan.state == "applied"
    as_recounted(today)
    plan = organisations.begin_undoing(actor=cast.actor("leader"), plan=plan, reason="文件撤销", at=now())
    assert organisations.carry_on(plan.uid, now).state == "undone"
    as_recounted(today)
    assert begun(cast).state == "applied"
    as_recounted(today)


def test_every_act_on_a_list_is_seen(cast: Cast, items: list[ServiceItem]) -> None:
    manager = cast.actor("manager")
    batch = services.new_batch(actor=manager, kind="at_most_once", title="", at=AT)
    as_recounted()
    services.list_items(actor=manager, batch=batch, item_ids=[items[0].pk, items[1].pk], at=AT)
    as_recounted()
    services.unlist_item(actor=manager, line=batch.lines.get(item=items[1]), reason="", at=AT)
    as_recounted()
    assert [key[1] for key in selectors.candidate_keys("at_most_once", TODAY)] == [items[1].pk]
    services.publish_batch(actor=manager, batch=batch, document_number="3号", published_on=TODAY, at=AT)
    as_recounted()
    services.put_in_force(actor=manager, batch=ListBatch.objects.get(), in_force_on=TODAY, at=AT)
    as_recounted()
    services.unlist_item(actor=manager, line=batch.lines.get(), reason="指南已改", at=AT)
    as_recounted()
    dropped = services.new_batch(actor=manager, kind="at_most_once", title="", at=AT)
    services.list_items(actor=manager, batch=dropped, item_ids=[items[0].pk], at=AT)
    services.drop_batch(actor=manager, batch=dropped, at=AT)
    as_recounted()


def test_the_list_behind_a_number_turns_its_pages(cast: Cast, items: list[ServiceItem]) -> None:
    manager = cast.client("manager")
    address = f"/manage/residence/items/?state=all&on={TODAY}"
    said = manager.get(address).content.decode()
    assert all(each.name in said for each in items)
    assert manager.get(f"{address}&q=乙许").content.decode().count("许可</a>") == 1
    assert manager.get(f"{address}&department=1").status_code == 200
    assert manager.get(f"{address}&after=x").status_code == 400


def test_a_field_of_the_province_has_a_page(cast: Cast, items: list[ServiceItem]) -> None:
    from yimen.service.residence.models import ProvinceField

    field = ProvinceField.objects.get(code="social")
    for each in items:
        services.designate_item(
            actor=cast.actor("manager"), field=field, item=each, from_on=date(2026, 1, 1), basis="川政务1号", at=AT
        )
    for asked, address in ((Client(), "/lists/province/"), (cast.client("manager"), "/manage/residence/province/")):
        said = asked.get(f"{address}?field=social").content.decode()
        assert all(each.name in said for each in items)
        assert asked.get(f"{address}?field=nonsense").status_code == 200
