"""Supervision and accountability meet: a card opens an order or a fault, cards that come again reach the ladder, a true complaint
about somebody's manner raises an alert that leads nobody back to it."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlparse

import pytest
from django.db import connection

from tests.cast import Cast
from yimen.ground.kit import outbox
from yimen.ground.kit.moments import now
from yimen.ground.notices.models import Message
from yimen.watch.efficiency import services
from yimen.watch.efficiency.models import Complaint, Correction, Fault
from yimen.watch.efficiency.selectors.repeated import repeats
from yimen.watch.efficiency.tests import stage
from yimen.watch.supervision import policies as watching
from yimen.watch.supervision import services as supervision
from yimen.watch.supervision.models import Alert

pytestmark = pytest.mark.django_db


def alert_of(made: Alert) -> Alert:
    rows = Alert.objects.select_related("matter", "department", "version__rule", "window", "about", "card")
    return rows.get(pk=made.pk)


def carded(cast: Cast, unit: str = "market", violation: str = "slow", text: str = "三天没有人接办。") -> Alert:
    """A card that nobody can appeal any more."""
    at, sun = now(), cast.actor("sun")
    made = supervision.detect(
        supervision.Found(
            key=f"test:{Alert.objects.count()}", text=text, level="yellow", violation=violation,
            department_id=cast.units[unit].pk, since=at, per="unit",
        ),
        at,
    )  # fmt: skip
    assert made is not None
    he = watching.as_concerned(cast.actor("he"), alert_of(made))
    supervision.explain(alert=alert_of(made), actor=he, text="正在核对情况。", at=at)
    supervision.give_card(alert=alert_of(made), actor=sun, level="yellow", reason="事实清楚。", at=at)
    he = watching.as_concerned(cast.actor("he"), alert_of(made))
    supervision.appeal(alert=alert_of(made), actor=he, reason="请复核一下。", at=at)
    supervision.confirm(alert=alert_of(made), actor=cast.actor("leader"), reason="维持原认定。", at=at)
    return alert_of(made)


def test_one_button_opens_an_order_that_knows_its_card(cast: Cast) -> None:
    alert = carded(cast)
    client = cast.client("sun")
    page = client.get(f"/desk/alerts/{alert.matter.code}/").content.decode()
    link = next(part.split('"')[0] for part in page.split('href="') if part.startswith("/desk/corrections/new/"))
    form = client.get(link.replace("&amp;", "&")).content.decode()
    assert "三天没有人接办。" in form
    assert alert.card.number in form
    query = {key: found[0] for key, found in parse_qs(urlparse(link.replace("&amp;", "&")).query).items()}
    answer = client.post(
        link.replace("&amp;", "&"),
        {"unit": query["unit"], "source": "card", "violation": "slow", "problem": alert.text, "demand": "三日内补上。",
         "days": 5, "source_code": alert.matter.code},
    )  # fmt: skip
    assert answer.status_code == 302, answer.content.decode()[:500]
    order = Correction.objects.select_related("matter").get()
    assert order.matter.code in client.get(f"/desk/alerts/{alert.matter.code}/").content.decode()
    there = client.get(f"/desk/corrections/{order.matter.code}/").content.decode()
    assert f'href="/desk/alerts/{alert.matter.code}/"' in there
    assert order.source == "card"


def test_the_other_button_opens_a_fault(cast: Cast) -> None:
    alert = carded(cast)
    client = cast.client("sun")
    url = f"/desk/faults/new/?source={alert.matter.code}&unit={alert.department_id}"
    assert url.replace("&", "&amp;") in client.get(f"/desk/alerts/{alert.matter.code}/").content.decode()
    assert "三天没有人接办。" in client.get(url).content.decode()
    made = stage.fault(cast, person=None, source_code=alert.matter.code)
    assert made.matter.code in client.get(f"/desk/alerts/{alert.matter.code}/").content.decode()
    assert (
        f'href="/desk/alerts/{alert.matter.code}/"' in client.get(f"/desk/faults/{made.matter.code}/").content.decode()
    )
    assert Fault.objects.count() == 1


def test_a_card_that_may_be_appealed_opens_nothing(cast: Cast) -> None:
    at = now()
    made = supervision.raise_alert(
        actor=cast.actor("sun"), violation="slow", text="窗口没有人。", unit=cast.units["market"], at=at
    )
    page = cast.client("sun").get(f"/desk/alerts/{alert_of(made).matter.code}/").content.decode()
    assert "/desk/corrections/new/" not in page
    assert (
        "/desk/corrections/new/"
        not in cast.client("he").get(f"/desk/alerts/{carded(cast).matter.code}/").content.decode()
    )


def test_cards_that_come_again_reach_the_ladder(cast: Cast) -> None:
    for _ in range(2):
        carded(cast)
    carded(cast, violation="wrongful")
    assert repeats(now()) == []
    last = carded(cast)
    (line,) = repeats(now())
    assert (line.unit, line.violation, line.cards, line.last_code) == (
        cast.units["market"].pk,
        "slow",
        3,
        last.matter.code,
    )
    with connection.cursor() as cursor:
        cursor.execute(
            "select count(*) from supervision_card c join supervision_alert a on a.matter_id = c.alert_id"
            " where c.standing = 'final' and a.department_id = %s and a.violation_id = 'slow'",
            [line.unit],
        )
        assert cursor.fetchone()[0] == line.cards
    while outbox.deliver_once():
        pass
    told = Message.objects.filter(subject="同类违规屡纠屡犯")
    assert told.filter(account=cast.accounts["sun"]).count() == 1
    client = cast.client("sun")
    page = client.get("/desk/ladders/").content.decode()
    assert "同类违规屡纠屡犯" in page
    form = client.get(f"/desk/ladders/new/?unit={line.unit}&source={line.last_code}").content.decode()
    assert "已有 3 张牌生效" in form
    services.begin_ladder(
        actor=cast.actor("sun"), unit=cast.units["market"], ground="repeated", text="一年三张黄牌。", at=now(),
        source_code=line.last_code,
    )  # fmt: skip
    assert repeats(now())[0].since_rung == 0
    carded(cast)
    assert repeats(now())[0].since_rung == 1
    assert "上次措施以后又有 1 张" in client.get("/desk/ladders/").content.decode()


def test_the_ladder_of_another_department_stays_closed(cast: Cast) -> None:
    for _ in range(3):
        carded(cast)
    assert "同类违规屡纠屡犯</h2>" not in cast.client("he").get("/desk/ladders/").content.decode()


def test_a_true_complaint_of_manner_raises_an_alert_that_does_not_lead_back(cast: Cast) -> None:
    complaint = stage.found(cast, violation="attitude")
    stage.found(cast, violation="slow")
    while outbox.deliver_once():
        pass
    alert = Alert.objects.select_related("matter", "violation").get()
    assert (alert.violation_id, alert.department_id, alert.about_id) == ("attitude", cast.units["market"].pk, None)
    assert Complaint.objects.get(pk=complaint.pk).alert_id == alert.pk
    code = complaint.matter.code
    shown: list[Any] = [alert.text, alert.key, alert.evidence, alert.matter.title]
    assert all(code not in str(each) for each in shown)
    he = cast.client("he").get(f"/desk/alerts/{alert.matter.code}/").content.decode()
    assert "服务态度差" in he
    for hidden in (code, stage.NAME, stage.STATEMENT, "/desk/complaints/"):
        assert hidden not in he
    sun = cast.client("sun")
    assert f"/desk/complaints/{code}/" in sun.get(f"/desk/alerts/{alert.matter.code}/").content.decode()
    assert f"/desk/alerts/{alert.matter.code}/" in sun.get(f"/desk/complaints/{code}/").content.decode()


def test_an_untrue_one_raises_none(cast: Cast) -> None:
    stage.found(cast, effective=False, violation="attitude")
    while outbox.deliver_once():
        pass
    assert not Alert.objects.exists()
