"""Performance of single windows and people: each number is an independent count and opens its list (R217)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection

from tests.cast import Cast
from yimen.ground.kit import outbox
from yimen.ground.kit.moments import CHINA
from yimen.ground.matters.fast_forward import in_its_own_time, mark_synthetic
from yimen.ground.matters.models import Matter
from yimen.ground.matters.services import sweep_all
from yimen.service.cases import services as cases
from yimen.service.cases.tests.stage import published, submitted
from yimen.watch.supervision import policies, services
from yimen.watch.supervision.models import Alert, Terms
from yimen.watch.supervision.selectors import windows as counting
from yimen.watch.supervision.tests.stage import calling
from yimen.watch.supervision.tests.stage import found as again

MONDAY = datetime(2026, 9, 14, 10, tzinfo=CHINA)
FIRST, LAST = date(2026, 9, 1), date(2026, 10, 31)
DAYS = "first=2026-09-01&last=2026-10-31"


@pytest.fixture(autouse=True)
def own_time(db: None) -> Iterator[None]:
    mark_synthetic()
    with in_its_own_time():
        yield


@pytest.fixture
def played(cast: Cast) -> Cast:
    """At window 3: one granted late, one with a correction notice, one deemed accepted, one card on what is open."""
    item = published(cast, at=MONDAY - timedelta(days=1))
    wang, zhao = cast.actor("wang", MONDAY), cast.actor("zhao", MONDAY)
    late = submitted(cast, item, at=MONDAY)
    cases.accept_case(code=late, actor=wang, at=MONDAY + timedelta(minutes=5))
    cases.check_rest(code=late, actor=zhao, at=MONDAY + timedelta(hours=1))
    end = MONDAY + timedelta(days=40)
    cases.pass_review(code=late, actor=zhao, at=end, text="符合条件，建议准予。", conclusion="grant")
    cases.grant(code=late, actor=cast.actor("chen", end), at=end + timedelta(minutes=9))
    deemed = submitted(cast, item, at=MONDAY + timedelta(minutes=20))
    sweep_all(MONDAY + timedelta(days=20))
    matter = Matter.objects.get(code=deemed)
    made = services.detect(
        services.Found(
            key="t", text="拖着不办。", level="red", violation="slow", department_id=matter.department_id,
            since=MONDAY, about=matter, person=(cast.accounts["wang"].pk, cast.accounts["wang"].name),
        ),
        MONDAY + timedelta(days=21),
    )  # fmt: skip
    assert made is not None
    at = MONDAY + timedelta(days=21)
    services.explain(
        alert=again(made), actor=policies.as_concerned(cast.actor("wang", at), again(made)), text="忙不过来。", at=at
    )
    services.give_card(alert=again(made), actor=cast.actor("sun", at), level="red", reason="事实清楚。", at=at)
    while outbox.deliver_once():
        pass
    return cast


SQL = {
    "taken": "select count(*) from matters_matter m join cases_case c on c.matter_id = m.id where m.window_id = %s"
    " and m.opened_at >= '2026-09-01+08' and m.opened_at < '2026-11-01+08'",
    "accepted": "select count(*) from matters_matter m join cases_case c on c.matter_id = m.id where m.window_id = %s"
    " and c.accepted_at >= '2026-09-01+08' and c.accepted_at < '2026-11-01+08'",
    "deemed": "select count(distinct m.id) from matters_matter m join matters_step s on s.matter_id = m.id"
    " where m.window_id = %s and s.action = 'deem_accepted'",
    "slips": "select count(*) from matters_matter m join cases_case c on c.matter_id = m.id where m.window_id = %s"
    " and c.slip_number <> ''",
    "corrected": "select count(*) from matters_matter m join cases_case c on c.matter_id = m.id where m.window_id = %s"
    " and c.corrections > 0",
    "decided": "select count(*) from matters_matter m join cases_case c on c.matter_id = m.id where m.window_id = %s"
    " and c.decided_at is not null",
    "late": "select count(*) from matters_matter m join cases_case c on c.matter_id = m.id where m.window_id = %s"
    " and c.decided_at is not null and not m.on_time",
    "lit_red": "select count(distinct m.id) from matters_matter m join supervision_lightchange l on l.matter_id = m.id"
    " where m.window_id = %s and l.after = 'red' and l.at >= '2026-09-01+08' and l.at < '2026-11-01+08'",
    "red": "select count(*) from supervision_card c join supervision_alert a on a.matter_id = c.alert_id"
    " where a.window_id = %s and c.level = 'red' and c.standing <> 'withdrawn'",
}


def test_each_number_is_an_independent_count(played: Cast) -> None:
    sun = played.actor("sun")
    lines = counting.window_scores(sun, FIRST, LAST, Terms())
    assert lines
    for line in lines:
        for name, question in SQL.items():
            with connection.cursor() as cursor:
                cursor.execute(question, [int(line.key)])
                assert line.counts[name] == cursor.fetchone()[0], (line.name, name)
    whole = {name: sum(line.counts[name] for line in lines) for name in counting.LABELS}
    assert (whole["taken"], whole["accepted"], whole["deemed"], whole["in_time"]) == (2, 2, 1, 1)
    assert (whole["decided"], whole["late"], whole["red"]) == (1, 1, 1)
    lost = sum(line.counts[name] * getattr(Terms(), cost) for line in lines[:1] for name, cost in counting.COST.items())
    assert lines[0].points == max(0, 100 - lost)


def test_each_number_opens_its_list(played: Cast) -> None:
    client = played.client("sun")
    for by in ("window", "person"):
        page = client.get(f"/manage/supervision/scores/windows/?by={by}&{DAYS}").content.decode()
        cells = re.findall(
            r'<a href="(/manage/supervision/scores/windows/behind/[^"]+)" aria-label="[^"]*">(\d+)</a>', page
        )
        assert cells, by
        for address, number in cells:
            listed = client.get(address.replace("&amp;", "&")).content.decode()
            assert len(re.findall(r'<th scope="row"', listed)) == int(number), (by, address)
    book: Any = client.get(f"/manage/supervision/scores/windows/?{DAYS}&as=xlsx")
    assert len(b"".join(book.streaming_content)) > 1000
    assert b"<svg" in client.get(f"/manage/supervision/scores/windows/?{DAYS}&as=svg").content


def test_what_a_person_did(played: Cast) -> None:
    lines = {line.name: line for line in counting.person_scores(played.actor("sun"), FIRST, LAST, Terms())}
    wang = lines[played.accounts["wang"].name]
    with connection.cursor() as cursor:
        cursor.execute(
            "select count(distinct s.matter_id) from matters_step s where s.action = 'accept' and s.actor_uid = %s",
            [played.accounts["wang"].uid],
        )
        assert wang.counts["accepted"] == cursor.fetchone()[0] == 1
    assert wang.counts["red"] == Alert.objects.filter(person=played.accounts["wang"]).count() == 1


def test_who_may_see_people(played: Cast) -> None:
    assert played.client("wang").get("/manage/supervision/scores/windows/?by=person").status_code == 403
    leader = played.client("leader")
    assert leader.get("/manage/supervision/scores/windows/").status_code == 200
    assert leader.get("/manage/supervision/scores/windows/?by=person").status_code == 403
    uid = played.accounts["wang"].uid
    behind = f"/manage/supervision/scores/windows/behind/?by=person&key={uid}&which=red&{DAYS}"
    assert leader.get(behind).status_code == 404
    assert played.client("sun").get(behind).status_code == 200
    # The head of another department counts nothing of what is not theirs.
    assert counting.window_scores(played.actor("tang"), FIRST, LAST, Terms()) == []
    for nonsense in ("which=no&key=1", "which=red&key=x", "which=red&by=person&key=1", "which=taken&key=99999"):
        assert played.client("sun").get(f"/manage/supervision/scores/windows/behind/?{nonsense}").status_code == 404


def test_the_interface_says_what_the_page_says(played: Cast) -> None:
    sun, leader = calling(played, "sun"), calling(played, "leader")
    for by, count in (("window", counting.window_scores), ("person", counting.person_scores)):
        told = sun.get(f"/api/v1/supervision/window-scores?by={by}&{DAYS}").json()
        found = count(played.actor("sun"), FIRST, LAST, Terms())
        assert [(each["name"], each["points"], each["counts"]) for each in told["scores"]] == [
            (each.name, each.points, each.counts) for each in found
        ]
        assert told["labels"] == counting.LABELS
    assert leader.get(f"/api/v1/supervision/window-scores?{DAYS}").status_code == 200
    assert leader.get(f"/api/v1/supervision/window-scores?by=person&{DAYS}").status_code == 403


def test_points_are_set(cast: Cast) -> None:
    values = dict.fromkeys(("explain_workdays", "judge_workdays", "appeal_workdays", "review_workdays"), 1)
    values |= {
        "red_points": 9,
        "yellow_points": 3,
        "notice_points": 1,
        "late_points": 0,
        "deemed_points": 7,
        "light_points": 0,
    }
    services.set_terms(actor=cast.actor("sun"), values=values, at=MONDAY)
    assert services.terms_now().deemed_points == 7
