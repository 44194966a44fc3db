"""Signing in: one answer for every wrong try, a lock after five, never a hint whether the name exists."""

from __future__ import annotations

import statistics
import time
from datetime import datetime, timedelta

import pytest
from django.test import Client

from tests.cast import LI_ID, PASSWORD, Cast
from yimen.ground.identity import services
from yimen.ground.identity.models import Account, Session
from yimen.ground.identity.services import AccountDisabled, SignedIn, SignInLocked, SignInRefused
from yimen.ground.kit import moments
from yimen.ground.kit.models import AuditEntry

NOON = datetime(2026, 9, 1, 12, tzinfo=moments.CHINA)


def enter(
    name: str, password: str = PASSWORD, *, kind: str = "staff", ip: str = "10.0.0.1", at: datetime = NOON
) -> SignedIn:
    return services.sign_in(name=name, password=password, kind=kind, at=at, ip=ip)  # type: ignore[arg-type]


@pytest.mark.parametrize("typed", ["li_citizen", "LI_Citizen", LI_ID, "１３９８７６５３２１０"])
def test_a_citizen_signs_in_by_name_phone_or_document_number(cast: Cast, typed: str) -> None:
    signed_in = enter(typed, kind="citizen")
    assert signed_in.account.name in ("李明", "钱进")


def test_a_phone_of_two_accounts_opens_neither(cast: Cast) -> None:
    with pytest.raises(SignInRefused):
        enter("13812342671", kind="citizen")  # Li's, and the teahouse's


@pytest.mark.parametrize(
    ("name", "password", "kind"),
    [
        ("wang", "Wrong-Password-2026", "staff"),
        ("nobody", PASSWORD, "staff"),
        ("wang", PASSWORD, "citizen"),
        ("li_citizen", PASSWORD, "staff"),
        ("", PASSWORD, "staff"),
        ("wang\x00", PASSWORD + "\x00", "staff"),
        ("\ud842", "\ud842", "staff"),
        ("王" * 1_000_000, "长" * 1_000_000, "citizen"),
        ("' or 1=1 --", "' or 1=1 --", "citizen"),
    ],
)
def test_every_wrong_try_gets_the_same_answer(cast: Cast, name: str, password: str, kind: str) -> None:
    with pytest.raises(SignInRefused) as refused:
        enter(name, password, kind=kind)
    assert refused.value.message == "登录名或密码不对。"
    assert AuditEntry.objects.filter(action="identity.sign_in", result="refused").count() == 1


@pytest.mark.parametrize("name", ["wang", "nobody"])
def test_five_failures_lock_for_half_an_hour(cast: Cast, name: str) -> None:
    for minute in range(5):
        with pytest.raises(SignInRefused):
            enter(name, "Wrong-Password-2026", at=NOON + timedelta(minutes=minute))
    with pytest.raises(SignInLocked):
        enter(name, PASSWORD, at=NOON + timedelta(minutes=5))
    with pytest.raises(SignInLocked):
        enter(name, PASSWORD, at=NOON + timedelta(minutes=33))
    if name == "wang":
        assert enter(name, PASSWORD, at=NOON + timedelta(minutes=35)).account.name == "王芳"


def test_failures_more_than_a_quarter_of_an_hour_apart_do_not_add_up(cast: Cast) -> None:
    for number in range(12):
        with pytest.raises(SignInRefused):
            enter("wang", "Wrong-Password-2026", at=NOON + timedelta(minutes=4 * number))
    # the fifth fell into the sixteenth minute of the first, so counting began anew; and so on


def test_a_lock_at_one_address_does_not_shut_out_the_owner_elsewhere(cast: Cast) -> None:
    for _ in range(6):
        with pytest.raises((SignInRefused, SignInLocked)):
            enter("wang", "Wrong-Password-2026", ip="10.9.9.9")
    assert enter("wang", ip="10.0.0.1").account.name == "王芳"


def test_one_address_that_tries_many_names_is_stopped(cast: Cast) -> None:
    for number in range(20):
        with pytest.raises(SignInRefused):
            enter(f"guess{number}", "Wrong-Password-2026")
    with pytest.raises(SignInLocked):
        enter("wang")


def test_one_name_tried_from_many_addresses_is_stopped(cast: Cast) -> None:
    for number in range(20):
        with pytest.raises(SignInRefused):
            enter("wang", "Wrong-Password-2026", ip=f"10.1.0.{number}")
    with pytest.raises(SignInLocked):
        enter("wang", ip="10.2.0.1")


def test_a_success_forgets_the_failures_before(cast: Cast) -> None:
    for _ in range(3):
        for _ in range(4):
            with pytest.raises(SignInRefused):
                enter("wang", "Wrong-Password-2026")
        enter("wang")


def test_the_security_administrator_lifts_a_lock(cast: Cast) -> None:
    for _ in range(5):
        with pytest.raises(SignInRefused):
            enter("wang", "Wrong-Password-2026")
    services.unlock_sign_in(actor=cast.actor("security"), account=cast.accounts["wang"], at=NOON)
    assert enter("wang").account.name == "王芳"


def test_a_disabled_account_is_told_so_only_with_the_right_password(cast: Cast) -> None:
    services.disable_account(actor=cast.actor("system"), account=cast.accounts["wang"], reason="调离", at=moments.now())
    with pytest.raises(AccountDisabled):
        enter("wang")
    with pytest.raises(SignInRefused):
        enter("wang", "Wrong-Password-2026")


def test_an_unknown_name_takes_as_long_as_a_wrong_password(cast: Cast) -> None:
    """Measured in turn and in this thread's own time, so that a busy machine changes nothing."""

    def spent(name: str, number: int) -> float:
        started = time.thread_time()
        with pytest.raises(SignInRefused):
            enter(name, "Wrong-Password-2026", at=NOON + timedelta(hours=number), ip=f"10.3.0.{number}")
        return time.thread_time() - started

    spent("warm", 0)
    pairs = [(spent("wang", number), spent("nobody", number)) for number in range(1, 22)]
    known, unknown = (statistics.median(column) for column in zip(*pairs, strict=True))
    assert abs(known - unknown) < max(0.005, 0.2 * known)


def test_a_second_sign_in_of_staff_ends_the_first(cast: Cast) -> None:
    first, second = cast.client("wang"), cast.client("wang")
    assert second.get("/my/account/").status_code == 200
    assert first.get("/my/account/").status_code == 302
    assert Session.objects.filter(account=cast.accounts["wang"]).count() == 1


def test_through_the_page(cast: Cast) -> None:
    client = Client(enforce_csrf_checks=True)
    page = client.get("/staff/sign-in/?next=/manage/units/")
    assert page.status_code == 200
    before = client.cookies["csrf"].value
    form = {"name": "manager", "password": PASSWORD, "csrfmiddlewaretoken": before}
    answer = client.post("/staff/sign-in/?next=/manage/units/", form)
    assert (answer.status_code, answer["Location"]) == (302, "/manage/units/")
    cookie = client.cookies["session"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert client.cookies["csrf"].value != before
    assert client.get("/manage/units/").status_code == 200
    assert Account.objects.get(sign_in_name="manager").sessions.get().key_hash != cookie.value

    token = client.cookies["csrf"].value
    answer = client.post("/sign-out/", {"csrfmiddlewaretoken": token})
    assert answer["Location"] == "/staff/sign-in/"
    assert client.get("/manage/units/").status_code == 302
    assert not Session.objects.exists()


@pytest.mark.parametrize(
    "back", ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)", "/sign-out/", ""]
)
def test_the_way_back_never_leaves_the_site(cast: Cast, back: str) -> None:
    answer = Client().post("/sign-in/?" + "next=" + back, {"name": "li_citizen", "password": PASSWORD})
    assert answer["Location"] == "/my/"


def test_a_wrong_password_is_said_on_the_page_and_not_repeated(cast: Cast) -> None:
    answer = Client().post("/staff/sign-in/", {"name": "wang", "password": "Wrong-Password-2026"})
    assert answer.status_code == 422
    assert "登录名或密码不对" in answer.content.decode()
    assert "Wrong-Password-2026" not in answer.content.decode()


def test_a_first_password_must_be_changed_before_anything_else(cast: Cast) -> None:
    Account.objects.filter(pk=cast.accounts["wang"].pk).update(must_change_password=True)
    client = cast.client("wang")
    assert client.get("/desk/post/")["Location"] == "/my/account/password/"
    form = {"old": PASSWORD, "password": "Orchard-Window-73", "again": "Orchard-Window-73"}
    assert client.post("/my/account/password/", form)["Location"] == "/desk/"
    assert client.get("/desk/post/").status_code == 200
