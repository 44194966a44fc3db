"""The second factor of staff: bound once, proved once a code, recovered by codes that each let in once (R016, 等保 8.1.4.1 d)."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta
from typing import Any

import pyotp
import pytest
from django.db import connection, connections
from django.test import Client

from tests.cast import PASSWORD, Cast, build_cast
from yimen.ground.identity import services
from yimen.ground.identity.models import Account, RecoveryCode, SecondFactor, Session
from yimen.ground.identity.rules import Actor, SignIn
from yimen.ground.identity.services import (
    Bound,
    CodeWrong,
    FactorNeeded,
    FactorStands,
    SignInLocked,
)
from yimen.ground.kit import moments
from yimen.ground.kit.models import AuditEntry, OutboxEvent
from yimen.ground.kit.refusals import Conflict, NotAllowed

NOON = datetime(2026, 9, 1, 12, tzinfo=moments.CHINA)
DOOR, SECOND, BIND = "/staff/sign-in/", "/staff/sign-in/second/", "/staff/sign-in/bind/"


def code_at(account: Account, at: datetime) -> str:
    return pyotp.TOTP(SecondFactor.objects.get(account=account).secret).at(at)


def bind(cast: Cast, name: str, at: datetime = NOON) -> tuple[Actor, Bound]:
    """Bind a second factor for this person, through the services."""
    account = cast.accounts[name]
    actor = Actor(uid=account.uid, name=account.name, kind="staff", account_id=account.pk)
    signed_in = services.open_session(account, at=at)
    services.offer_factor(actor=actor, at=at)
    return actor, services.bind_factor(actor=actor, session=signed_in.session.uid, code=code_at(account, at), at=at)


def door(account: Account, at: datetime) -> Session:
    return services.open_session(account, at=at).session


def prove(cast: Cast, actor: Actor, code: str, at: datetime) -> Session:
    session = door(cast.accounts["wang"], at)
    services.prove_factor(actor=actor, session=session.uid, code=code, at=at)
    return Session.objects.get(uid=session.uid)


def test_the_secret_is_not_readable_in_the_database(cast: Cast) -> None:
    bind(cast, "wang")
    secret = SecondFactor.objects.get(account=cast.accounts["wang"]).secret
    with connection.cursor() as cursor:
        cursor.execute("select secret from identity_secondfactor")
        assert secret not in cursor.fetchone()[0]


def test_binding_needs_a_first_code(cast: Cast) -> None:
    actor, signed_in = cast.actor("wang", NOON), services.open_session(cast.accounts["wang"], at=NOON)
    services.offer_factor(actor=actor, at=NOON)
    with pytest.raises(CodeWrong):
        services.bind_factor(actor=actor, session=signed_in.session.uid, code="000000", at=NOON)
    assert not services.has_factor(cast.accounts["wang"].pk)


def test_a_secret_offered_twice_is_the_same_so_two_tabs_agree(cast: Cast) -> None:
    actor = cast.actor("wang", NOON)
    first = services.offer_factor(actor=actor, at=NOON)
    assert services.offer_factor(actor=actor, at=NOON + timedelta(minutes=5)) == first
    assert services.offer_factor(actor=actor, at=NOON + timedelta(minutes=40)) != first


def test_once_bound_a_session_is_half_until_the_code(cast: Cast) -> None:
    actor, _ = bind(cast, "wang")
    later = NOON + timedelta(hours=1)
    session = door(cast.accounts["wang"], later)
    assert session.factor_due
    services.prove_factor(actor=actor, session=session.uid, code=code_at(cast.accounts["wang"], later), at=later)
    proved = Session.objects.get(uid=session.uid)
    assert not proved.factor_due
    assert proved.factor_at == later
    assert proved.key_hash != session.key_hash  # a new cookie for what opens more


@pytest.mark.parametrize("apart", [-30, 0, 30])
def test_a_small_drift_is_let_pass(cast: Cast, apart: int) -> None:
    actor, _ = bind(cast, "wang")
    later = NOON + timedelta(hours=1)
    prove(cast, actor, code_at(cast.accounts["wang"], later + timedelta(seconds=apart)), later)


@pytest.mark.parametrize("apart", [-90, 90, 3600])
def test_a_late_or_early_code_is_refused(cast: Cast, apart: int) -> None:
    actor, _ = bind(cast, "wang")
    later = NOON + timedelta(hours=1)
    with pytest.raises(CodeWrong):
        prove(cast, actor, code_at(cast.accounts["wang"], later + timedelta(seconds=apart)), later)


def test_a_code_counts_once_and_so_does_its_time_step(cast: Cast) -> None:
    actor, _ = bind(cast, "wang")
    later = NOON + timedelta(hours=1)
    code = code_at(cast.accounts["wang"], later)
    prove(cast, actor, code, later)
    with pytest.raises(CodeWrong, match="用过"):
        prove(cast, actor, code, later + timedelta(seconds=5))
    # Nor does the code of the step before, which would still be within the drift.
    with pytest.raises(CodeWrong):
        prove(cast, actor, code_at(cast.accounts["wang"], later - timedelta(seconds=30)), later + timedelta(seconds=5))


def test_the_code_that_bound_does_not_let_in(cast: Cast) -> None:
    actor, _ = bind(cast, "wang")
    with pytest.raises(CodeWrong, match="用过"):
        prove(cast, actor, code_at(cast.accounts["wang"], NOON), NOON + timedelta(seconds=10))


@pytest.mark.parametrize(
    "typed", ["", " ", "12345", "1234567", "abcdef", "１２３４５６", "\x00" * 6, "\ud842", "9" * 10_000]
)
def test_odd_codes_are_refused_in_words(cast: Cast, typed: str) -> None:
    actor, _ = bind(cast, "wang")
    with pytest.raises(CodeWrong) as refused:
        prove(cast, actor, typed, NOON + timedelta(hours=1))
    assert "验证码不对" in refused.value.message
    assert AuditEntry.objects.filter(action="identity.prove_factor", result="refused").count() == 1


def test_five_wrong_codes_close_the_door_for_the_right_one(cast: Cast) -> None:
    actor, _ = bind(cast, "wang")
    later = NOON + timedelta(hours=1)
    for _ in range(5):
        with pytest.raises(CodeWrong):
            prove(cast, actor, "000000", later)
    with pytest.raises(SignInLocked):
        prove(cast, actor, code_at(cast.accounts["wang"], later), later)


def test_ten_recovery_codes_each_once(cast: Cast) -> None:
    actor, bound = bind(cast, "wang")
    assert len(set(bound.codes)) == 10
    later = NOON + timedelta(hours=1)
    prove(cast, actor, bound.codes[0].lower(), later)
    with pytest.raises(CodeWrong, match="用过"):
        prove(cast, actor, bound.codes[0], later)
    prove(cast, actor, bound.codes[1].replace("-", " "), later)
    assert services.recovery_codes_left(cast.accounts["wang"].pk) == 8
    assert not RecoveryCode.objects.filter(code_hash__in=bound.codes).exists()


def test_anothers_recovery_code_is_worth_nothing(cast: Cast) -> None:
    actor, _ = bind(cast, "wang")
    _, others = bind(cast, "zhao")
    with pytest.raises(CodeWrong, match="不对"):
        prove(cast, actor, others.codes[0], NOON + timedelta(hours=1))


def test_new_recovery_codes_end_the_old_ones_and_need_a_fresh_proof(cast: Cast) -> None:
    actor, bound = bind(cast, "wang")
    session = Session.objects.get(account=cast.accounts["wang"])
    sign_in = SignIn(session=session.uid, factor_at=session.factor_at)
    with pytest.raises(FactorNeeded):
        services.renew_recovery_codes(actor=actor, sign_in=sign_in, at=NOON + timedelta(hours=2))
    services.renew_recovery_codes(actor=actor, sign_in=sign_in, at=NOON + timedelta(minutes=2))
    with pytest.raises(CodeWrong):
        prove(cast, actor, bound.codes[0], NOON + timedelta(hours=1))


def test_a_lost_telephone_is_the_security_administrators_affair(cast: Cast) -> None:
    bind(cast, "wang")
    for who in ("system", "audit", "he", "wang"):
        with pytest.raises(NotAllowed):
            services.reset_factor(actor=cast.actor(who), account=cast.accounts["wang"], reason="手机丢失", at=NOON)
    services.reset_factor(actor=cast.actor("security"), account=cast.accounts["wang"], reason="手机丢失", at=NOON)
    assert not services.has_factor(cast.accounts["wang"].pk)
    assert not Session.objects.filter(account=cast.accounts["wang"]).exists()
    assert AuditEntry.objects.get(action="identity.reset_factor").reason == "手机丢失"
    assert OutboxEvent.objects.filter(name="identity.SecondFactorReset").count() == 1
    with pytest.raises(Conflict):
        services.reset_factor(actor=cast.actor("security"), account=cast.accounts["wang"], reason="再来", at=NOON)
    bind(cast, "security")
    with pytest.raises(NotAllowed):
        services.reset_factor(actor=cast.actor("security"), account=cast.accounts["security"], reason="自己", at=NOON)


def test_production_issues_no_token_without_a_second_factor(cast: Cast, settings: Any) -> None:
    cast.token("wang")
    settings.PRODUCTION = True
    with pytest.raises(FactorNeeded):
        cast.token("wang")
    bind(cast, "wang")
    cast.token("wang")


# The doors, as a browser sees them


def knock(name: str = "wang") -> Client:
    client = Client()
    client.post(DOOR, {"name": name, "password": PASSWORD})
    return client


def test_in_a_trial_nobody_is_asked_unless_the_profile_says_so(cast: Cast) -> None:
    assert knock().get("/desk/post/").status_code == 200
    profile = services.Profile(min_length=12, idle_minutes=15, max_sessions=1, second_factor=True)
    services.set_profile(actor=cast.actor("security"), kind="staff", profile=profile, at=moments.now())
    client = knock()
    answer = client.get("/desk/")
    assert answer.status_code == 302
    assert answer["Location"].startswith(SECOND)


def test_in_production_whoever_has_none_is_led_to_binding_and_does_nothing_else(cast: Cast, settings: Any) -> None:
    settings.PRODUCTION = True
    client = knock()
    for address in (
        "/desk/",
        "/manage/units/",
        "/my/account/",
        "/my/second-factor/",
        "/desk/post/",
        "/my/account/password/",
    ):
        answer = client.get(address)
        assert answer.status_code == 302, address
        assert answer["Location"].startswith(SECOND), address
    assert client.post("/desk/post/", {"post": "1"}).status_code == 302
    assert client.get(SECOND)["Location"] == BIND
    page = client.get(BIND)
    assert page.status_code == 200
    assert page["Cache-Control"] == "no-store"
    code = code_at(cast.accounts["wang"], moments.now())
    shown = client.post(BIND, {"code": code})
    assert shown.status_code == 200
    assert shown.content.decode().count("<li>") >= 10
    assert client.get("/desk/post/").status_code == 200


def test_in_production_a_session_of_before_is_not_whole(cast: Cast, settings: Any) -> None:
    client = cast.client("wang")
    assert client.get("/desk/post/").status_code == 200
    settings.PRODUCTION = True
    assert client.get("/desk/")["Location"].startswith(SECOND)


def test_half_signed_in_is_nobody_for_public_pages_and_may_leave(cast: Cast) -> None:
    bind(cast, "wang", moments.now() - timedelta(hours=1))
    client = knock()
    assert "王芳" not in client.get("/").content.decode()
    assert "王芳" in client.get(SECOND).content.decode()
    client.post("/sign-out/")
    assert not Session.objects.filter(account=cast.accounts["wang"]).exists()


def test_the_page_of_the_code_is_closed_to_visitors(cast: Cast) -> None:
    assert Client().get(SECOND).status_code in (302, 401)
    assert Client().post(BIND, {"code": "123456"}).status_code in (302, 401)


def test_the_right_code_opens_the_page_that_was_asked_for(cast: Cast) -> None:
    bind(cast, "wang", moments.now() - timedelta(hours=1))
    client = Client()
    answer = client.post(f"{DOOR}?next=/desk/post/", {"name": "wang", "password": PASSWORD})
    assert answer["Location"] == f"{SECOND}?next=%2Fdesk%2Fpost%2F"
    assert client.post(answer["Location"], {"code": "000000"}).status_code == 422
    answer = client.post(answer["Location"], {"code": code_at(cast.accounts["wang"], moments.now())})
    assert answer["Location"] == "/desk/post/"
    assert client.get("/desk/post/").status_code == 200


@pytest.mark.parametrize("to", ["//evil.example/", "https://evil.example/", "/\\evil.example", "javascript:alert(1)"])
def test_the_door_leads_nowhere_else(cast: Cast, to: str) -> None:
    bind(cast, "wang", moments.now() - timedelta(hours=1))
    client = knock()
    answer = client.post(SECOND + "?next=" + to, {"code": code_at(cast.accounts["wang"], moments.now())})
    assert answer["Location"] == "/desk/"


def test_a_dangerous_page_asks_again_and_comes_back(cast: Cast) -> None:
    bind(cast, "security", moments.now() - timedelta(hours=3))
    client = Client()
    client.post(DOOR, {"name": "security", "password": PASSWORD})
    client.post(SECOND, {"code": code_at(cast.accounts["security"], moments.now())})
    address = f"/manage/posts/{cast.posts['zhao'].pk}/grant/"
    assert client.get(address).status_code == 200
    Session.objects.update(factor_at=moments.now() - timedelta(minutes=16))
    answer = client.get(address)
    assert answer["Location"].startswith("/my/second-factor/again/?next=")
    # Opened in time, a form may still be sent a little later; half an hour later it may not.
    assert client.post(address, {}).status_code == 422
    Session.objects.update(factor_at=moments.now() - timedelta(minutes=40))
    assert client.post(address, {}).status_code == 302


@pytest.mark.commits
def test_of_two_who_bind_at_once_one_wins(committed_db: object) -> None:
    cast = build_cast()
    at = moments.now()
    account = cast.accounts["wang"]
    session = services.open_session(account, at=at).session
    actor = cast.actor("wang")
    offers: list[Any] = []
    _at_once(lambda: offers.append(services.offer_factor(actor=actor, at=at)))
    assert len(set(offers)) == 1
    code, ends = code_at(account, at), []

    def confirm() -> None:
        try:
            services.bind_factor(actor=actor, session=session.uid, code=code, at=at)
            ends.append("bound")
        except FactorStands:
            ends.append("stands")

    _at_once(confirm)
    assert sorted(ends) == ["bound", "stands", "stands", "stands"]
    assert services.recovery_codes_left(account.pk) == 10


@pytest.mark.commits
def test_of_four_who_send_one_code_at_once_one_is_let_in(committed_db: object) -> None:
    cast = build_cast()
    at = moments.now()
    actor, bound = bind(cast, "wang", at - timedelta(hours=1))
    session = door(cast.accounts["wang"], at)
    for code in (code_at(cast.accounts["wang"], at), bound.codes[0]):
        ends: list[str] = []

        def enter(code: str = code, ends: list[str] = ends) -> None:
            try:
                services.prove_factor(actor=actor, session=session.uid, code=code, at=at)
                ends.append("in")
            except CodeWrong:
                ends.append("out")

        _at_once(enter)
        assert sorted(ends) == ["in", "out", "out", "out"]


def _at_once(act: Any, number: int = 4) -> None:
    barrier = threading.Barrier(number)

    def run() -> None:
        try:
            barrier.wait()
            act()
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run) for _ in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
