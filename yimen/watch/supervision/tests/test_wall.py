"""A screen on a wall: connected by a code, shows one page for months, and stops when its right is gone."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client

from tests.cast import INSTALLER, Cast
from yimen.ground.kit.models import AuditEntry
from yimen.ground.kit.moments import now
from yimen.ground.organisations.models import Grant
from yimen.watch.supervision import services
from yimen.watch.supervision.models import WallScreen
from yimen.watch.supervision.policies import LIGHTS

pytestmark = pytest.mark.django_db


def connected(cast: Cast) -> Client:
    added = services.add_wall(actor=cast.actor("sun"), name="三楼会议室", days=90, at=now())
    screen = Client()
    assert screen.post("/wall/", {"code": f"{added.code[:4]} {added.code[4:]}"}).status_code == 302
    return screen


def test_from_the_code_to_the_picture(cast: Cast) -> None:
    sun = cast.client("sun")
    said = sun.post("/desk/watch/walls/", {"name": "三楼会议室", "days": "90"}, follow=True).content.decode()
    found = re.search(r"配对码：(\d{4} \d{4})", said)
    assert found
    screen = Client()
    assert "配对码" in screen.get("/wall/").content.decode()
    answer = screen.post("/wall/", {"code": found[1]})
    assert answer.status_code == 302
    cookie = answer.cookies["wall"]
    assert (cookie["path"], cookie["httponly"], cookie["samesite"]) == ("/wall/", True, "Lax")
    picture = screen.get("/wall/").content.decode()
    assert "现在红的、黄的，为什么" in picture
    assert 'data-live-ticket="/wall/ticket/"' in picture
    assert "/desk/" not in picture, "nobody is signed in here"
    assert screen.get(f"/wall/ticket/?topics={LIGHTS}").json() == {"url": ""}
    assert Client().post("/wall/", {"code": found[1]}).status_code == 422, "a code opens once"
    listed = sun.get("/desk/watch/walls/").content.decode()
    assert "正在显示" in listed
    codes = list(AuditEntry.objects.filter(action__contains="_wall").order_by("id").values_list("action", flat=True))
    assert codes == ["supervision.add_wall", "supervision.open_wall"]


def test_it_shows_nothing_else(cast: Cast) -> None:
    screen = connected(cast)
    assert screen.get("/desk/watch/").status_code in (302, 401)
    assert screen.get(f"/live/ticket/?topics={LIGHTS}", headers={"Accept": "application/json"}).status_code in (
        302,
        401,
    )


def test_wrong_and_late_codes(cast: Cast) -> None:
    at = now()
    late = services.add_wall(actor=cast.actor("sun"), name="大厅", days=7, at=at - timedelta(minutes=11))
    for code in ("", "12345678" * 2, "<b>", late.code):
        answer = Client().post("/wall/", {"code": code})
        assert answer.status_code == 422, code
    assert WallScreen.objects.exclude(key_digest="").count() == 0


def test_guessing_is_slowed_down(cast: Cast) -> None:
    statuses = [Client().post("/wall/", {"code": f"{each:08d}"}).status_code for each in range(14)]
    assert statuses[-1] == 429


def test_it_ends_by_hand_with_its_time_and_with_the_right(cast: Cast) -> None:
    screen = connected(cast)
    wall = WallScreen.objects.get()
    assert cast.client("he").post(f"/desk/watch/walls/{wall.uid}/end/").status_code == 404, "not hers"
    assert cast.client("wang").post(f"/desk/watch/walls/{wall.uid}/end/").status_code == 403
    assert cast.client("sun").post(f"/desk/watch/walls/{wall.uid}/end/").status_code == 302
    assert screen.get("/wall/").status_code == 401
    assert cast.client("sun").post(f"/desk/watch/walls/{wall.uid}/end/").status_code == 409

    screen = connected(cast)
    WallScreen.objects.filter(ended_at=None).update(ends_at=now() - timedelta(seconds=1))
    assert screen.get("/wall/").status_code == 401

    screen = connected(cast)
    assert screen.get("/wall/").status_code == 200
    Grant.objects.filter(code__startswith="supervision.").delete()
    assert screen.get("/wall/").status_code == 401
    assert screen.get(f"/wall/ticket/?topics={LIGHTS}", headers={"Accept": "application/json"}).status_code in (
        302,
        401,
    )


def test_what_makes_no_wall(cast: Cast) -> None:
    assert cast.client("wang").get("/desk/watch/walls/").status_code == 403
    assert cast.client("sun").post("/desk/watch/walls/", {"name": "", "days": "90"}).status_code == 422
    assert cast.client("sun").post("/desk/watch/walls/", {"name": "x", "days": "9999"}).status_code == 422
    assert INSTALLER is not None
