"""Accounts of leavers and of nobody: noticed, warned, stopped, reopened (等保 8.1.4.2)."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import connections, transaction

from tests.cast import Cast, build_cast
from yimen.ground.identity.models import Account, ApiToken, Session
from yimen.ground.kit import moments
from yimen.ground.kit.models import AuditEntry, OutboxEvent
from yimen.ground.kit.refusals import Conflict, NotAllowed
from yimen.ground.organisations import services
from yimen.ground.organisations.models import AccountClosing
from yimen.ground.organisations.selectors.closing import managers_of, without_second_factor

NOW = moments.now()
DAY = timedelta(days=1)


@pytest.fixture
def left(cast: Cast) -> Cast:
    """Everybody was here today but the agent, who has left."""
    Account.objects.filter(kind="staff").update(last_login=NOW)
    services.end_post(actor=cast.actor("system"), post=cast.posts["agent"], at=NOW)
    return cast


def row() -> AccountClosing:
    return AccountClosing.objects.get()


def test_a_leaver_is_noticed_warned_stopped(left: Cast) -> None:
    left.token("agent")
    left.client("agent")
    assert services.close_due(at=NOW).facts() == {"noticed": 1, "warned": 0, "closed": 0, "withdrawn": 0}
    assert OutboxEvent.objects.filter(name="organisations.StaffWithoutPost").count() == 1
    assert services.close_due(at=NOW + 22 * DAY, unused=False).facts()["warned"] == 0
    assert services.close_due(at=NOW + 23 * DAY, unused=False).facts()["warned"] == 1
    assert services.close_due(at=NOW + 24 * DAY, unused=False).facts()["warned"] == 0
    assert left.accounts["agent"].is_active
    assert services.close_due(at=NOW + 30 * DAY, unused=False).facts()["closed"] == 1
    account = Account.objects.get(sign_in_name="agent")
    assert not account.is_active
    assert "没有岗位" in account.disabled_reason
    assert not Session.objects.filter(account=account).exists()
    assert ApiToken.objects.get(account=account).revoked_at is not None
    assert services.close_due(at=NOW + 31 * DAY, unused=False).facts()["closed"] == 0


def test_a_leaver_noticed_late_still_gets_the_warning(left: Cast) -> None:
    assert services.close_due(at=NOW + 200 * DAY, unused=False).facts()["warned"] == 1
    assert services.close_due(at=NOW + 206 * DAY, unused=False).facts()["closed"] == 0
    assert services.close_due(at=NOW + 207 * DAY, unused=False).facts()["closed"] == 1


def test_a_new_post_takes_it_back(left: Cast) -> None:
    services.close_due(at=NOW)
    services.appoint(actor=left.actor("system"), post=left.posts["agent"], account=left.accounts["agent"], at=NOW)
    assert services.close_due(at=NOW + DAY, unused=False).facts()["withdrawn"] == 1
    assert services.close_due(at=NOW + 60 * DAY, unused=False).facts()["closed"] == 0


def test_a_post_that_ended_by_its_date_counts(cast: Cast) -> None:
    Account.objects.filter(kind="staff").update(last_login=NOW)
    post = cast.posts["agent"]
    post.held_to = moments.day_of(NOW) - 40 * DAY
    post.save(update_fields=["held_to"])
    post.tenures.update(held_to=post.held_to)
    services.close_due(at=NOW)
    assert row().due_on == moments.day_of(NOW) + 7 * DAY


def test_administrators_and_those_with_posts_are_left_alone(left: Cast) -> None:
    services.close_due(at=NOW)
    assert row().account == left.accounts["agent"]


def test_an_unused_account_is_warned_then_stopped_and_a_sign_in_takes_it_back(cast: Cast) -> None:
    Account.objects.filter(kind="staff").update(last_login=NOW)
    Account.objects.filter(sign_in_name="agent").update(last_login=NOW - 84 * DAY)
    assert services.close_due(at=NOW).facts()["warned"] == 1
    assert OutboxEvent.objects.filter(name="organisations.AccountClosingSoon").count() == 1
    assert not OutboxEvent.objects.filter(name="organisations.StaffWithoutPost").exists()
    cast.client("agent")
    assert services.close_due(at=NOW + DAY).facts()["withdrawn"] == 1
    Account.objects.filter(sign_in_name="agent").update(last_login=NOW - 91 * DAY)
    services.close_due(at=NOW)
    services.close_due(at=NOW + 7 * DAY, unused=False)
    assert "没有登录" in Account.objects.get(sign_in_name="agent").disabled_reason


def test_a_token_in_use_is_use(cast: Cast) -> None:
    Account.objects.filter(kind="staff").update(last_login=NOW)
    Account.objects.filter(sign_in_name="agent").update(last_login=NOW - 91 * DAY)
    cast.token("agent")
    ApiToken.objects.update(last_used_at=NOW - DAY)
    assert services.close_due(at=NOW).facts()["noticed"] == 0


def test_the_system_administrator_reopens_with_a_reason(left: Cast) -> None:
    services.close_due(at=NOW + 200 * DAY, unused=False)
    with pytest.raises(Conflict):
        services.reopen_account(actor=left.actor("system"), row=row(), reason="返聘", at=NOW)
    services.close_due(at=NOW + 207 * DAY, unused=False)
    for who in ("security", "audit", "he"):
        with pytest.raises(NotAllowed):
            services.reopen_account(actor=left.actor(who), row=row(), reason="返聘", at=NOW)
    services.reopen_account(actor=left.actor("system"), row=row(), reason="返聘", at=NOW + 208 * DAY)
    assert Account.objects.get(sign_in_name="agent").is_active
    assert AuditEntry.objects.get(action="organisations.reopen_account").reason == "返聘"
    with pytest.raises(Conflict):
        services.reopen_account(actor=left.actor("system"), row=row(), reason="再来", at=NOW)


def test_the_managers_of_the_last_unit_are_told_else_the_system_administrators(left: Cast) -> None:
    today = moments.day_of(NOW)
    assert managers_of(left.accounts["wang"].pk, today) == [left.accounts["manager"].pk]
    assert managers_of(left.accounts["zhao"].pk, today) == [left.accounts["he"].pk]
    assert managers_of(left.accounts["agent"].pk, today) == [left.accounts["system"].pk]


def test_who_holds_rights_without_a_second_factor_is_known_to_the_doctor(cast: Cast) -> None:
    from yimen.ground.identity.tests.test_second_factor import bind

    before = set(without_second_factor().values_list("sign_in_name", flat=True))
    assert {"wang", "security"} <= before
    bind(cast, "wang")
    assert before - set(without_second_factor().values_list("sign_in_name", flat=True)) == {"wang"}


@pytest.mark.commits
def test_two_runs_at_once_notice_and_stop_once(committed_db: object) -> None:
    with transaction.atomic():
        cast = build_cast()
        Account.objects.filter(kind="staff").update(last_login=NOW)
        services.end_post(actor=cast.actor("system"), post=cast.posts["agent"], at=NOW)
    for at in (NOW, NOW + 30 * DAY):
        barrier = threading.Barrier(3)
        ends: list[dict[str, int]] = []

        def run(at=at, barrier=barrier, ends=ends) -> None:  # type: ignore[no-untyped-def]
            try:
                barrier.wait()
                ends.append(services.close_due(at=at, unused=False).facts())
            finally:
                connections.close_all()

        threads = [threading.Thread(target=run) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(ends) == 3
        assert sum(end["noticed"] + end["closed"] for end in ends) == 1
