"""The operations page says what is wrong and lets what was given up be tried again; nobody else sees it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection

from tests.cast import Cast
from yimen.ground.kit.models import AuditEntry, Delivery
from yimen.ground.kit.moments import now
from yimen.house import operations

pytestmark = pytest.mark.django_db


def park(number: int = 1) -> list[Delivery]:
    return [
        Delivery.objects.create(
            event_id=900 + each,
            event_name="cases.CaseAccepted",
            handler="yimen.x.y",
            state="parked",
            attempts=12,
            error="对方没有应答",
        )
        for each in range(number)
    ]


def sign(key: str) -> operations.Sign:
    return next(each for each in operations.look(now()) if each.key == key)


def test_what_was_given_up_is_shown_and_tried_again(cast: Cast) -> None:
    first, _second = park(2)
    client = cast.client("system")
    page = client.get("/manage/operations/").content.decode()
    assert "2 条多次失败后搁置" in page
    assert "对方没有应答" in page
    assert client.post("/manage/operations/retry/", {"delivery": first.pk}).status_code == 302
    assert Delivery.objects.get(pk=first.pk).state == "waiting"
    assert client.post("/manage/operations/retry/", {"delivery": first.pk}).status_code == 404
    assert client.post("/manage/operations/retry/").status_code == 302
    assert not Delivery.objects.filter(state="parked").exists()
    assert AuditEntry.objects.filter(action="house.try_again", result="ok").count() == 2


def test_a_queue_that_stands_still_is_said(cast: Cast) -> None:
    assert sign("outbox").verdict == "well"
    Delivery.objects.create(
        event_id=7, event_name="e", handler="h", state="waiting", next_at=now() - timedelta(minutes=30)
    )
    assert sign("outbox").verdict == "watch"
    assert "30 分钟" in sign("outbox").found


def test_next_years_calendar_is_missed_from_the_middle_of_november(cast: Cast) -> None:
    year = now().year
    early = next(each for each in operations.look(now().replace(month=3, day=1)) if each.key == "calendar")
    late = next(each for each in operations.look(now().replace(month=12, day=1)) if each.key == "calendar")
    assert (early.verdict, late.verdict) == ("well", "watch")
    assert str(year + 1) in late.found


def test_a_silent_worker_is_bad(cast: Cast) -> None:
    assert sign("worker").verdict == "bad"
    with connection.cursor() as cursor:
        cursor.execute("insert into procrastinate_workers (last_heartbeat) values (now())")
    assert sign("worker").verdict == "well"


@pytest.mark.parametrize(("who", "status"), [("security", 403), ("manager", 403), ("wang", 403), ("audit", 200)])
def test_who_looks(cast: Cast, who: str, status: int) -> None:
    park()
    client = cast.client(who)
    assert client.get("/manage/operations/").status_code == status
    assert client.post("/manage/operations/retry/").status_code == 403
    assert Delivery.objects.filter(state="parked").count() == 1
