"""The doors, one's account, and the administration of people and organisation, looked at."""

from __future__ import annotations

from typing import Any

import pytest

from tests.cast import PASSWORD


@pytest.mark.parametrize("phone", [False, True])
def test_the_doors(browse: Any, look: Any, phone: bool) -> None:
    page = browse(phone=phone)
    tail = "-phone" if phone else ""
    for path, name in (
        ("/sign-in/", "sign-in"),
        ("/staff/sign-in/", "staff-sign-in"),
        ("/register/", "register"),
        ("/register/?kind=legal", "register-legal"),
        ("/sign-in/code/", "use-code"),
        ("/sign-in/forgotten/", "forgotten"),
    ):
        page.goto(path)
        look(page, f"people-{name}{tail}")


@pytest.mark.parametrize("phone", [False, True])
def test_a_citizen_s_own_pages(browse: Any, look: Any, phone: bool) -> None:
    page = browse("li", phone=phone, elder=phone)
    tail = "-elder-phone" if phone else ""
    for path, name in (
        ("/my/account/", "account"),
        ("/my/account/contact/", "contact"),
        ("/my/account/password/", "password"),
        ("/my/account/close/", "close"),
    ):
        page.goto(path)
        look(page, f"people-{name}{tail}")


def test_the_manager_s_pages(browse: Any, look: Any, site: Any) -> None:
    page = browse("manager")
    cast = site.cast
    for path, name in (
        ("/manage/units/", "units"),
        (f"/manage/units/{cast.units['centre'].pk}/", "unit"),
        (f"/manage/units/{cast.units['centre'].pk}/windows/new/", "new-window"),
        ("/manage/windows/", "windows"),
        (f"/manage/posts/{cast.posts['wang'].pk}/", "post"),
        (f"/manage/posts/{cast.posts['wang'].pk}/end/", "end-post"),
        ("/manage/staff/", "staff"),
        ("/manage/seals/", "seals"),
    ):
        page.goto(path)
        look(page, f"people-{name}")


def test_the_head_s_letters(browse: Any, look: Any, site: Any) -> None:
    page = browse("he")
    for path, name in (
        ("/manage/letters/", "letters"),
        (f"/manage/letters/{site.cast.letters['market_wang'].pk}/", "letter"),
        (f"/manage/units/{site.cast.units['market'].pk}/letters/new/", "new-letter"),
        (f"/manage/seals/{site.cast.seals['market'].pk}/", "seal"),
    ):
        page.goto(path)
        look(page, f"people-{name}")


def test_the_three_consoles(browse: Any, look: Any, site: Any) -> None:
    wang = site.cast.accounts["wang"].uid
    for who, pages in {
        "system": ((f"/manage/staff/{wang}/", "system-staff-member"), ("/manage/staff/new/", "open-account")),
        "security": (
            (f"/manage/staff/{wang}/", "security-staff-member"),
            ("/manage/security/", "security"),
            ("/manage/security/staff/", "security-profile"),
            ("/manage/grants/", "grants"),
            ("/manage/administrators/", "administrators"),
            (f"/manage/posts/{site.cast.posts['wang'].pk}/grant/", "give-grant"),
        ),
        "audit": (("/manage/audit/", "audit"), ("/manage/audit/?result=refused&since=2026-13-40", "audit-mistake")),
    }.items():
        page = browse(who)
        for path, name in pages:
            page.goto(path)
            look(page, f"people-{name}", silent="mistake" not in name)


def test_manage_on_a_phone(browse: Any, look: Any) -> None:
    page = browse("manager", phone=True)
    for path, name in (("/manage/units/", "units"), ("/manage/staff/", "staff")):
        page.goto(path)
        look(page, f"people-{name}-phone")


def test_signing_in_and_registering_without_javascript(browse: Any) -> None:
    page = browse(js=False, phone=True)
    page.goto("/register/")
    page.get_by_label("姓名", exact=True).fill("郑和平")
    page.get_by_label("证件类型").select_option("passport")
    page.get_by_label("证件号码").fill("e12345678")
    page.get_by_label("手机号").fill("13700001111")
    page.get_by_label("登录名").fill("zheng")
    page.get_by_label("密码", exact=True).fill(PASSWORD)
    page.get_by_label("再输一次密码").fill(PASSWORD)
    page.get_by_role("button", name="注册").click()
    page.goto("/my/account/")
    assert "郑和平" in page.content()
    assert "E12345678" not in page.content()
