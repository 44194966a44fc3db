"""A session ends with the right it stands on: at the next request, not later."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
import time_machine

from tests.cast import PASSWORD, Cast
from yimen.ground.identity import services
from yimen.ground.identity.models import Session
from yimen.ground.kit import moments
from yimen.ground.organisations import services as organisations
from yimen.ground.organisations.models import Grant

NOON = datetime(2026, 9, 1, 12, tzinfo=moments.CHINA)
PAGE = "/my/account/"


def disable(cast: Cast) -> None:
    services.disable_account(actor=cast.actor("system"), account=cast.accounts["wang"], reason="调离", at=moments.now())


def end_all(cast: Cast) -> None:
    services.end_sessions(account=cast.accounts["wang"], actor=cast.actor("security"), at=moments.now())


def reset(cast: Cast) -> None:
    services.reset_password(actor=cast.actor("security"), account=cast.accounts["wang"], at=moments.now())


def relieve(cast: Cast) -> None:
    organisations.end_post(actor=cast.actor("manager"), post=cast.posts["wang"], at=moments.now())


def change_password(cast: Cast) -> None:
    services.change_password(actor=cast.actor("wang"), old=PASSWORD, new="Orchard-Window-73", at=moments.now())


@pytest.mark.parametrize("how", [disable, end_all, reset, relieve, change_password])
def test_a_session_ends_with_its_right(cast: Cast, how: Callable[[Cast], None]) -> None:
    client = cast.client("wang")
    assert client.get(PAGE).status_code == 200
    how(cast)
    answer = client.get(PAGE)
    assert answer.status_code == 302
    assert not Session.objects.filter(account=cast.accounts["wang"]).exists()
    assert client.cookies["session"].value == ""


def test_a_permission_taken_back_is_gone_at_the_next_request(cast: Cast) -> None:
    client = cast.client("manager")
    assert client.get("/manage/units/").status_code == 200
    for grant in Grant.objects.filter(post=cast.posts["manager"]):
        organisations.end_grant(actor=cast.actor("security"), grant=grant, at=moments.now())
    assert client.get("/manage/units/").status_code == 403


def test_a_letter_taken_back_is_gone_at_the_next_request(cast: Cast) -> None:
    assert len(cast.actor("wang").letters) == 2
    organisations.revoke_letter(
        actor=cast.actor("he"), letter=cast.letters["market_wang"], reason="调整分工", at=moments.now()
    )
    assert [letter.department_id for letter in cast.actor("wang").letters] == [cast.units["housing"].pk]


@pytest.mark.parametrize(("who", "minutes"), [("wang", 15), ("li", 30)])
def test_idle_sessions_end(cast: Cast, who: str, minutes: int) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        client = cast.client(who)
        assert client.get(PAGE).status_code == 200
        for _ in range(3):
            clock.shift(timedelta(minutes=minutes - 1))
            assert client.get(PAGE).status_code == 200
        clock.shift(timedelta(minutes=minutes))
        assert client.get(PAGE).status_code == 302


def test_a_page_that_polls_by_itself_keeps_no_session_alive(cast: Cast) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        client = cast.client("wang")
        for _ in range(14):
            clock.shift(timedelta(minutes=1))
            assert client.get(PAGE, headers={"X-Passive": "1"}).status_code == 200
        clock.shift(timedelta(minutes=1))
        assert client.get(PAGE, headers={"X-Passive": "1"}).status_code == 302


def test_no_session_lasts_longer_than_eight_hours(cast: Cast) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        client = cast.client("wang")
        for _ in range(47):
            clock.shift(timedelta(minutes=10))
            assert client.get(PAGE).status_code == 200
        clock.shift(timedelta(minutes=10))
        assert client.get(PAGE).status_code == 302


@pytest.mark.parametrize("cookie", ["", "x", "a" * 43, "é" * 43, "a" * 100_000, "' or 1=1 --"])
def test_a_made_up_cookie_opens_nothing(cast: Cast, cookie: str) -> None:
    from django.test import Client

    client = Client()
    client.cookies["session"] = cookie
    assert client.get(PAGE).status_code == 302


def test_one_ends_one_s_own_session_and_nobody_else_s(cast: Cast) -> None:
    cast.client("li")
    lis = Session.objects.get(account=cast.accounts["li"])
    assert cast.client("qian").post(f"/my/account/sessions/{lis.uid}/end/").status_code == 404
    other = cast.client("li")
    assert other.post(f"/my/account/sessions/{lis.uid}/end/").status_code == 302
    assert not Session.objects.filter(uid=lis.uid).exists()


def test_who_holds_two_posts_works_in_the_one_chosen(cast: Cast) -> None:
    second = organisations.create_post(
        actor=cast.actor("manager"),
        unit=cast.units["intake"],
        duty="issuer",
        title="出件岗（兼）",
        at=moments.now(),
        window=cast.windows["window1"],
        main=False,
    )
    organisations.appoint(actor=cast.actor("manager"), post=second, account=cast.accounts["wang"], at=moments.now())
    client = cast.client("wang")
    assert client.get(PAGE).wsgi_request.actor.window == "综合窗口 3 号"  # type: ignore[attr-defined]
    assert client.post("/desk/post/", {"post": second.pk}).status_code == 302
    assert client.get(PAGE).wsgi_request.actor.window == "统一出件窗口 1 号"  # type: ignore[attr-defined]
    assert client.post("/desk/post/", {"post": cast.posts["zhao"].pk}).status_code == 422
    organisations.end_post(actor=cast.actor("manager"), post=second, at=moments.now())
    assert client.get(PAGE).status_code == 302
