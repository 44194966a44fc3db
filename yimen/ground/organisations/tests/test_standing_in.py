"""请假代办: what a stand-in may do, how it is named, and when it ends (R016)."""

from __future__ import annotations

import threading
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connections, transaction
from django.test import Client

from tests.cast import INSTALLER, Cast, build_cast
from yimen.ground.identity import services as people
from yimen.ground.identity.models import Session
from yimen.ground.identity.rules import Actor, LetterPower
from yimen.ground.kit import moments
from yimen.ground.kit.models import AuditEntry, OutboxEvent
from yimen.ground.kit.refusals import Conflict, Invalid, NotAllowed, NotFound
from yimen.ground.organisations import selectors, services
from yimen.ground.organisations.capacities import Standing, in_capacity, letters_of, true_until
from yimen.ground.organisations.models import Delegation
from yimen.ground.organisations.policies import OutsideScope
from yimen.ground.organisations.services import Apart, NoDelegatingOn, NotAColleague

REVIEW = ("cases.review", "matters.view", "matters.claim")


def offered(
    cast: Cast,
    holder: str = "chen",
    stand_in: str = "zhao",
    codes: tuple[str, ...] = REVIEW,
    by: str = "",
    days: int = 3,
) -> Delegation:
    at = moments.now()
    return services.offer_delegation(
        actor=cast.actor(by or holder), post=cast.posts[holder], stand_in=cast.accounts[stand_in],
        codes=[code for code in codes if code in held_codes(cast, holder)], begins_on=moments.day_of(at),
        ends_on=moments.day_of(at) + timedelta(days=days), reason="年休假", at=at,
    )  # fmt: skip


def held_codes(cast: Cast, name: str) -> set[str]:
    return {right.code for right in cast.actor(name).permissions}


def live(cast: Cast, holder: str = "chen", stand_in: str = "zhao", codes: tuple[str, ...] | None = None) -> Delegation:
    every = tuple(code for code in held_codes(cast, holder) if not code.startswith("organisations."))
    made = offered(cast, holder, stand_in, codes or every)
    return services.accept_delegation(actor=cast.actor(stand_in), delegation=made, at=moments.now())


def at_work(cast: Cast, delegation: Delegation, name: str = "zhao") -> Client:
    """A browser in which this person works for the colleague."""
    client = cast.client(name)
    assert client.post(f"/desk/standing/{delegation.pk}/begin/").status_code == 302
    return client


def actor_in(client: Client) -> Actor:
    from yimen.ground.identity.services import sessions

    found = selectors.by_session(sessions.digest(client.cookies["session"].value), moments.now())
    assert found is not None
    assert found.actor is not None
    return found.actor


def test_a_stand_in_has_the_colleagues_rights_and_both_names(cast: Cast) -> None:
    client = at_work(cast, live(cast))
    actor = actor_in(client)
    assert actor.name == "赵强（代陈静）"
    assert actor.uid == cast.accounts["zhao"].uid
    assert actor.post_id == cast.posts["chen"].pk
    assert actor.holds("cases.decide")
    page = client.get("/desk/post/").content.decode()
    assert "代 陈静 办理" in page


def test_before_acceptance_nothing_is_given(cast: Cast) -> None:
    made = offered(cast)
    assert cast.client("zhao").post(f"/desk/standing/{made.pk}/begin/").status_code == 409
    assert actor_in(cast.client("zhao")).stand_ins == ()


def test_only_what_was_delegated_and_what_the_colleague_still_holds(cast: Cast) -> None:
    made = live(cast, codes=("matters.view", "cases.decide"))
    client = at_work(cast, made)
    assert {right.code for right in actor_in(client).permissions} == {"matters.view", "cases.decide"}
    for grant in cast.posts["chen"].grants.filter(code="cases.decide", ended_at__isnull=True):
        services.end_grant(actor=cast.actor("security"), grant=grant, at=moments.now())
    assert {right.code for right in actor_in(client).permissions} == {"matters.view"}


def test_deciding_needs_a_letter_of_ones_own(cast: Cast) -> None:
    client = at_work(cast, live(cast))
    assert not any("decide" in letter.powers for letter in actor_in(client).letters)
    services.revoke_letter(actor=cast.actor("he"), letter=cast.letters["market_zhao"], reason="重签", at=moments.now())
    letter = services.draft_letter(
        actor=INSTALLER, number="清政委〔2026〕77号", department=cast.units["market"], post=cast.posts["zhao"],
        powers=("review", "decide"), valid_from=moments.day_of(moments.now()), valid_to=date(2028, 1, 1),
        at=moments.now(),
    )  # fmt: skip
    services.sign_letter(actor=cast.actor("he"), letter=letter, at=moments.now())
    powers = [letter for letter in actor_in(client).letters if "decide" in letter.powers]
    assert [power.letter_id for power in powers] == [letter.pk]
    services.revoke_letter(actor=cast.actor("he"), letter=letter, reason="收回", at=moments.now())
    assert not any("decide" in letter.powers for letter in actor_in(client).letters)


def test_the_colleagues_letter_revoked_meanwhile_is_gone_with_the_next_request(cast: Cast) -> None:
    client = at_work(cast, live(cast))
    assert any("review" in letter.powers for letter in actor_in(client).letters)
    services.revoke_letter(actor=cast.actor("he"), letter=cast.letters["market_chen"], reason="收回", at=moments.now())
    assert actor_in(client).letters == ()


def power(number: int, powers: set[str], items: set[str] | None = None, department: int = 1) -> LetterPower:
    return LetterPower(
        number, f"{number}", department, frozenset(powers), None if items is None else frozenset(items),
        date(2026, 1, 1), date(2026, 12, 31),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("own", "theirs", "decides"),
    [
        ([], [power(1, {"decide"})], []),
        ([power(2, {"decide"})], [power(1, {"review"})], []),
        ([power(2, {"decide"}, department=9)], [power(1, {"decide"})], []),
        ([power(2, {"decide"})], [power(1, {"decide"})], [None]),
        ([power(2, {"decide"}, {"a", "b"})], [power(1, {"decide"})], [{"a", "b"}]),
        ([power(2, {"decide"})], [power(1, {"decide"}, {"a"})], [{"a"}]),
        ([power(2, {"decide"}, {"a", "b"})], [power(1, {"decide"}, {"b", "c"})], [{"b"}]),
    ],
)
def test_letters_of_a_stand_in(own: list[LetterPower], theirs: list[LetterPower], decides: list[Any]) -> None:
    found = [letter for letter in letters_of(own, theirs) if "decide" in letter.powers]
    assert [letter.items and set(letter.items) for letter in found] == decides


def test_it_ends_by_itself_to_the_second(cast: Cast) -> None:
    made = live(cast)
    client = at_work(cast, made)
    assert actor_in(client).stands_for == cast.accounts["chen"].pk
    Delegation.objects.filter(pk=made.pk).update(
        ends_at=moments.now() - timedelta(minutes=1), begins_at=made.begins_at - timedelta(hours=2)
    )
    answer = client.post("/desk/post/", {"post": cast.posts["chen"].pk})
    assert answer.status_code == 409
    assert "刚刚结束" in answer.content.decode()
    assert actor_in(client).stands_for is None
    assert Session.objects.get(account=cast.accounts["zhao"]).standing_in is None


def test_what_was_kept_does_not_outlive_it(cast: Cast) -> None:
    """The moment at which an actor stops being true is kept with it, also without a new stamp."""
    made = live(cast)
    own = cast.actor("zhao")
    standing = Standing(made.pk, frozenset(REVIEW), made.ends_at, cast.actor("chen"))
    before = in_capacity(own, standing, None, (), made.begins_at)
    assert before.stands_for_name == "陈静"
    assert true_until(standing, None, (), made.begins_at) == made.ends_at


def test_revoked_it_is_gone_with_the_next_request(cast: Cast) -> None:
    made = live(cast)
    client = at_work(cast, made)
    services.revoke_delegation(actor=cast.actor("chen"), delegation=made, reason="提前回来", at=moments.now())
    assert client.post("/desk/post/", {"post": cast.posts["zhao"].pk}).status_code == 409
    assert actor_in(client).name == "赵强"
    with pytest.raises(Conflict):
        services.revoke_delegation(actor=cast.actor("chen"), delegation=made, reason="再来", at=moments.now())


def test_when_the_colleague_loses_the_post_it_is_over(cast: Cast) -> None:
    made = live(cast)
    client = at_work(cast, made)
    services.end_post(actor=cast.actor("system"), post=cast.posts["chen"], at=moments.now())
    assert actor_in(client).stands_for is None
    made.refresh_from_db()
    assert made.revoked_at is not None


def test_when_the_colleagues_account_is_stopped_it_is_over(cast: Cast) -> None:
    client = at_work(cast, live(cast))
    people.disable_account(actor=cast.actor("system"), account=cast.accounts["chen"], reason="停职", at=moments.now())
    assert actor_in(client).stands_for is None


def test_no_delegating_on(cast: Cast) -> None:
    client = at_work(cast, live(cast))
    assert client.get("/desk/standing/new/").status_code == 403
    with pytest.raises(NoDelegatingOn):
        services.offer_delegation(
            actor=actor_in(client), post=cast.posts["chen"], stand_in=cast.accounts["zhou"], codes=["matters.view"],
            begins_on=moments.day_of(moments.now()), ends_on=moments.day_of(moments.now()), reason="转", at=moments.now(),
        )  # fmt: skip


def test_rights_over_rights_are_not_delegable(cast: Cast) -> None:
    for code in ("organisations.sign_letter", "organisations.break_glass", "organisations.manage", "cases.accept"):
        with pytest.raises(Invalid):
            services.offer_delegation(
                actor=cast.actor("he"), post=cast.posts["he"], stand_in=cast.accounts["zhou"], codes=[code],
                begins_on=moments.day_of(moments.now()), ends_on=moments.day_of(moments.now()), reason="假",
                at=moments.now(),
            )  # fmt: skip
    standing = Standing(1, frozenset({"organisations.sign_letter", "matters.view"}), moments.now(), cast.actor("he"))
    acting = in_capacity(cast.actor("zhou"), standing, None, (), moments.now())
    assert {right.code for right in acting.permissions} == {"matters.view"}
    assert acting.admin_role == ""


@pytest.mark.parametrize(
    ("stand_in", "refusal"),
    [("chen", Invalid), ("qian_staff", NotAColleague), ("wang", NotAColleague), ("security", NotAColleague)],
)
def test_who_may_not_stand_in(cast: Cast, stand_in: str, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        offered(cast, "chen", stand_in)


def test_an_administrator_stands_in_for_nobody_in_the_database_either(cast: Cast) -> None:
    made = offered(cast)
    from yimen.ground.organisations.services.guarding import guarded

    with pytest.raises(Apart), guarded():
        Delegation.objects.filter(pk=made.pk).update(account=cast.accounts["audit"])


def test_who_may_name_one(cast: Cast) -> None:
    with pytest.raises(OutsideScope):
        offered(cast, by="zhao")
    with pytest.raises(OutsideScope):
        offered(cast, by="tang")
    offered(cast, by="he")  # the department's head manages the unit


def test_days_that_cannot_be(cast: Cast) -> None:
    with pytest.raises(Invalid, match="结束日期早于"):
        offered(cast, days=-2)
    with pytest.raises(Invalid, match="最长"):
        offered(cast, days=90)
    services.set_staff_rules(actor=cast.actor("security"), at=moments.now(), delegation_longest_days=100)
    offered(cast, days=90)
    with pytest.raises(Conflict):
        offered(cast, stand_in="zhou", days=1)


def test_only_the_one_who_was_asked_answers_and_once(cast: Cast) -> None:
    made = offered(cast)
    with pytest.raises(NotFound):
        services.accept_delegation(actor=cast.actor("zhou"), delegation=made, at=moments.now())
    with pytest.raises(Conflict):
        services.accept_delegation(actor=cast.actor("zhao"), delegation=made, at=moments.now() + timedelta(days=9))
    services.decline_delegation(actor=cast.actor("zhao"), delegation=made, reason="我也请假", at=moments.now())
    with pytest.raises(Conflict):
        services.accept_delegation(actor=cast.actor("zhao"), delegation=made, at=moments.now())
    offered(cast, stand_in="zhou")  # a declined one leaves the days free


def test_strangers_see_nothing_of_it(cast: Cast) -> None:
    made = live(cast)
    for name in ("qian_staff", "zhou", "tang"):
        client = cast.client(name)
        assert client.get(f"/desk/standing/{made.uid}/").status_code == 404
        assert client.post(f"/desk/standing/{made.pk}/begin/").status_code == 404
        assert client.post(f"/desk/standing/{made.uid}/revoke/", {"reason": "试"}).status_code == 404


def test_a_token_never_stands_in(cast: Cast) -> None:
    made = live(cast)
    with pytest.raises(NotAllowed):
        services.stand_in(actor=cast.actor("zhao"), session=None, delegation=made, at=moments.now())
    at_work(cast, made)
    from yimen.ground.identity.services import sessions

    token = cast.token("zhao", "cases.*")
    found = selectors.by_token(sessions.digest(token), moments.now())
    assert found is not None
    assert found.actor is not None
    assert found.actor.name == "赵强"
    assert not found.actor.holds("cases.decide")


def test_switching_ones_own_post_ends_the_capacity(cast: Cast) -> None:
    client = at_work(cast, live(cast))
    client.post("/desk/post/", {"post": cast.posts["zhao"].pk})
    assert actor_in(client).stands_for is None
    client.post(f"/desk/standing/{Delegation.objects.get().pk}/begin/")
    client.post("/desk/standing/stop/")
    assert actor_in(client).stands_for is None


def test_audit_names_both(cast: Cast) -> None:
    client = at_work(cast, live(cast))
    client.post("/desk/standing/stop/")
    assert AuditEntry.objects.get(action="identity.stand_down").actor_name == "赵强（代陈静）"
    assert OutboxEvent.objects.filter(name="organisations.DelegationMoved").count() == 2


@pytest.mark.commits
def test_of_two_stand_ins_named_at_once_one_stands(committed_db: object) -> None:
    with transaction.atomic():
        cast = build_cast()
    barrier, ends = threading.Barrier(2), []

    def name(who: str) -> None:
        try:
            barrier.wait()
            offered(cast, stand_in=who)
            ends.append("named")
        except Conflict:
            ends.append("refused")
        finally:
            connections.close_all()

    threads = [threading.Thread(target=name, args=[who]) for who in ("zhao", "zhou")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(ends) == ["named", "refused"]
