"""API tokens: shown once, stored as a digest, never more than the account may, gone when revoked."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from tests.cast import Cast
from yimen.ground.identity import services
from yimen.ground.identity.models import ApiToken
from yimen.ground.identity.services.sessions import digest
from yimen.ground.kit import moments
from yimen.ground.kit.refusals import Invalid, NotAllowed, NotFound
from yimen.ground.organisations import selectors
from yimen.ground.organisations.middleware import ActorMiddleware
from yimen.ground.organisations.selectors import Found


def found(secret: str, **later: int) -> Found | None:
    return selectors.by_token(digest(secret), moments.now() + timedelta(**later))


def test_a_token_acts_as_its_account(cast: Cast) -> None:
    secret = cast.token("wang", "cases.read", "cases.accept")
    token = ApiToken.objects.get()
    assert secret not in (token.hash, token.hint)
    answer = found(secret)
    assert answer is not None
    assert answer.actor is not None
    assert replace(answer.actor, permissions=frozenset()) == replace(cast.actor("wang"), permissions=frozenset())
    assert answer.sign_in is not None
    assert answer.sign_in.token_scopes == ("cases.accept", "cases.read")


def test_a_token_ends(cast: Cast) -> None:
    secret = cast.token("wang")
    assert found(secret, days=91) is None
    services.revoke_token(actor=cast.actor("security"), token=ApiToken.objects.get(), at=moments.now())
    assert found(secret) is None
    with pytest.raises(NotFound):
        services.revoke_token(actor=cast.actor("security"), token=ApiToken.objects.get(), at=moments.now())


def test_a_token_of_a_disabled_account_is_worth_nothing(cast: Cast) -> None:
    secret = cast.token("wang")
    services.disable_account(actor=cast.actor("system"), account=cast.accounts["wang"], reason="调离", at=moments.now())
    assert found(secret) is None


@pytest.mark.parametrize("scopes", [[], ["*"], ["cases"], ["cases.read\x00"], ["cases.读"], ["a.b"] * 60])
def test_odd_scopes_are_refused(cast: Cast, scopes: list[str]) -> None:
    with pytest.raises(Invalid):
        services.issue_token(
            actor=cast.actor("wang"), account=cast.accounts["wang"], name="x", scopes=scopes, at=moments.now()
        )


def test_nobody_issues_one_for_somebody_else(cast: Cast) -> None:
    with pytest.raises(NotAllowed):
        services.issue_token(
            actor=cast.actor("zhao"), account=cast.accounts["wang"], name="x", scopes=["cases.read"], at=moments.now()
        )


@pytest.mark.parametrize("header", ["Bearer", "Bearer x", "Bearer \x80", "Basic d2FuZzp4", "bearer " + "a" * 10_000])
def test_a_made_up_token_is_nobody(cast: Cast, header: str) -> None:
    request = RequestFactory().get("/api/v1/cases", headers={"authorization": header})
    client = cast.client("wang")
    request.COOKIES["session"] = client.cookies["session"].value
    seen: list[object] = []

    def view(asked: HttpRequest) -> HttpResponse:
        seen.append(asked.actor)  # type: ignore[attr-defined]
        return HttpResponse()

    ActorMiddleware(view)(request)
    assert seen == [None]  # and the cookie counts for nothing there
