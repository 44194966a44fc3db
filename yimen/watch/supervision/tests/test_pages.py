"""The screens: who sees what, what is said to whom may not, and that each number opens its list."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection

from tests.cast import Cast
from yimen.ground.kit.moments import now
from yimen.ground.matters.fast_forward import in_its_own_time, mark_synthetic
from yimen.watch.supervision import selectors, services
from yimen.watch.supervision.models import Alert, Card, RuleVersion, Terms
from yimen.watch.supervision.selectors.alerts import AlertFilters
from yimen.watch.supervision.tests.stage import alert_of, at, begun, carded, found, strict


@pytest.fixture(autouse=True)
def own_time(db: None) -> Iterator[None]:
    mark_synthetic()
    with in_its_own_time():
        yield


@pytest.fixture
def alert(cast: Cast) -> Alert:
    strict(cast)
    return alert_of(begun(cast), "errand-red", at("02-12T10:00"))


def test_the_trail_of_a_card_withdrawn_by_itself_is_on_the_screen(cast: Cast, alert: Alert) -> None:
    """Must show 3, on screen: raised, appealed, withdrawn by itself, each with its reason."""
    from yimen.watch.supervision.tests.test_rejudging import notice_comes

    carded(cast, alert, at("02-12T11:00"))
    services.appeal(alert=found(alert), actor=cast.actor("zhao"), reason="春节放假通知未计入。", at=at("02-12T15:00"))
    notice_comes()
    for who in ("sun", "zhao"):
        page = cast.client(who).get(f"/desk/alerts/{alert.matter.code}/").content.decode()
        for said in (
            "已撤销",
            "系统自动",
            "春节放假通知未计入",
            "期限由 2027-02-10 重新推算为 2027-02-15",
            "期限重算后撤销",
            "当时的期限推算",
        ):
            assert said in page, said
    paper = cast.client("zhao").get(f"/desk/alerts/{alert.matter.code}/card/").content.decode()
    assert "红牌通知" in paper and "已撤销" in paper


def test_explained_and_carded_and_appealed_by_the_buttons(cast: Cast) -> None:
    strict(cast)
    made = services.raise_alert(
        actor=cast.actor("sun"), violation="slow", text="材料压了三天没有办。", level="red", at=now(), about=begun(cast)
    )
    code = made.matter.code
    zhao, sun = cast.client("zhao"), cast.client("sun")
    assert code in zhao.get("/desk/alerts/").content.decode()
    assert zhao.post(f"/desk/alerts/{code}/explain/", {"text": "当天系统检修。"}).status_code == 302
    assert zhao.post(f"/desk/alerts/{code}/give_card/", {"level": "red", "reason": "自己发"}).status_code == 403
    answer = sun.post(f"/desk/alerts/{code}/give_card/", {"level": "red", "reason": "事实清楚。"})
    assert answer.status_code == 302 and Card.objects.get().level == "red"
    refused = sun.post(f"/desk/alerts/{code}/appeal/", {"reason": "替他申诉。"})
    assert refused.status_code == 403 and "只有被发牌的本人或单位可以申诉" in refused.content.decode()
    assert zhao.post(f"/desk/alerts/{code}/appeal/", {"reason": "请复核。"}).status_code == 302
    own = sun.post(f"/desk/alerts/{code}/confirm/", {"reason": "维持。"})
    assert own.status_code == 403 and "由另一个人复核" in own.content.decode()
    assert cast.client("leader").post(f"/desk/alerts/{code}/revoke/", {"reason": "属实，撤销。"}).status_code == 302
    assert Card.objects.get().standing == "withdrawn"
    assert cast.client("qian_staff").get(f"/desk/alerts/{code}/").status_code == 404


def test_a_rule_is_looked_at_first_then_saved_and_nonsense_is_said_at_its_field(cast: Cast) -> None:
    sun = cast.client("sun")
    url = "/manage/supervision/rules/stage-limit/edit/"
    good = {
        "label": "本阶段期限信号灯", "param_measure": "promised", "param_warn": "5", "param_yellow": "1", "param_red": "0",
        "in_use": "on", "why": "提前预警", "seen": "1",
    }  # fmt: skip
    begun(cast)
    shown = sun.post(url, good | {"verb": "preview"})
    assert shown.status_code == 200 and "修改后" in shown.content.decode()
    assert RuleVersion.objects.filter(rule__code="stage-limit").count() == 1
    wrong = sun.post(url, good | {"verb": "save", "param_yellow": "9"})
    assert wrong.status_code == 422 and "不能早于或等于预警" in wrong.content.decode()
    assert "不能是负数" in sun.post(url, good | {"verb": "save", "param_warn": "-3"}).content.decode()
    assert sun.post(url, good | {"verb": "save"}).status_code == 302
    assert RuleVersion.objects.filter(rule__code="stage-limit").count() == 2
    stale = sun.post(url, good | {"verb": "save", "param_warn": "6"})
    assert stale.status_code == 409
    made = sun.post(
        "/manage/supervision/rules/new/stalled/",
        {
            "verb": "save",
            "code": "stalled-long",
            "label": "久拖",
            "level": "red",
            "param_workdays": "9",
            "in_use": "on",
        },
    )
    assert made.status_code == 302
    page = sun.get("/manage/supervision/rules/stalled-long/").content.decode()
    assert "9 个工作日" in page
    assert cast.client("wang").get("/manage/supervision/rules/").status_code == 403
    assert cast.client("manager").get(url).status_code == 403


def test_limits_and_points_are_set_and_nonsense_is_refused(cast: Cast) -> None:
    sun = cast.client("sun")
    good = {
        "explain_workdays": "2", "judge_workdays": "5", "appeal_workdays": "5", "review_workdays": "10", "red_points": "10",
        "yellow_points": "5", "notice_points": "1", "late_points": "2", "deemed_points": "3", "light_points": "1",
    }  # fmt: skip
    assert sun.post("/manage/supervision/terms/", good | {"appeal_workdays": "0"}).status_code == 422
    assert sun.post("/manage/supervision/terms/", good | {"yellow_points": "20"}).status_code == 422
    assert sun.post("/manage/supervision/terms/", good).status_code == 302
    assert Terms.objects.get().explain_workdays == 2


def counted(where: str, *params: Any) -> int:
    """An independent count of alerts."""
    joined = "supervision_alert a join matters_matter m on m.id = a.matter_id left join supervision_card c"
    counting = f"select count(*) from {joined} on c.alert_id = a.matter_id where {where}"  # noqa: S608 - words of this file
    with connection.cursor() as cursor:
        cursor.execute(counting, list(params))
        return int(cursor.fetchone()[0])


def test_each_number_is_an_independent_count_and_opens_its_list(cast: Cast, alert: Alert) -> None:
    carded(cast, alert, at("02-12T11:00"))
    services.raise_alert(
        actor=cast.actor("sun"),
        violation="arbitrary",
        text="擅自撤回派驻人员。",
        at=at("02-12T12:00"),
        unit=cast.units["housing"],
    )
    sun = cast.actor("sun")
    first, last = at("02-01T00:00").date(), at("02-28T00:00").date()
    true = {"all": "true", "open": "m.closed_at is null", "red": "c.level = 'red'", "yellow": "c.level = 'yellow'"}
    for by in selectors.BY:
        lines = selectors.figures(sun, first, last, by)
        for mark, where in true.items():
            assert sum(line.counts[mark] for line in lines) == counted(where), (by, mark)
            assert selectors.alerts(sun, AlertFilters(mark=mark, first=first, last=last)).count() == counted(where)
        page = cast.client("sun").get(f"/manage/supervision/figures/?by={by}&first={first}&last={last}")
        assert page.status_code == 200
    (score, *_) = [
        each for each in selectors.scores(sun, first, last, Terms()) if each.department_id == cast.units["market"].pk
    ]
    assert (score.red, score.points) == (1, 90)
    for url in ("alerts/", "cards/", "figures/", "scores/", "rules/"):
        answer = cast.client("sun").get(f"/manage/supervision/{url}?as=xlsx&first={first}&last={last}")
        assert answer.status_code == 200 and "spreadsheet" in answer["content-type"]
    svg = cast.client("sun").get(f"/manage/supervision/figures/?as=svg&first={first}&last={last}")
    assert svg["content-type"].startswith("image/svg")


def test_the_interface_tells_alerts_cards_and_rules(cast: Cast, alert: Alert) -> None:
    from django.test import Client

    carded(cast, alert, at("02-12T11:00"))
    client = Client(headers={"authorization": f"Bearer {cast.token('sun')}"})
    listed = client.get("/api/v1/alerts?state=open").json()
    assert alert.matter.code in {each["code"] for each in listed["alerts"]}
    one = client.get(f"/api/v1/alerts/{alert.matter.code}").json()
    assert one["evidence"]["due_on"] == "2027-02-10" and one["card"] == "red"
    assert client.get("/api/v1/cards?level=red").json()["cards"][0]["alert"] == alert.matter.code
    assert any(each["code"] == "shell" for each in client.get("/api/v1/supervision/rules").json()["rules"])
    stranger = Client(headers={"authorization": f"Bearer {cast.token('wang')}"})
    assert stranger.get("/api/v1/alerts").status_code == 403


def test_lists_are_narrowed_and_odd_questions_narrow_nothing(cast: Cast, alert: Alert) -> None:
    sun = cast.client("sun")
    for asked in ("state=raised", "level=red", "rule=errand-red", "q=试办", "state=nonsense&department=x&first=foo"):
        assert alert.matter.code in sun.get(f"/manage/supervision/alerts/?{asked}").content.decode(), asked
    for asked in ("state=carded", "level=yellow&rule=errand-red", "q=没有这个", "first=2028-01-01"):
        assert alert.matter.code not in sun.get(f"/manage/supervision/alerts/?{asked}").content.decode(), asked
    assert isinstance(alert.found_at, datetime) and alert.found_at < at("02-12T10:00") + timedelta(days=1)
