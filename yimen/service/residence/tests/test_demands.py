"""群众强烈要求纳入: asked once by each, counted, answered to all, published (R022)."""

from __future__ import annotations

import pytest
from django.db.models import Q
from django.test import Client

from tests.cast import Cast
from yimen.ground.kit.outbox import deliver_once
from yimen.ground.kit.refusals import Conflict, NotAllowed
from yimen.ground.notices.models import Message
from yimen.service.residence import selectors, services
from yimen.service.residence.models import Demand
from yimen.service.residence.services.demands import AlreadyAsked
from yimen.service.residence.tests.stage import AT, entered, item


def test_asked_counted_answered_told(cast: Cast) -> None:
    made = item(cast)
    for who in ("li", "teahouse"):
        services.ask(actor=cast.actor(who), item=made, text="离得太远", at=AT)
    (group,) = selectors.demand_groups(Q())
    assert (group.item, group.asked) == (made, 2)
    answer = services.answer_demand(
        actor=cast.actor("manager"), item=made, outcome="adjust_in", text="下月起在 3 号窗口办理。", at=AT
    )
    assert answer.asked == 2
    while deliver_once():
        pass
    told = Message.objects.filter(subject__contains="纳入中心")
    assert set(told.values_list("party", flat=True)) == {cast.parties["li"].pk, cast.parties["teahouse"].pk}
    assert "下月起在 3 号窗口办理" in Client().get("/lists/demands/").content.decode()


def test_each_asks_once(cast: Cast) -> None:
    made = item(cast)
    services.ask(actor=cast.actor("li"), item=made, at=AT)
    with pytest.raises(AlreadyAsked):
        services.ask(actor=cast.actor("li"), item=made, at=AT)


def test_what_the_hall_handles_is_not_asked_for(cast: Cast) -> None:
    made = item(cast)
    entered(cast, made)
    with pytest.raises(Conflict, match="现在就能在大厅办"):
        services.ask(actor=cast.actor("li"), item=made, at=AT)


def test_an_answered_wish_has_nobody_waiting(cast: Cast) -> None:
    services.ask(actor=cast.actor("li"), wanted="开具无房证明", at=AT)
    with pytest.raises(NotAllowed):
        services.answer_demand(actor=cast.actor("wang"), wanted="开具无房证明", outcome="not_yet", text="研究中", at=AT)
    services.answer_demand(actor=cast.actor("manager"), wanted="开具无房证明", outcome="not_yet", text="研究中", at=AT)
    with pytest.raises(Conflict, match="已经答复"):
        services.answer_demand(
            actor=cast.actor("manager"), wanted="开具无房证明", outcome="not_yet", text="再答", at=AT
        )


def test_from_the_guide_with_a_limit_a_day(cast: Cast) -> None:
    made, client = item(cast), cast.client("li")
    assert "这件事在大厅办不了" in client.get(f"/items/{made.code}/").content.decode()
    assert client.post(f"/items/{made.code}/demand/", {"text": "老人出门不便"}).status_code == 302
    assert Demand.objects.get().text == "老人出门不便"
    services.set_value(actor=cast.actor("manager"), key="demands_a_day", value="2", at=AT)
    answers = [client.post("/lists/demands/new/", {"wanted": f"第 {n} 件事"}).status_code for n in range(4)]
    assert 429 in answers
    assert Demand.objects.count() <= 3


def test_visitors_sign_in_first_and_staff_do_not_ask(cast: Cast) -> None:
    made = item(cast)
    assert Client().get(f"/items/{made.code}/demand/").status_code in (302, 401)
    assert cast.client("wang").get(f"/items/{made.code}/demand/").status_code == 403
