"""What a process keeps of actors and letterheads is as fresh as the database: real commits, a kept actor each time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.cast import Cast, build_cast
from yimen.ground.identity.models import Account
from yimen.ground.identity.services.sessions import digest
from yimen.ground.kit.moments import day_of, now
from yimen.ground.organisations import selectors
from yimen.ground.organisations.models import AuthorisationLetter, Division, Grant, Post, Seal, Stamp, Unit, Window


@pytest.fixture
def county(committed_db: Any) -> Iterator[Cast]:
    yield build_cast()


@pytest.fixture
def elsewhere(county: Cast, committed_db: Any) -> Iterator[psycopg.Connection]:
    """Another process, which knows nothing of what we keep."""
    with psycopg.connect(committed_db.owner_url, autocommit=True) as other:
        yield other


def stamp() -> Any:
    return Stamp.objects.get().stamp


def rights(key: str) -> set[str]:
    found = selectors.by_token(key, now())
    return {held.code for held in found.actor.permissions} if found and found.actor else set()


def post_of(key: str) -> int | None:
    found = selectors.by_session(key, now())
    assert found is not None
    assert found.actor is not None
    return found.actor.post_id


def test_an_unchanged_actor_is_not_read_again(county: Cast) -> None:
    key = digest(county.token("wang", "cases.*"))
    first = selectors.by_token(key, now())
    with CaptureQueriesContext(connection) as asked:
        assert selectors.by_token(key, now()) is first
    assert len(asked) == 1


def test_a_grant_ended_elsewhere_is_gone_at_the_next_request(county: Cast, elsewhere: psycopg.Connection) -> None:
    key = digest(county.token("wang", "cases.*"))
    assert "cases.accept" in rights(key)
    elsewhere.execute("update organisations_grant set ended_at = now() where code = 'cases.accept'")
    assert "cases.accept" not in rights(key)


def test_an_actor_read_before_the_commit_is_not_kept_beyond_it(county: Cast, elsewhere: psycopg.Connection) -> None:
    key = digest(county.token("wang", "cases.*"))
    with elsewhere.transaction():
        elsewhere.execute("update organisations_grant set ended_at = now() where code = 'cases.accept'")
        assert "cases.accept" in rights(key)
    assert "cases.accept" not in rights(key)


def test_a_disabled_account_has_no_token(county: Cast, elsewhere: psycopg.Connection) -> None:
    key = digest(county.token("wang", "cases.*"))
    assert rights(key)
    elsewhere.execute("update identity_account set is_active = false where id = %s", [county.accounts["wang"].pk])
    assert selectors.by_token(key, now()) is None


def test_a_session_that_switched_its_post_elsewhere_acts_in_the_new_one(
    county: Cast, elsewhere: psycopg.Connection
) -> None:
    county.client("wang")
    key = elsewhere.execute("select key_hash from identity_session").fetchone()[0]  # type: ignore[index]
    second = Post.objects.get(account=county.accounts["wang"])
    first, second.pk, second.uid, second.main = second.pk, None, uuid4(), False
    second.save()
    assert [post_of(key), post_of(key)] == [first, first]
    elsewhere.execute("update identity_session set post_id = %s", [second.pk])
    assert post_of(key) == second.pk


def test_a_letterhead_shows_the_department_s_new_telephone(county: Cast, elsewhere: psycopg.Connection) -> None:
    post = Post.objects.get(account=county.accounts["wang"])
    unit, day = selectors.department_of(post.unit), day_of(now())
    before = selectors.letterhead(unit.pk, day, stamp())
    assert selectors.letterhead(unit.pk, day, stamp()) is before
    elsewhere.execute("update organisations_unit set phone = '0839-5550101' where id = %s", [unit.pk])
    assert selectors.letterhead(unit.pk, day, stamp()).phone == "0839-5550101"


CHANGES: dict[str, Callable[[], object]] = {
    "unit": lambda: Unit.objects.update(phone="1"),
    "division": lambda: Division.objects.update(name="新县"),
    "window": lambda: Window.objects.update(name="综合"),
    "post": lambda: Post.objects.update(title="科员"),
    "grant": lambda: Grant.objects.update(ended_at=now()),
    "letter": lambda: AuthorisationLetter.objects.update(state="revoked", revoked_at=now(), revoked_reason="调岗"),
    "seal": lambda: Seal.objects.update(text="新章"),
    "account": lambda: Account.objects.update(name="新名"),
}


@pytest.mark.parametrize("what", CHANGES)
def test_every_part_renews_the_stamp(county: Cast, what: str) -> None:
    before = stamp()
    CHANGES[what]()
    assert stamp() != before


def test_what_is_no_part_leaves_it(county: Cast) -> None:
    before = stamp()
    Account.objects.update(elder_mode=True)
    assert stamp() == before


def test_within_a_transaction_nothing_is_kept(county: Cast) -> None:
    from django.db import transaction

    key = digest(county.token("wang", "cases.*"))
    assert "cases.accept" in rights(key)
    with transaction.atomic():
        Grant.objects.filter(code="cases.accept").update(ended_at=now())
        assert "cases.accept" not in rights(key)
        transaction.set_rollback(True)
    assert "cases.accept" in rights(key)
