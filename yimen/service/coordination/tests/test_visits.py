"""Leaders come to the window at an interval; the office calls on departments; what is heard becomes an issue (R010, R015)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.cast import Cast
from yimen.ground.kit.moments import day_of, now
from yimen.ground.kit.refusals import Invalid, NotAllowed
from yimen.service.coordination import selectors, services
from yimen.service.coordination.models import SiteVisit
from yimen.service.coordination.services.visits import VisitOver, VisitTwice, WrongDay
from yimen.service.coordination.tests.stage import again, leader, next_workday, raised


def test_everybody_s_next_visit_is_planned(cast: Cast) -> None:
    one = leader(cast)
    centre, manager = cast.units["centre"], cast.actor("manager")
    assert services.plan_visits(actor=manager, centre=centre, at=now()) == 1
    assert services.plan_visits(actor=manager, centre=centre, at=now()) == 0
    (standing,) = selectors.visit_standings([cast.units["market"].pk], day_of(now()), 30)
    assert standing.leader == one and standing.next is not None and standing.next.planned_on >= next_workday()
    with pytest.raises(NotAllowed):
        services.plan_visits(actor=cast.actor("he"), centre=centre, at=now())


def test_a_visit_is_done_once(cast: Cast) -> None:
    he, today = cast.actor("he"), day_of(now())
    visit = services.plan_visit(actor=he, leader=leader(cast), planned_on=next_workday(), at=now())
    with pytest.raises(VisitTwice):
        services.plan_visit(actor=he, leader=visit.leader, planned_on=next_workday(), at=now())
    with pytest.raises(WrongDay):
        services.record_visit(actor=he, visit=visit, done_on=today + timedelta(days=1), summary="坐班。", at=now())
    services.record_visit(
        actor=he, visit=visit, done_on=today, summary="坐班半天。", solved_on_spot="打印机换新。", at=now()
    )
    with pytest.raises(VisitOver):
        services.cancel_visit(actor=he, visit=visit, reason="开会。", at=now())
    issue = raised(cast, "manager", source="visit", visit=visit)
    assert again(issue).visit_id == visit.pk


def test_planned_and_past_is_missed(cast: Cast) -> None:
    visit = services.plan_visit(actor=cast.actor("he"), leader=leader(cast), planned_on=next_workday(), at=now())
    SiteVisit.objects.filter(pk=visit.pk).update(planned_on=day_of(now()) - timedelta(days=5))
    (standing,) = selectors.visit_standings([cast.units["market"].pk], day_of(now()), 30)
    assert standing.missed == 1 and standing.next is None and standing.late(day_of(now()))


def test_a_return_visit_with_its_result(cast: Cast) -> None:
    manager, market = cast.actor("manager"), cast.units["market"]
    given = {
        "actor": manager,
        "department": market,
        "visited_on": day_of(now()),
        "visitors": "马成",
        "received_by": "何伟",
    }
    with pytest.raises(Invalid):
        services.record_return_visit(**given, at=now())  # type: ignore[arg-type]
    visit = services.record_return_visit(**given, problems="叫号系统常断。", at=now())  # type: ignore[arg-type]
    services.conclude_return_visit(actor=manager, visit=visit, result="已换交换机。", at=now())
    visit.refresh_from_db()
    assert (visit.result, visit.result_on) == ("已换交换机。", day_of(now()))
    issue = raised(cast, "manager", source="return_visit", return_visit=visit)
    with pytest.raises(VisitOver):
        services.withdraw_return_visit(actor=manager, visit=visit, reason="登错了。", at=now())
    services.withdraw(issue=issue, actor=manager, reason="弄错了。", at=now())
    with pytest.raises(NotAllowed):
        services.conclude_return_visit(actor=cast.actor("he"), visit=visit, result="改写", at=now())
