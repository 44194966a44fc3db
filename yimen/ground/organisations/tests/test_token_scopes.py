"""A token does what its scopes name, and nothing else, whoever's it is."""

from __future__ import annotations

import pytest

from tests.cast import Cast
from yimen.ground.identity.services.sessions import digest
from yimen.ground.kit.moments import now
from yimen.ground.organisations import selectors

pytestmark = pytest.mark.django_db


def held(cast: Cast, who: str, *scopes: str) -> set[str]:
    """What the actor behind a fresh token of this person holds."""
    found = selectors.by_token(digest(cast.token(who, *scopes)), now())
    assert found is not None
    assert found.actor is not None
    return {permission.code for permission in found.actor.permissions} | {found.actor.admin_role}


LOOKS = {"coordination.view", "matters.view", ""}
"""What only looks is open to every token."""


def test_a_scope_narrows_what_the_account_holds(cast: Cast) -> None:
    everything = {permission.code for permission in cast.actor("wang").permissions}
    assert {"cases.accept", "cases.intake", "identity.reveal", "matters.view"} <= everything
    assert held(cast, "wang", "cases.accept") == {"cases.accept", *LOOKS}
    module = {code for code in everything if code.startswith("cases.")}
    assert held(cast, "wang", "cases.*") == module | LOOKS


def test_a_scope_adds_nothing(cast: Cast) -> None:
    assert held(cast, "wang", "cases.decide", "admin.security") == LOOKS


def test_an_administrator_s_token_is_none_unless_it_says_so(cast: Cast) -> None:
    assert held(cast, "security", "cases.*") == {""}
    assert "security" in held(cast, "security", "admin.*")
