"""The board's page: what is red now, why, whose, since when; and each number opens a list of as many (R215)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from openpyxl import load_workbook

from tests.cast import Cast
from yimen.ground.kit import live
from yimen.ground.kit.moments import local, now
from yimen.ground.matters import watching
from yimen.ground.matters.fast_forward import in_its_own_time, mark_synthetic
from yimen.ground.matters.models import Matter
from yimen.service.cases.tests.stage import published, submitted
from yimen.watch.supervision import selectors
from yimen.watch.supervision.models import LightChange
from yimen.watch.supervision.policies import LIGHTS

BOARD, BEHIND = "/desk/watch/", "/desk/watch/matters/"


@pytest.fixture(autouse=True)
def own_time(db: None) -> Iterator[None]:
    mark_synthetic()
    with in_its_own_time():
        yield


@pytest.fixture
def late(cast: Cast) -> str:
    """Three applications: one long overdue, two that came today."""
    at = now()
    item = published(cast, at=at - timedelta(days=90))
    first = submitted(cast, item, at=at - timedelta(days=60))
    for _ in range(2):
        submitted(cast, item, at=at - timedelta(seconds=1))
    watching.sweep_all(at)
    return first


def page(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, answer.status_code
    return str(answer.content.decode())


def rows(said: str) -> int:
    return said.count("data-live-key=")


def test_it_says_what_why_whose_and_since_when(cast: Cast, late: str) -> None:
    said = page(cast.client("sun"), BOARD)
    matter = Matter.objects.get(code=late)
    change = LightChange.objects.filter(matter=matter).latest("pk")
    assert matter.light == "red"
    assert rows(said) == 1
    for words in (
        late,
        matter.title,
        "超期",
        "停在“",
        "期限信号灯",
        "清河县市场监督管理局",
        f"{local(change.since):%H:%M}",
    ):
        assert words in said
    assert f'data-live="{LIGHTS}"' in said
    assert "现在红灯 1 件" in said


def test_each_number_opens_a_list_of_as_many(cast: Cast, late: str) -> None:
    client = cast.client("sun")
    said = page(client, BOARD)
    tiles = re.search(r'id="board-numbers".*?</ul>', said, re.DOTALL)
    assert tiles
    found = re.findall(r'href="([^"]+)">([\d,]+)</a>', tiles[0])
    assert [number for _, number in found] == ["1", "0", "0", "3", "2", "0"]
    with connection.cursor() as cursor:
        cursor.execute(
            "select count(*) filter (where light = 'red'), count(*) from matters_matter where closed_at is null"
        )
        assert cursor.fetchone() == (1, 3)
    for address, number in found:
        assert rows(page(client, address.replace("&amp;", "&"))) == int(number), address


def test_it_is_narrowed_and_nonsense_means_no_filter(cast: Cast, late: str) -> None:
    client, department = cast.client("sun"), Matter.objects.get(code=late).department_id
    assert rows(page(client, f"{BOARD}?department={department}")) == 1
    assert rows(page(client, f"{BOARD}?department={department + 1000}")) == 0
    assert rows(page(client, f"{BOARD}?light=warn")) == 0
    assert rows(page(client, f"{BOARD}?q={late}")) == 1
    assert rows(page(client, f"{BOARD}?procedure=coordination")) == 0
    for odd in ("department=x&light=%27&procedure=%3Cb%3E", "department=99999999999999999999", "centre=-1&q=%00"[:9]):
        assert rows(page(client, f"{BOARD}?{odd}")) == 1
    assert client.get(f"{BEHIND}?which=nothing").status_code == 404
    assert client.get(f"{BEHIND}?which=opened&first=2026-99-99&last=x").status_code == 200
    assert client.get(f"{BOARD}?after=nonsense").status_code < 500


def test_nobody_sees_more_than_their_own(cast: Cast, late: str) -> None:
    assert cast.client("wang").get(BOARD).status_code == 403
    assert cast.client("wang").get(BEHIND).status_code == 403
    assert cast.client("li").get(BOARD).status_code == 403
    assert rows(page(cast.client("he"), BOARD)) == 1
    assert late not in page(cast.client("he"), f"{BOARD}?department={Matter.objects.get(code=late).department_id + 1}")


def test_the_list_is_taken_along(cast: Cast, late: str) -> None:
    answer = cast.client("sun").get(f"{BOARD}?as=xlsx")
    sheet = load_workbook(BytesIO(b"".join(answer))).active
    lines: list[tuple[Any, ...]] = list(sheet.iter_rows(values_only=True))
    assert len(lines) == 2
    assert (lines[1][0], lines[1][2]) == ("红灯", late)


def test_a_light_that_changes_is_announced(cast: Cast, late: str, monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[tuple[str, tuple[int | str, ...]]] = []
    monkeypatch.setattr(live, "announce", lambda topic, *ids: said.append((topic, ids)))
    matter = Matter.objects.exclude(code=late).earliest("pk")
    watching.sweep_all(now() + timedelta(days=60))
    assert any(topic == LIGHTS and matter.pk in ids for topic, ids in said)


def test_who_may_watch_may_listen(cast: Cast) -> None:
    answer = cast.client("sun").get(f"/live/ticket/?topics={LIGHTS}")
    assert (answer.status_code, answer.json()) == (200, {"url": ""}), "no live process in a trial without serve"
    assert cast.client("wang").get(f"/live/ticket/?topics={LIGHTS}").status_code == 403
    assert cast.client("li").get(f"/live/ticket/?topics={LIGHTS}").status_code == 403
    assert cast.client("sun").get("/live/ticket/?topics=no.such").status_code == 422
    assert Client().get(f"/live/ticket/?topics={LIGHTS}", headers={"Accept": "application/json"}).status_code in (
        302,
        401,
    )


def test_the_cockpit_counts_as_the_ledger_does(cast: Cast, late: str) -> None:
    at = now()
    found = selectors.cockpit(cast.actor("sun"), at)
    with connection.cursor() as cursor:
        cursor.execute(
            "select (opened_at at time zone 'Asia/Shanghai')::date, count(*) from matters_matter"
            " where opened_at > %s group by 1",
            [at - timedelta(days=29)],
        )
        opened = dict(cursor.fetchall())
        cursor.execute("select count(*) from matters_effecttaken")
        (effects,) = cursor.fetchone()
    assert {day.on: day.opened for day in found.days if day.opened} == opened
    assert [each.matter.code for each in found.urgent] == [late]
    assert found.effects == effects
    assert (len(found.days), len(found.months)) == (30, 12)


def test_the_wall_shows_it_and_keeps_itself_fresh(cast: Cast, late: str) -> None:
    said = page(cast.client("sun"), "/desk/watch/cockpit/")
    for words in (
        late,
        "现在红的、黄的，为什么",
        "各部门信号",
        "近 30 天",
        "法定后果",
        "看表",
        'data-live-renew-hours="6"',
    ):
        assert words in said
    assert cast.client("wang").get("/desk/watch/cockpit/").status_code == 403


def test_home_says_what_is_red(cast: Cast, late: str) -> None:
    said = page(cast.client("sun"), "/desk/")
    assert "现在什么是红的" in said
    assert "清河县市场监督管理局" in said


def test_the_day_of_a_list_is_the_day_of_the_number(cast: Cast, late: str) -> None:
    """Midnight in China, not in Greenwich."""
    sun, day = cast.actor("sun"), Matter.objects.get(code=late).opened_at
    on = local(day).date()
    assert selectors.behind(sun, "opened", first=on, last=on).count() == 1
    assert sum(each.opened for each in selectors.traffic(sun, on, on)) == 1
