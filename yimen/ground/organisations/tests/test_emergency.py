"""应急授权: short, seen, marked, judged; never without a second factor (R016)."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connections, transaction
from django.test import Client

from tests.cast import Cast, build_cast
from yimen.ground.identity.models import Session
from yimen.ground.identity.rules import Actor, SignIn
from yimen.ground.identity.services import FactorNeeded
from yimen.ground.identity.tests.test_second_factor import bind
from yimen.ground.kit import moments
from yimen.ground.kit.models import AuditEntry
from yimen.ground.kit.refusals import Conflict, Invalid, NotAllowed
from yimen.ground.organisations import services
from yimen.ground.organisations.models import Emergency
from yimen.ground.organisations.selectors import standing
from yimen.ground.organisations.tests.test_standing_in import actor_in

CODES = ("cases.accept", "cases.decide")


def proved(cast: Cast, name: str, at: datetime) -> SignIn:
    """A session in which the second factor was proved just now."""
    bind(cast, name, at)
    session = Session.objects.get(account=cast.accounts[name], factor_at=at)
    return SignIn(session=session.uid, factor_at=session.factor_at)


def opened(cast: Cast, name: str = "he", hours: int = 2, codes: Any = CODES, at: datetime | None = None) -> Emergency:
    at = at or moments.now()
    return services.open_emergency(
        actor=cast.actor(name), session=proved(cast, name, at), codes=codes, reason="系统故障，窗口无人可办", hours=hours,
        at=at,
    )  # fmt: skip


def client_of(cast: Cast, name: str) -> Client:
    client = cast.client(name)
    Session.objects.filter(account=cast.accounts[name]).update(factor_due=False, factor_at=moments.now())
    return client


def test_it_gives_the_rights_where_one_may_open_it_and_marks_every_act(cast: Cast) -> None:
    made = opened(cast)
    actor = actor_in(client_of(cast, "he"))
    assert {held.scope_id for code in CODES for held in actor.held(code)} == {cast.units["market"].pk}
    assert actor.post == f"局长（应急授权第 {made.pk} 号）"
    assert actor.emergency_id == made.pk


def test_it_brings_no_letter(cast: Cast) -> None:
    opened(cast)
    assert actor_in(client_of(cast, "he")).letters == cast.actor("he").letters == ()


def test_nobody_without_a_second_factor(cast: Cast) -> None:
    at = moments.now()
    client = cast.client("he")
    session = SignIn(session=Session.objects.get(account=cast.accounts["he"]).uid)
    for given in (session, None, SignIn(token_scopes=("organisations.*",))):
        with pytest.raises(FactorNeeded):
            services.open_emergency(actor=cast.actor("he"), session=given, codes=CODES, reason="急", hours=1, at=at)
    answer = client.post("/desk/emergencies/new/", {"codes": list(CODES), "reason": "急", "hours": "1"})
    assert answer.status_code == 403
    assert "还没有绑定动态验证码" in answer.content.decode()
    assert not Emergency.objects.exists()


def test_a_proof_of_yesterday_is_none(cast: Cast) -> None:
    at = moments.now()
    session = proved(cast, "he", at - timedelta(hours=1))
    with pytest.raises(FactorNeeded, match="再输一次"):
        services.open_emergency(actor=cast.actor("he"), session=session, codes=CODES, reason="急", hours=1, at=at)


@pytest.mark.parametrize("name", ["wang", "zhao", "chen", "sun", "system", "security", "audit"])
def test_only_who_holds_the_permission(cast: Cast, name: str) -> None:
    with pytest.raises(NotAllowed):
        opened(cast, name)
    assert client_of(cast, name).get("/desk/emergencies/new/").status_code == 403


@pytest.mark.parametrize(
    ("codes", "hours"),
    [
        ((), 1),
        (("organisations.manage",), 1),
        (("admin.system",), 1),
        (("no.such",), 1),
        (CODES, 0),
        (CODES, 5),
        (CODES, -1),
    ],
)
def test_what_it_does_not_give(cast: Cast, codes: tuple[str, ...], hours: int) -> None:
    with pytest.raises(Invalid):
        opened(cast, hours=hours, codes=codes)


def test_the_setting_shortens_it_and_the_database_holds_four_hours(cast: Cast) -> None:
    services.set_staff_rules(actor=cast.actor("security"), at=moments.now(), emergency_hours=1)
    with pytest.raises(Invalid):
        opened(cast, hours=2)
    with pytest.raises(Invalid):
        services.set_staff_rules(actor=cast.actor("security"), at=moments.now(), emergency_hours=5)
    at = moments.now()
    with pytest.raises(IntegrityError), transaction.atomic():
        Emergency.objects.create(
            account=cast.accounts["he"], post=cast.posts["he"], codes=[], places=[], reason="x", opened_at=at,
            ends_at=at + timedelta(hours=4, seconds=1),
        )  # fmt: skip


def test_it_ends_by_itself_and_early(cast: Cast) -> None:
    made = opened(cast, at=moments.now() - timedelta(hours=3))
    assert actor_in(client_of(cast, "he")).emergency_id is None
    with pytest.raises(Conflict):
        services.end_emergency(actor=cast.actor("he"), emergency=made, at=moments.now())


def test_ended_early_it_is_gone_with_the_next_request(cast: Cast) -> None:
    made, client = opened(cast), client_of(cast, "he")
    assert actor_in(client).emergency_id == made.pk
    with pytest.raises(NotAllowed):
        services.end_emergency(actor=cast.actor("wang"), emergency=made, at=moments.now())
    client.post(f"/desk/emergencies/{made.pk}/end/")
    assert actor_in(client).emergency_id is None
    with pytest.raises(IntegrityError), transaction.atomic():
        Emergency.objects.filter(pk=made.pk).update(ended_at=None)


def test_with_the_permission_goes_the_emergency(cast: Cast) -> None:
    opened(cast)
    client = client_of(cast, "he")
    [grant] = cast.posts["he"].grants.filter(code="organisations.break_glass", ended_at__isnull=True)
    services.end_grant(actor=cast.actor("security"), grant=grant, at=moments.now())
    assert actor_in(client).emergency_id is None


def test_what_is_done_under_it_is_listed(cast: Cast) -> None:
    made, client = opened(cast), client_of(cast, "he")
    client.post(f"/desk/emergencies/{made.pk}/end/")
    page = cast.client("audit").get(f"/desk/emergencies/{made.pk}/").content.decode()
    assert "提前结束应急授权" in page
    assert AuditEntry.objects.get(action="organisations.end_emergency").actor_post.endswith(
        f"（应急授权第 {made.pk} 号）"
    )


def test_the_audit_administrator_judges_it_once_afterwards(cast: Cast) -> None:
    made, at = opened(cast), moments.now()
    audit = cast.actor("audit")
    for who in ("security", "system", "he", "sun"):
        with pytest.raises(NotAllowed):
            services.review_emergency(actor=cast.actor(who), emergency=made, verdict="justified", note="", at=at)
    with pytest.raises(Conflict, match="还没有结束"):
        services.review_emergency(actor=audit, emergency=made, verdict="justified", note="", at=at)
    later = made.ends_at + timedelta(minutes=1)
    assert list(standing.to_review(later)) == [made]
    with pytest.raises(Invalid):
        services.review_emergency(actor=audit, emergency=made, verdict="unjustified", note=" ", at=later)
    with pytest.raises(Invalid):
        services.review_emergency(actor=audit, emergency=made, verdict="whatever", note="", at=later)
    services.review_emergency(actor=audit, emergency=made, verdict="unjustified", note="平时的授权够用", at=later)
    with pytest.raises(Conflict):
        services.review_emergency(actor=audit, emergency=made, verdict="justified", note="", at=later)
    assert not standing.to_review(later).exists()
    with pytest.raises(IntegrityError), transaction.atomic():
        Emergency.objects.filter(pk=made.pk).update(verdict="justified")


def test_a_token_has_no_part_in_it(cast: Cast) -> None:
    from yimen.ground.identity.services import sessions
    from yimen.ground.organisations import selectors

    opened(cast)
    found = selectors.by_token(sessions.digest(cast.token("he", "cases.*")), moments.now())
    assert found is not None
    assert found.actor is not None
    assert not found.actor.holds("cases.decide")


def test_strangers_do_not_see_it(cast: Cast) -> None:
    made = opened(cast)
    assert cast.client("tang").get(f"/desk/emergencies/{made.pk}/").status_code == 404
    assert cast.client("wang").get("/desk/emergencies/").status_code == 403
    assert cast.client("sun").get(f"/desk/emergencies/{made.pk}/").status_code == 200


def test_a_stand_in_opens_none(cast: Cast) -> None:
    from dataclasses import replace

    at = moments.now()
    session = proved(cast, "he", at)
    acting: Actor = replace(cast.actor("he"), stands_for=cast.accounts["luo"].pk)
    with pytest.raises(NotAllowed):
        services.open_emergency(actor=acting, session=session, codes=CODES, reason="急", hours=1, at=at)


@pytest.mark.commits
def test_of_two_opened_at_once_one_stands(committed_db: object) -> None:
    with transaction.atomic():
        cast = build_cast()
    at = moments.now()
    session, actor = proved(cast, "he", at), cast.actor("he")
    barrier, ends = threading.Barrier(3), []

    def take() -> None:
        try:
            barrier.wait()
            services.open_emergency(actor=actor, session=session, codes=CODES, reason="急", hours=1, at=at)
            ends.append("open")
        except Conflict:
            ends.append("refused")
        finally:
            connections.close_all()

    threads = [threading.Thread(target=take) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(ends) == ["open", "refused", "refused"]
