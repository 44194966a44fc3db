"""Speaking OpenID Connect to a provider: discovery, keys, the exchange of a code, and judging what comes back. No database.

Nothing that a provider says is believed before it is checked here: issuer, audience, signature by a key it publishes with
an algorithm we allow, times, nonce, one subject throughout. Each check that fails has its own words.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode, urlsplit

from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from yimen.ground.kit import outbound
from yimen.ground.kit.outbound import Unreachable
from yimen.ground.kit.refusals import Refusal

ALGORITHMS = ("RS256", "ES256")
"""Signatures by a private key alone. `none` is no signature; with HS256 a public key would do as the secret."""
LEEWAY_SECONDS = 60
OLDEST_SECONDS = 600
KEPT_SECONDS = 600
ASKED_AGAIN_SECONDS = 30
SECONDS = 5.0
OTHER_WAY = "请改用本站的登录名和密码登录，或过一会儿再试。"


class ProviderAway(Unreachable):
    """The provider does not answer, or not in a form that can be read."""

    code = "provider_away"


class ProviderLies(Refusal):
    """What the provider said does not hold; nobody is signed in by it."""

    code = "provider_not_believed"
    status = 403

    def __init__(self, what: str, *, code: str = "") -> None:
        super().__init__(f"统一身份认证返回的信息没有通过核验：{what}。没有登录。", next_step=OTHER_WAY, code=code)


@dataclass(frozen=True, slots=True)
class Provider:
    """A provider as the settings name it."""

    issuer: str
    client_id: str
    client_secret: str
    name: str
    level: int


@dataclass(frozen=True, slots=True)
class Said:
    """What the provider says of a person, checked. `level` is the level of assurance of the proof of identity."""

    issuer: str
    subject: str
    sid: str
    level: int
    name: str
    id_type: str
    id_number: str
    phone: str


def authorize_url(provider: Provider, *, redirect_uri: str, state: str, nonce: str, verifier: str) -> str:
    """Where the browser goes. Raises `ProviderAway`, `ProviderLies`."""
    asked = {
        "response_type": "code",
        "client_id": provider.client_id,
        "redirect_uri": redirect_uri,
        "scope": "openid profile id_number phone",
        "state": state,
        "nonce": nonce,
        "code_challenge": challenge_of(verifier),
        "code_challenge_method": "S256",
    }
    return f"{_endpoint(provider, 'authorization_endpoint')}?{urlencode(asked)}"


def end_session_url(provider: Provider, *, back: str) -> str:
    """Where leaving the provider begins; empty where it offers none or cannot be asked."""
    try:
        known = _discovery(provider)
        if "end_session_endpoint" not in known:
            return ""
        url = _endpoint(provider, "end_session_endpoint")
    except (ProviderAway, ProviderLies):
        return ""
    return f"{url}?{urlencode({'client_id': provider.client_id, 'post_logout_redirect_uri': back})}"


def identify(provider: Provider, *, code: str, redirect_uri: str, verifier: str, nonce: str, at: datetime) -> Said:
    """Exchange the code and judge what comes of it. Raises `ProviderAway`, `ProviderLies`. Never inside a transaction."""
    given = _exchange(provider, code, redirect_uri, verifier)
    token = given.get("id_token")
    if not isinstance(token, str):
        raise ProviderLies("没有返回身份令牌", code="id_token_missing")
    claims = verified(provider, token, at)
    if not hmac.compare_digest(str(claims.get("nonce", "")).encode(), nonce.encode()):
        raise ProviderLies("身份令牌不是这一次登录的", code="nonce_differs")
    known = _userinfo(provider, str(given.get("access_token") or ""))
    if known.get("sub") != claims["sub"]:
        raise ProviderLies("两次返回的不是同一个人", code="subject_differs")
    return Said(
        issuer=provider.issuer,
        subject=str(claims["sub"]),
        sid=str(claims.get("sid") or "")[:255],
        level=_level(claims.get("acr")),
        name=_text(known, "name", 100),
        id_type=_text(known, "id_type", 12) or "resident",
        id_number=_text(known, "id_number", 40),
        phone=_text(known, "phone_number", 40),
    )


def verified(provider: Provider, token: str, at: datetime, *, kind: str = "身份令牌") -> dict[str, Any]:
    """The claims of a signed token of the provider: signature, issuer, audience, times, subject. Raises `ProviderLies`."""
    try:
        header = jws.extract_compact(token.encode()).headers()
    except (JoseError, ValueError, UnicodeError):
        raise ProviderLies(f"{kind}读不懂", code="token_unreadable") from None
    algorithm, kid = header.get("alg"), header.get("kid")
    if algorithm not in ALGORITHMS:
        raise ProviderLies(f"{kind}的签名算法不被接受", code="algorithm_refused")
    try:
        claims = jwt.decode(token, _key(provider, kid), algorithms=list(ALGORITHMS)).claims
    except (JoseError, ValueError, TypeError):
        raise ProviderLies(f"{kind}的签名不对", code="signature_wrong") from None
    now = at.timestamp()
    if claims.get("iss") != provider.issuer:
        raise ProviderLies(f"{kind}的颁发者不对", code="issuer_differs")
    audience = claims.get("aud")
    named = audience if isinstance(audience, list) else [audience]
    if provider.client_id not in named or (len(named) > 1 and claims.get("azp") != provider.client_id):
        raise ProviderLies(f"{kind}是发给别的系统的", code="audience_differs")
    if _number(claims, "exp") <= now - LEEWAY_SECONDS:
        raise ProviderLies(f"{kind}已过期", code="token_expired")
    issued = _number(claims, "iat")
    if issued > now + LEEWAY_SECONDS or ("nbf" in claims and _number(claims, "nbf") > now + LEEWAY_SECONDS):
        raise ProviderLies(f"{kind}还没有生效", code="token_not_yet_valid")
    if issued < now - OLDEST_SECONDS:
        raise ProviderLies(f"{kind}签发太久", code="token_too_old")
    subject = claims.get("sub")
    if not isinstance(subject, str) or not 0 < len(subject) <= 255:
        raise ProviderLies(f"{kind}没有写明是谁", code="subject_missing")
    return dict(claims)


def challenge_of(verifier: str) -> str:
    """PKCE S256 (RFC 7636)."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def forget() -> None:
    """Forget what was read of providers (tests; a provider that has moved)."""
    _kept.clear()


# What the provider publishes, kept a while in this process

_kept: dict[tuple[str, str], tuple[float, Any]] = {}


def _discovery(provider: Provider) -> dict[str, Any]:
    held = _kept.get((provider.issuer, "discovery"))
    if held is not None and time.monotonic() - held[0] < KEPT_SECONDS:
        known: dict[str, Any] = held[1]
        return known
    known = _ask("GET", provider.issuer.rstrip("/") + "/.well-known/openid-configuration")
    if known.get("issuer") != provider.issuer:
        raise ProviderLies("颁发者与设置的不一致", code="issuer_differs")
    _kept[provider.issuer, "discovery"] = (time.monotonic(), known)
    return known


def _endpoint(provider: Provider, name: str) -> str:
    """An address of the provider; always at the origin of the issuer, so that a false discovery leads nowhere else."""
    url = _discovery(provider).get(name)
    if not isinstance(url, str) or urlsplit(url)[:2] != urlsplit(provider.issuer)[:2]:
        raise ProviderLies("给出的地址不在它自己的网站上", code="endpoint_elsewhere")
    return url


def _key(provider: Provider, kid: object) -> Any:
    """The published key of this number. An unknown number has the keys read again, twice a minute at most (rotation)."""
    if not isinstance(kid, str) or not kid:
        raise ProviderLies("令牌没有写明用哪把密钥", code="key_unknown")
    for fresh in (False, True):
        for key in _keys(provider, fresh=fresh).keys:
            if key.kid == kid and key.key_type in ("RSA", "EC"):
                return key
    raise ProviderLies("令牌用的密钥没有公布", code="key_unknown")


def _keys(provider: Provider, *, fresh: bool) -> KeySet:
    held = _kept.get((provider.issuer, "keys"))
    kept_for = ASKED_AGAIN_SECONDS if fresh else KEPT_SECONDS
    if held is not None and time.monotonic() - held[0] < kept_for and not (fresh and not held[1][1]):
        keys: KeySet = held[1][0]
        return keys
    published = _ask("GET", _endpoint(provider, "jwks_uri"))
    try:
        keys = KeySet.import_key_set({"keys": [key for key in published["keys"] if key.get("kty") in ("RSA", "EC")]})
    except (JoseError, KeyError, TypeError, ValueError, AttributeError):
        raise ProviderAway("统一身份认证公布的密钥读不懂。", next_step=OTHER_WAY) from None
    # The first unknown number after a reading is asked for at once, the next ones have to wait.
    _kept[provider.issuer, "keys"] = (time.monotonic(), (keys, fresh))
    return keys


def _exchange(provider: Provider, code: str, redirect_uri: str, verifier: str) -> dict[str, Any]:
    basic = base64.b64encode(f"{provider.client_id}:{provider.client_secret}".encode()).decode()
    return _ask(
        "POST",
        _endpoint(provider, "token_endpoint"),
        data={
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect_uri,
            "code_verifier": verifier,
        },
        headers={"Authorization": f"Basic {basic}"},
    )


def _userinfo(provider: Provider, access_token: str) -> dict[str, Any]:
    bearer = {"Authorization": f"Bearer {access_token}"}
    return _ask("GET", _endpoint(provider, "userinfo_endpoint"), headers=bearer)


def _ask(
    method: str, url: str, *, data: Mapping[str, str] | None = None, headers: Mapping[str, str] | None = None
) -> dict[str, Any]:
    try:
        reply = outbound.call(method, url, data=data, headers=headers, seconds=SECONDS)
    except Unreachable as away:
        raise ProviderAway("统一身份认证暂时没有回应。", said=away.said, next_step=OTHER_WAY) from None
    if reply.status >= 500 or reply.status in (404, 429):
        raise ProviderAway("统一身份认证暂时不能使用。", said=f"{url}: {reply.status}", next_step=OTHER_WAY)
    if reply.status != 200:
        raise ProviderLies("它没有认可这一次登录", code="exchange_refused")
    try:
        found = json.loads(reply.body)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise ProviderAway("统一身份认证的回答读不懂。", said=f"{url}: no JSON object", next_step=OTHER_WAY)
    return found


def _level(acr: object) -> int:
    digits = [sign for sign in str(acr or "") if sign.isdigit()]
    return int(digits[-1]) if digits else 0


def _number(claims: Mapping[str, Any], name: str) -> float:
    value = claims.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ProviderLies("身份令牌没有写明时间", code="time_missing")
    return float(value)


def _text(known: Mapping[str, Any], name: str, most: int) -> str:
    value = known.get(name)
    return value.replace("\x00", "").strip()[:most] if isinstance(value, str) else ""
