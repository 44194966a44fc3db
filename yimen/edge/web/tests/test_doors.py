"""The site's own pages: the door, the elder switch, the gallery, and who may see them."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.cast import Cast


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/", "/?for=enterprise", "/help/accessibility/"])
def test_the_public_pages_need_nobody(client: Client, address: str) -> None:
    response = client.get(address)
    assert response.status_code == 200
    assert 'lang="zh-CN"' in response.content.decode()


@pytest.mark.django_db
def test_elder_mode_is_kept_in_a_cookie_and_drawn_by_the_server(client: Client) -> None:
    response = client.get("/elder/", {"on": "1", "next": "/help/accessibility/"})
    assert (response.status_code, response["Location"]) == (302, "/help/accessibility/")
    assert '<html lang="zh-CN" data-elder' in client.get("/").content.decode()
    client.get("/elder/", {"on": "0"})
    assert "data-elder>" not in client.get("/").content.decode()


def test_elder_mode_is_kept_with_the_account_of_whoever_is_signed_in(cast: Cast) -> None:
    cast.client("li").get("/elder/", {"on": "1"})
    account = cast.accounts["li"]
    account.refresh_from_db()
    assert account.elder_mode
    cast.client("li").get("/elder/", {"on": "0"})
    account.refresh_from_db()
    assert not account.elder_mode


@pytest.mark.django_db
@pytest.mark.parametrize("away", ["https://evil.example/", "//evil.example", "javascript:alert(1)", "\\\\evil", ""])
def test_the_switch_leads_nowhere_else(client: Client, away: str) -> None:
    assert client.get("/elder/", {"on": "1", "next": away})["Location"] == "/"


def test_the_gallery_is_for_administrators(client: Client, cast: Cast) -> None:
    assert client.get("/manage/look/")["Location"].startswith("/staff/sign-in/")
    refused = cast.client("li").get("/manage/look/")
    assert refused.status_code == 403
    assert "给工作人员用的" in refused.content.decode()
    assert "岗位" not in refused.content.decode()
    assert cast.client("wang").get("/manage/look/").status_code == 403
    assert "部件一览" not in cast.client("manager").get("/manage/").content.decode()
    assert "部件一览" in cast.client("system").get("/manage/").content.decode()
    for frame in ("", "?frame=portal"):
        response = cast.client("system").get(f"/manage/look/{frame}")
        assert response.status_code == 200
        assert response["Cache-Control"] == "no-store, private"


@pytest.mark.django_db
def test_the_maintenance_page_asks_to_come_back(client: Client) -> None:
    response = client.get("/offline/")
    assert (response.status_code, response["Retry-After"]) == (503, "600")


@pytest.mark.parametrize(
    ("name", "home"), [("wang", "/desk/inbox/"), ("chen", "/desk/inbox/"), ("audit", "/manage/"), ("sun", None)]
)
def test_each_member_of_staff_has_a_home(cast: Cast, name: str, home: str | None) -> None:
    response = cast.client(name).get("/desk/", follow=True)
    assert response.status_code == 200
    if home:
        assert response.redirect_chain[-1][0] == home


def test_a_citizen_has_no_desk(cast: Cast) -> None:
    assert cast.client("li").get("/my/").status_code == 200
    assert cast.client("li").get("/desk/").status_code == 403
