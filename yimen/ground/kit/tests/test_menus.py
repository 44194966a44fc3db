"""Menus show what the actor may open, mark where one is, and count only for those who see the entry."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from django.http import HttpRequest
from django.test import RequestFactory

from yimen.ground.kit import pages
from yimen.ground.kit.pages import MenuItem, Shell, register_menu


@dataclass
class Someone:
    """As much of an actor as a page asks."""

    kind: str = "staff"
    name: str = "王芳"
    codes: tuple[str, ...] = ()
    window: str = "综合窗口 3 号"
    department: str = ""
    post: str = ""

    def holds(self, code: str) -> bool:
        return code in self.codes


@pytest.fixture(autouse=True)
def empty_menus(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "_menus", {})


def shell(path: str = "/desk/", actor: Any = None, **cookies: str) -> Shell:
    request = RequestFactory().get(path)
    request.COOKIES.update(cookies)
    request.actor = actor  # type: ignore[attr-defined]
    return Shell(request)


def labels(groups: tuple[pages.Group, ...]) -> list[tuple[str, list[str]]]:
    return [(group.label, [entry.label for entry in group.entries]) for group in groups]


def test_entries_stand_in_order_under_their_headings() -> None:
    register_menu("desk", MenuItem("办件查询", "/desk/find/", group="查询", order=30))
    register_menu("desk", MenuItem("收件箱", "/desk/inbox/", group="办理", order=10))
    register_menu("desk", MenuItem("待送达", "/desk/deliver/", group="办理", order=40))
    assert labels(shell(actor=Someone()).desk_menu) == [("办理", ["收件箱", "待送达"]), ("查询", ["办件查询"])]


def test_only_what_the_actor_holds_is_shown_and_counted() -> None:
    asked: list[str] = []

    def count(request: HttpRequest) -> int:
        asked.append(request.path)
        return 14

    register_menu("desk", MenuItem("收件箱", "/desk/inbox/", permission=("cases.accept", "cases.review"), count=count))
    assert shell(actor=Someone()).desk_menu == ()
    assert asked == []
    (group,) = shell(actor=Someone(codes=("cases.review",))).desk_menu
    assert group.entries[0].count == 14


def test_a_visitor_sees_what_needs_no_right_and_an_unknown_view_is_left_out() -> None:
    register_menu("portal", MenuItem("首页", "/"))
    register_menu("portal", MenuItem("还没有", "nowhere:view"))
    register_menu("portal", MenuItem("我的办件", "/my/cases/", for_kind="citizen"))
    assert [entry.label for entry in shell("/").portal_menu] == ["首页"]


@pytest.mark.parametrize(
    ("path", "here"),
    [("/desk/", ["工作台"]), ("/desk/inbox/", ["收件箱"]), ("/desk/inbox/7/", ["收件箱"]), ("/desk/other/", [])],
)
def test_the_nearest_entry_is_marked(path: str, here: list[str]) -> None:
    register_menu("desk", MenuItem("工作台", "/desk/"))
    register_menu("desk", MenuItem("收件箱", "/desk/inbox/"))
    entries = [entry for group in shell(path, Someone()).desk_menu for entry in group.entries]
    assert [entry.label for entry in entries if entry.here] == here


def test_the_same_address_is_registered_once() -> None:
    register_menu("own", MenuItem("账号", "/my/account/"))
    register_menu("own", MenuItem("我的账号", "/my/account/"))
    assert [entry.label for entry in shell(actor=Someone()).own_menu] == ["我的账号"]


def test_elder_mode_follows_the_cookie_and_the_switch_turns_it() -> None:
    assert not shell("/track/?q=茶").elder
    assert shell("/track/?q=茶").elder_url.startswith("/elder/?on=1&next=%2Ftrack%2F%3Fq%3D")
    assert shell("/track/", elder="1").elder
    assert "on=0" in shell("/track/", elder="1").elder_url


@pytest.mark.parametrize(
    ("path", "actor", "frame"),
    [
        ("/desk/x/", Someone(), "kit/desk.html"),
        ("/manage/x/", Someone(), "kit/manage.html"),
        ("/desk/x/", None, "kit/portal.html"),
        ("/desk/x/", Someone(kind="citizen"), "kit/portal.html"),
        ("/items/", Someone(), "kit/portal.html"),
    ],
)
def test_a_refusal_stays_in_the_frame_it_came_from(path: str, actor: Someone | None, frame: str) -> None:
    assert shell(path, actor).frame == frame
