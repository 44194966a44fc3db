"""The cookie and the token with which a request says who it is; their secrets are stored only as digests."""

from __future__ import annotations

import hashlib
import re
import secrets

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

TOKEN_PREFIX = "ym_"  # noqa: S105 - how every API token begins
_SECRET = re.compile(r"[A-Za-z0-9_-]{43}")


def new_secret() -> str:
    """43 characters, 256 random bits."""
    return secrets.token_urlsafe(32)


def digest(secret: str) -> str:
    """What is stored of a secret. It has full entropy, so that a plain SHA-256 suffices."""
    return hashlib.sha256(secret.encode()).hexdigest()


def key_of(request: HttpRequest) -> str | None:
    """The digest of the session cookie; None when there is none of the right form."""
    cookie = request.COOKIES.get(settings.SESSION_COOKIE_NAME, "")
    return digest(cookie) if _SECRET.fullmatch(cookie) else None


def bearer_of(request: HttpRequest) -> str | None:
    """The digest of the bearer token of an API request; None when the request bears none."""
    if not request.path.startswith("/api/"):
        return None
    scheme, _, token = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
    return digest(token.strip().encode("ascii", "replace").decode()) if scheme.lower() == "bearer" else None


def is_passive(request: HttpRequest) -> bool:
    """Whether the page asked by itself (polling), which keeps no session alive."""
    return request.META.get("HTTP_X_PASSIVE") == "1"


def remember(response: HttpResponseBase, secret: str) -> None:
    """Give the browser its session; the cookie ends with the browser, the session at its own limits."""
    response.set_cookie(
        settings.SESSION_COOKIE_NAME,
        secret,
        httponly=True,
        samesite="Lax",
        path="/",
        secure=settings.SESSION_COOKIE_SECURE,
    )
    response.keeps_session = True  # type: ignore[attr-defined]  # read by the actor's middleware


def forget(response: HttpResponseBase) -> None:
    """Take the session's cookie from the browser."""
    # A __Host- cookie is replaced only by one that is Secure as well, which delete_cookie sets by the name.
    response.delete_cookie(settings.SESSION_COOKIE_NAME, path="/", samesite="Lax")
