"""Who acts in this request: `request.actor` and `request.sign_in`, by one query."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

from yimen.ground.identity.rules import Actor, SignIn
from yimen.ground.identity.services import sessions
from yimen.ground.kit import moments
from yimen.ground.organisations import selectors

ENDED = {
    "disabled": "您的账号已停用，请联系本单位管理员。",
    "ended": "您的登录已被结束：可能是修改了密码、在别处登录，或由管理员结束。请重新登录。",
    "absolute": "您本次登录已满最长时限，请重新登录。",
    "idle": "您较长时间没有操作，为保护信息已自动退出，请重新登录。",
    "post": "您原来使用的岗位已经变动，请重新登录。",
}


class ActorMiddleware:
    """Sets `request.actor` (an `Actor`, or None for a visitor) and `request.sign_in` (a `SignIn`, or None).

    Rights come fresh from the database with each request, so what is taken away is gone at the next one. A bearer token
    counts only under `/api/`, and then the cookie does not count; such a request needs no CSRF token, because a
    browser never adds the token by itself.

    While a second factor has still to be proved, `request.actor` is None, as for a visitor, and `request.half_signed_in` is
    who has given the right password: an actor without any right, for the pages where the factor is proved or bound.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        actor: Actor | None = None
        sign_in: SignIn | None = None
        ended = ""
        bearer = sessions.bearer_of(request)
        # The interface knows tokens alone: with a cookie it would need the CSRF token that programs do not have.
        key = None if request.path.startswith("/api/") else sessions.key_of(request)
        if bearer is not None:
            request._dont_enforce_csrf_checks = True  # type: ignore[attr-defined]  # Django's own switch for this case
            found = selectors.by_token(bearer, moments.now())
        elif key is not None:
            found = selectors.by_session(key, moments.now(), passive=sessions.is_passive(request))
        else:
            found = None
        if found is not None:
            actor, sign_in, ended = found.actor, found.sign_in, found.ended
        half: Actor | None = None
        if actor is not None and sign_in is not None and _half_way(actor, sign_in):
            half = replace(actor, permissions=frozenset(), letters=(), admin_role="")
            actor = None
        request.half_signed_in = half  # type: ignore[attr-defined]
        request.actor = actor  # type: ignore[attr-defined]  # the shape of our requests
        request.sign_in = sign_in  # type: ignore[attr-defined]
        request.stood_down = found is not None and found.stood_down  # type: ignore[attr-defined]
        request.session_ended = ENDED.get(ended, "")  # type: ignore[attr-defined]
        response = self.get_response(request)
        if (
            key is not None
            and actor is None
            and half is None
            and bearer is None
            and not getattr(response, "keeps_session", False)
        ):
            sessions.forget(response)
        return response


def _half_way(actor: Actor, sign_in: SignIn) -> bool:
    """Whether the session has still to prove the second factor; in production no staff session without a proof is whole,
    also not one opened before the installation became productive."""
    if actor.kind != "staff" or sign_in.session is None:
        return False
    return sign_in.factor_due or (settings.PRODUCTION and sign_in.factor_at is None)
