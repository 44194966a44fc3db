"""Yimen as a provider: what browsers and programs of departments' systems ask (OpenID Connect, R016)."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any
from urllib.parse import unquote, urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from yimen.ground.identity import signing_keys
from yimen.ground.identity.models import AccountChange, RelyingSystem, Session
from yimen.ground.identity.policies import CHANGE_PASSWORD_URL, public
from yimen.ground.identity.rules import Actor, SignIn
from yimen.ground.identity.services import sso
from yimen.ground.identity.views.going import going
from yimen.ground.kit import audit, moments, ratelimit

CHANGES = 500


@public
@require_GET
def discovery(request: HttpRequest) -> HttpResponse:
    """Where everything is and what is allowed."""
    at = sso.issuer()
    return _open(
        {
            "issuer": at,
            "authorization_endpoint": f"{at}/oauth/authorize/",
            "token_endpoint": f"{at}/oauth/token/",
            "userinfo_endpoint": f"{at}/oauth/userinfo/",
            "jwks_uri": f"{at}/oauth/keys/",
            "revocation_endpoint": f"{at}/oauth/revoke/",
            "end_session_endpoint": f"{at}/sign-out/",
            "response_types_supported": ["code"],
            "grant_types_supported": ["authorization_code", "refresh_token"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "scopes_supported": list(sso.SCOPES),
            "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
            "code_challenge_methods_supported": ["S256"],
            "backchannel_logout_supported": True,
            "backchannel_logout_session_supported": True,
        }
    )


@public
@require_GET
def keys(request: HttpRequest) -> HttpResponse:
    """The public keys."""
    return _open(signing_keys.published(moments.now()))


@public
@require_http_methods(["GET", "POST"])
def authorize(request: HttpRequest) -> HttpResponseBase:
    """Sign somebody on: sign in first if need be, agree if need be, then back to the system with a code."""
    given = {name: str(value) for name, value in request.GET.items()}
    try:
        asked = sso.read_request(given)
    except sso.BadRequest as bad:
        audit.record_refusal(bad, action="identity.sign_on", actor=_actor(request), target_kind="system",
                             target=given.get("client_id", "")[:40])  # fmt: skip
        return _to_system(request, bad.redirect_uri, "", {"error": bad.error, "state": bad.state})
    actor, sign_in, at = _actor(request), _sign_in(request), moments.now()
    if actor is None or sign_in is None or sign_in.session is None:
        if asked.silent:
            return _to_system(
                request, asked.redirect_uri, asked.system.name, {"error": "login_required", "state": asked.state}
            )
        door = "/staff/sign-in/" if asked.system.audience == "staff" else "/sign-in/"
        return HttpResponseRedirect(f"{door}?{urlencode({'next': request.get_full_path()})}")
    if sign_in.must_change_password:
        return HttpResponseRedirect(CHANGE_PASSWORD_URL)
    session = Session.objects.get(uid=sign_in.session)
    if actor.kind == asked.system.audience and sso.lacks_consent(asked, actor):
        if asked.silent:
            return _to_system(
                request, asked.redirect_uri, asked.system.name, {"error": "consent_required", "state": asked.state}
            )
        if request.method != "POST":
            told = [text for scope, text in sso.SCOPES.items() if scope in asked.scopes]
            return render(request, "identity/consent.html", {"asked": asked, "system": asked.system, "told": told})
        if request.POST.get("answer") != "yes":
            return _to_system(
                request, asked.redirect_uri, asked.system.name, {"error": "access_denied", "state": asked.state}
            )
        sso.consent(asked=asked, actor=actor, at=at)
    code = sso.sign_on(asked=asked, actor=actor, session=session, at=at)
    return _to_system(
        request, asked.redirect_uri, asked.system.name, {"code": code, "state": asked.state, "iss": sso.issuer()}
    )


def _to_system(request: HttpRequest, uri: str, name: str, answer: dict[str, str]) -> HttpResponse:
    """Always by the page between: the press of a form may stand before this (sign-in, consent)."""
    joint = "&" if "?" in uri else "?"
    return going(request, f"{uri}{joint}{urlencode(answer)}", name or "原来的系统", said="正在回到")


Program = Callable[[HttpRequest], HttpResponse]


def program(view: Program) -> Program:
    """A view that programs ask: no CSRF token, answers are JSON and kept nowhere, refusals in the words of RFC 6749."""

    @wraps(view)
    def answer(request: HttpRequest) -> HttpResponse:
        ratelimit.limit(f"oauth:{request.META.get('REMOTE_ADDR', '')}", capacity=600, per_second=20)
        try:
            response = view(request)
        except sso.OAuthRefused as refused:
            audit.record_refusal(refused, action="identity.system_refused", actor=None)
            body = {"error": refused.error, "error_description": refused.message}
            response = JsonResponse(body, status=refused.status, json_dumps_params={"ensure_ascii": False})
            if refused.status == 401:
                response["WWW-Authenticate"] = f'Bearer error="{refused.error}"'
        response["Cache-Control"] = "no-store"
        return response

    return csrf_exempt(public(answer))


def _client(request: HttpRequest) -> RelyingSystem:
    scheme, _, said = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
    if scheme.lower() == "basic":
        try:
            name, _, secret = base64.b64decode(said.strip()[:1000], validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            raise sso.OAuthRefused("invalid_client", "系统编号或密钥读不懂。", status=401) from None
        return sso.client(unquote(name), unquote(secret))
    return sso.client(request.POST.get("client_id", ""), request.POST.get("client_secret", ""))


@program
@require_POST
def token(request: HttpRequest) -> HttpResponse:
    """A code or a refresh token for tokens."""
    system, given, at = _client(request), request.POST, moments.now()
    match given.get("grant_type"):
        case "authorization_code":
            return JsonResponse(
                sso.exchange(
                    system=system, code=given.get("code", ""), redirect_uri=given.get("redirect_uri", ""),
                    verifier=given.get("code_verifier", ""), at=at,
                )
            )  # fmt: skip
        case "refresh_token":
            return JsonResponse(sso.renew(system=system, token=given.get("refresh_token", ""), at=at))
    raise sso.OAuthRefused("unsupported_grant_type", "只支持授权码和续期令牌。")


@program
@require_http_methods(["GET", "POST"])
def userinfo(request: HttpRequest) -> HttpResponse:
    """What the scopes tell of the person."""
    scheme, _, said = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
    if scheme.lower() != "bearer":
        raise sso.OAuthRefused("invalid_token", "缺少访问令牌。", status=401)
    return JsonResponse(sso.userinfo(token=said.strip(), at=moments.now()), json_dumps_params={"ensure_ascii": False})


@program
@require_POST
def revoke(request: HttpRequest) -> HttpResponse:
    """The system gives a token back."""
    sso.revoke(system=_client(request), token=request.POST.get("token", ""), at=moments.now())
    return JsonResponse({})


@program
@require_GET
def changes(request: HttpRequest) -> HttpResponse:
    """Accounts opened, changed, stopped, closed since a place in the feed: numbers and moments, no names (R016)."""
    system = _client(request)
    if not system.reads_changes:
        raise sso.OAuthRefused("access_denied", "这个系统没有登记可读账号变更。", status=403)
    after = request.GET.get("after", "0")
    if not after.isascii() or not after.isdigit() or len(after) > 18:
        raise sso.OAuthRefused("invalid_request", "after 应为上一次返回的 next。")
    rows = list(AccountChange.objects.filter(pk__gt=int(after), kind=system.audience).order_by("pk")[:CHANGES])
    return JsonResponse(
        {
            "changes": [
                {"id": row.pk, "sub": str(row.account_uid), "change": row.change, "at": _said(row.at)} for row in rows
            ],
            "next": rows[-1].pk if rows else int(after),
            "more": len(rows) == CHANGES,
        }
    )


def _said(moment: datetime) -> str:
    return moments.local(moment).isoformat(timespec="seconds")


def _open(found: dict[str, Any]) -> HttpResponse:
    response = JsonResponse(found)
    response["Cache-Control"] = "public, max-age=300"
    response["Access-Control-Allow-Origin"] = "*"
    return response


def _actor(request: HttpRequest) -> Actor | None:
    actor: Actor | None = request.actor  # type: ignore[attr-defined]  # the shape of our requests
    return actor


def _sign_in(request: HttpRequest) -> SignIn | None:
    found: SignIn | None = request.sign_in  # type: ignore[attr-defined]
    return found
