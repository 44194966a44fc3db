"""Passwords: long enough, of enough kinds, not common, not one's own name, not used before."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import pairwise

import pytest

from tests.cast import LI_ID, PASSWORD, Cast
from yimen.ground.identity import passwords, services
from yimen.ground.identity.models import Account
from yimen.ground.identity.passwords import PasswordRefused
from yimen.ground.identity.services import CodeRefused, Profile
from yimen.ground.kit import moments
from yimen.ground.kit.refusals import Invalid, NotAllowed

AT = datetime(2026, 9, 1, 10, tzinfo=moments.CHINA)


@pytest.mark.parametrize(
    ("kind", "password"),
    [
        ("staff", "Lantern-73"),
        ("citizen", "Lan-73"),
        ("citizen", "lanternlantern"),
        ("citizen", "lantern73lantern"),
        ("citizen", "Password123"),
        ("citizen", "Passw0rd!"),
        ("citizen", "Aa1!Aa1!Aa1!"),
        ("citizen", "Qwertyuiop1"),
        ("citizen", "Liming-19900307"),
        ("citizen", "Aa-13812342671"),
        ("citizen", "Zhengwu-2026x"),
        ("citizen", "Yimen-2026-xx"),
        ("citizen", "Li_citizen-73"),
        ("citizen", "李明Lantern73"),
        ("citizen", "Lantern\x0073"),
        ("citizen", "Lantern-73\ud842"),
        ("citizen", "La-73" * 200_000),
    ],
)
def test_these_are_too_weak(cast: Cast, kind: str, password: str) -> None:
    account = Account(kind=kind, sign_in_name="li_citizen", name="李明")
    with pytest.raises(PasswordRefused) as refused:
        passwords.check(password, account, id_number=LI_ID, phone="13812342671")
    assert "password" in refused.value.fields


@pytest.mark.parametrize(
    ("kind", "password"), [("citizen", "Lan-tern73"), ("staff", "一盏灯笼Bridge73"), ("staff", PASSWORD)]
)
def test_these_will_do(cast: Cast, kind: str, password: str) -> None:
    passwords.check(password, Account(kind=kind, sign_in_name="li_citizen", name="李明"), id_number=LI_ID)


def test_the_last_five_are_not_used_again(cast: Cast) -> None:
    actor = cast.actor("li")
    used = [PASSWORD, *(f"Lantern-Number-{number}" for number in range(1, 5))]
    for old, new in pairwise(used):
        services.change_password(actor=actor, old=old, new=new, at=AT)
    for again in used:
        with pytest.raises(PasswordRefused):
            services.change_password(actor=actor, old=used[-1], new=again, at=AT)
    services.change_password(actor=actor, old=used[-1], new="Lantern-Number-9", at=AT)
    services.change_password(actor=actor, old="Lantern-Number-9", new=PASSWORD, at=AT)


def test_the_old_password_is_asked(cast: Cast) -> None:
    with pytest.raises(Invalid) as refused:
        services.change_password(actor=cast.actor("li"), old="Wrong-Password-1", new="Orchard-73-xy", at=AT)
    assert "old" in refused.value.fields


def test_staff_change_theirs_after_ninety_days(cast: Cast) -> None:
    account = cast.accounts["wang"]
    Account.objects.filter(pk=account.pk).update(password_changed_at=AT - timedelta(days=91))
    assert services.sign_in(name="wang", password=PASSWORD, kind="staff", at=AT).account.must_change_password


def test_an_administrator_never_learns_a_password(cast: Cast) -> None:
    account = cast.accounts["wang"]
    code = services.reset_password(actor=cast.actor("security"), account=account, at=AT)
    assert not Account.objects.get(pk=account.pk).has_usable_password()
    with pytest.raises(services.SignInRefused):
        services.sign_in(name="wang", password=PASSWORD, kind="staff", at=AT)
    with pytest.raises(CodeRefused):
        services.use_code(code=code, password="Orchard-Window-73", at=AT + timedelta(hours=25))
    services.use_code(code=code, password="Orchard-Window-73", at=AT + timedelta(hours=23))
    assert services.sign_in(name="wang", password="Orchard-Window-73", kind="staff", at=AT)


@pytest.mark.parametrize("who", ["system", "audit", "manager", "wang", "li"])
def test_nobody_else_resets_one(cast: Cast, who: str) -> None:
    with pytest.raises(NotAllowed):
        services.reset_password(actor=cast.actor(who), account=cast.accounts["zhao"], at=AT)


def test_nor_the_security_administrator_his_own(cast: Cast) -> None:
    with pytest.raises(NotAllowed):
        services.reset_password(actor=cast.actor("security"), account=cast.accounts["security"], at=AT)


@pytest.mark.parametrize("code", ["", "x", "ABCD-EFGH-JKMN", "\x00", "\ud842", "A" * 1_000_000])
def test_a_made_up_code_opens_nothing(cast: Cast, code: str) -> None:
    with pytest.raises(CodeRefused):
        services.use_code(code=code, password="Orchard-Window-73", at=AT)


def test_the_rules_change_only_within_the_floor(cast: Cast) -> None:
    actor = cast.actor("security")
    services.set_profile(
        actor=actor, kind="staff", profile=Profile(min_length=14, idle_minutes=10, max_sessions=2), at=AT
    )
    with pytest.raises(PasswordRefused, match="14"):
        passwords.check("Lantern-73-xy", Account(kind="staff", sign_in_name="x1", name="某"))
    for weak in (
        Profile(min_length=8, idle_minutes=15, max_sessions=1),
        Profile(min_length=12, idle_minutes=60, max_sessions=1),
        Profile(min_length=12, idle_minutes=15, max_sessions=1, max_failures=99),
    ):
        with pytest.raises(Invalid):
            services.set_profile(actor=actor, kind="staff", profile=weak, at=AT)
    with pytest.raises(NotAllowed):
        services.set_profile(actor=cast.actor("system"), kind="staff", profile=Profile(min_length=12), at=AT)
