"""One sign-in for departments' systems (R016): Yimen as an OpenID provider. Codes, tokens, consent; each ends with its account.

Authorization Code with PKCE alone. Codes live a minute and are used once; a code or refresh token used twice ends the whole
signing-on, since one of the two users has stolen it. Only digests of codes, tokens and client secrets are kept.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from joserfc import jwt

from yimen.ground.identity import signing_keys
from yimen.ground.identity.events import SignedOff
from yimen.ground.identity.models import Account, Consent, RelyingSystem, Session, SignOn, SignOnToken
from yimen.ground.identity.oidc import challenge_of
from yimen.ground.identity.rules import Actor
from yimen.ground.identity.services.letting_out import BY_THE_SYSTEM, let_out
from yimen.ground.identity.services.parties import as_actor
from yimen.ground.identity.services.sessions import digest, new_secret
from yimen.ground.kit import audit
from yimen.ground.kit.outbox import publish
from yimen.ground.kit.refusals import Invalid, NotAllowed, Refusal

CODE_SECONDS = 60
ACCESS_MINUTES = 15
REFRESH_HOURS = 8
ID_TOKEN_MINUTES = 10
SCOPES: dict[str, str] = {
    "openid": "一个只用来认出您的编号",
    "profile": "姓名、个人或单位",
    "phone": "手机号码",
    "id_number": "证件类型和证件号码",
    "post": "工作单位和岗位（工作人员）",
}
_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")
_VERIFIER = re.compile(r"[A-Za-z0-9._~-]{43,128}")

Claims = Callable[[Account, datetime], Mapping[str, Any]]
_claims: dict[str, Claims] = {}


def register_claims(scope: str, claims: Claims) -> None:
    """Let an upper module say what a scope tells of an account: `register_claims("post", posts_of)`."""
    _claims[scope] = claims


class OAuthRefused(Refusal):
    """An answer to a program (RFC 6749): `error` is the word of the protocol, `message` says it to people."""

    status = 400
    code = "oauth_refused"

    def __init__(self, error: str, message: str, *, status: int = 400) -> None:
        super().__init__(message)
        self.error = error
        self.status = status


@dataclass(frozen=True, slots=True)
class Asked:
    """A request to sign somebody on, checked against the registration."""

    system: RelyingSystem
    redirect_uri: str
    scopes: tuple[str, ...]
    state: str
    nonce: str
    challenge: str
    silent: bool


class UnknownSystem(Invalid):
    """No such system, or another address than registered: nobody is sent there."""

    code = "unknown_system"


class BadRequest(Refusal):
    """The system asks in a way that is not allowed; it is told so at its own address."""

    code = "oauth_bad_request"

    def __init__(self, error: str, message: str, asked_at: str, state: str) -> None:
        super().__init__(message)
        self.error, self.redirect_uri, self.state = error, asked_at, state


def issuer() -> str:
    """Who speaks: this site."""
    return str(settings.ORIGIN)


def read_request(given: Mapping[str, str]) -> Asked:
    """Judge an authorization request. Raises `UnknownSystem` (shown here), `BadRequest` (told to the system)."""
    system = RelyingSystem.objects.filter(client_id=given.get("client_id", "")[:40], disabled_at__isnull=True).first()
    redirect_uri = given.get("redirect_uri", "")
    if system is None or redirect_uri not in system.redirect_uris:
        raise UnknownSystem(
            "这个系统没有接入，或回调地址与登记的不一致。",
            next_step="请从原来的系统重新进入，或联系该系统的管理单位。",
        )
    state = given.get("state", "")[:1000]

    def no(error: str, message: str) -> BadRequest:
        return BadRequest(error, message, redirect_uri, state)

    if given.get("response_type") != "code":
        raise no("unsupported_response_type", "只支持授权码方式。")
    if not state:
        raise no("invalid_request", "缺少 state。")
    if given.get("code_challenge_method") != "S256" or not _CHALLENGE.fullmatch(given.get("code_challenge", "")):
        raise no("invalid_request", "须使用 PKCE（S256）。")
    scopes = tuple(dict.fromkeys(given.get("scope", "").split()))
    if "openid" not in scopes or not set(scopes) <= set(system.scopes):
        raise no("invalid_scope", "请求的信息超出登记的范围。")
    return Asked(
        system, redirect_uri, scopes, state, given.get("nonce", "")[:255], given["code_challenge"],
        given.get("prompt") == "none",
    )  # fmt: skip


def lacks_consent(asked: Asked, actor: Actor) -> bool:
    """Whether this citizen has still to agree; staff of the government need not."""
    if actor.kind == "staff" or asked.scopes == ("openid",):
        return False
    held = Consent.objects.filter(account=actor.account_id, system=asked.system, withdrawn_at__isnull=True).first()
    return held is None or not set(asked.scopes) <= set(held.scopes)


@transaction.atomic
def consent(*, asked: Asked, actor: Actor, at: datetime) -> None:
    """The citizen agrees to what is asked for."""
    Consent.objects.update_or_create(
        account_id=actor.account_id or 0, system=asked.system,
        defaults={"scopes": list(asked.scopes), "given_at": at, "withdrawn_at": None},
    )  # fmt: skip
    _note("identity.give_consent", actor, asked.system, scopes=asked.scopes)


@transaction.atomic
def withdraw_consent(*, actor: Actor, system: RelyingSystem, at: datetime) -> None:
    """The citizen takes it back; what was signed on ends."""
    Consent.objects.filter(account=actor.account_id, system=system, withdrawn_at__isnull=True).update(withdrawn_at=at)
    theirs = SignOn.objects.filter(account=actor.account_id, system=system)
    let_out(theirs, account=actor.uid, reason="本人收回同意", at=at)
    _note("identity.withdraw_consent", actor, system)


@transaction.atomic
def sign_on(*, asked: Asked, actor: Actor, session: Session, at: datetime) -> str:
    """A code for the system (60 s, used once). Raises `NotAllowed` for a person whom the system is not for."""
    if actor.kind != asked.system.audience:
        who = asked.system.get_audience_display()
        raise NotAllowed(f"“{asked.system.name}”是给{who}用的。", next_step=f"请用{who}的账号登录后再进入。")
    if lacks_consent(asked, actor):
        raise NotAllowed("还没有同意向这个系统提供信息。")
    code = new_secret()
    made = SignOn.objects.create(
        account_id=actor.account_id or 0, system=asked.system, session_uid=session.uid, scopes=list(asked.scopes),
        nonce=asked.nonce, redirect_uri=asked.redirect_uri, challenge=asked.challenge, code_hash=digest(code),
        code_expires_at=at + timedelta(seconds=CODE_SECONDS), signed_in_at=session.opened_at, at=at,
    )  # fmt: skip
    _note("identity.sign_on", actor, asked.system, sign_on=made.uid, scopes=asked.scopes)
    return code


def client(client_id: str, secret: str) -> RelyingSystem:
    """The system that these credentials prove. Raises `OAuthRefused` (401)."""
    system = RelyingSystem.objects.filter(client_id=client_id[:40], disabled_at__isnull=True).first()
    kept = system.secret_hash if system is not None else "0" * 64
    if not hmac.compare_digest(kept, digest(audit.safe_text(secret[:200]))) or system is None:
        raise OAuthRefused("invalid_client", "系统编号或密钥不对。", status=401)
    return system


def exchange(*, system: RelyingSystem, code: str, redirect_uri: str, verifier: str, at: datetime) -> dict[str, Any]:
    """A code for tokens. Raises `OAuthRefused`; a code used before ends what it gave."""
    with transaction.atomic():
        found = _locked(SignOn.objects.filter(code_hash=digest(audit.safe_text(code[:200])), system=system).first())
        replayed = found is not None and found.code_used_at is not None
        if found is not None and replayed:
            end_sign_on(found, "授权码重复使用", at)
        elif found is not None:
            found.code_used_at = at
            found.save(update_fields=["code_used_at"])
            fits = (
                found.ended_at is None
                and found.code_expires_at > at
                and found.redirect_uri == redirect_uri
                and _VERIFIER.fullmatch(verifier) is not None
                and hmac.compare_digest(challenge_of(verifier), found.challenge)
                and found.account.is_active
            )
            if fits:
                return _tokens(found, at, with_id=True)
            end_sign_on(found, "授权码校验没有通过", at)
    raise OAuthRefused("invalid_grant", "授权码不对、已经用过或已过期。")


def renew(*, system: RelyingSystem, token: str, at: datetime) -> dict[str, Any]:
    """A refresh token for new tokens; it is used up. Raises `OAuthRefused`; one used before ends the whole signing-on."""
    with transaction.atomic():
        row = _token(token, "refresh")
        found = _locked(row.sign_on) if row is not None and row.sign_on.system_id == system.pk else None
        if row is not None and found is not None:
            row = SignOnToken.objects.select_for_update().get(pk=row.pk)
            if row.used_at is not None:
                end_sign_on(found, "续期令牌重复使用", at)
            elif row.lives(at) and found.ended_at is None and found.account.is_active:
                row.used_at = at
                row.save(update_fields=["used_at"])
                return _tokens(found, at, with_id=False, until=row.expires_at)
    raise OAuthRefused("invalid_grant", "续期令牌不对、已经用过或已过期。")


def revoke(*, system: RelyingSystem, token: str, at: datetime) -> None:
    """The system gives a token back (RFC 7009): the signing-on ends. An unknown token is no error."""
    with transaction.atomic():
        row = _token(token, "refresh") or _token(token, "access")
        if row is not None and row.sign_on.system_id == system.pk:
            found = _locked(row.sign_on)
            if found is not None:
                end_sign_on(found, BY_THE_SYSTEM, at)


def userinfo(*, token: str, at: datetime) -> dict[str, Any]:
    """What the scopes of an access token tell of the person. Raises `OAuthRefused` (401). Reading a number is audited."""
    row = _token(token, "access")
    if row is None or not row.lives(at) or row.sign_on.ended_at is not None:
        raise OAuthRefused("invalid_token", "访问令牌不对或已过期。", status=401)
    found = row.sign_on
    if not found.account.is_active or found.system.disabled_at is not None:
        raise OAuthRefused("invalid_token", "账号或系统已停用。", status=401)
    said = _said(found.account, found.scopes, at)
    if "id_number" in said or "phone_number" in said:
        told = [name for name in ("id_number", "phone_number") if name in said]
        _note("identity.tell_system", as_actor(found.account), found.system, told=told)
    return said


def _said(account: Account, scopes: Sequence[str], at: datetime) -> dict[str, Any]:
    said: dict[str, Any] = {"sub": str(account.uid)}
    party = account.party
    if "profile" in scopes:
        kind = "staff" if account.kind == "staff" else (party.kind if party else "")
        said |= {"name": account.name, "kind": kind}
        if party is not None and party.kind == "legal":
            said["organisation"] = party.name
    if "phone" in scopes and party is not None and party.phone:
        said["phone_number"] = party.phone
    if "id_number" in scopes and party is not None:
        said |= {"id_type": party.id_type, "id_number": party.id_number, "assurance": party.assurance}
    for scope, claims in _claims.items():
        if scope in scopes:
            said |= claims(account, at)
    return said


def _tokens(found: SignOn, at: datetime, *, with_id: bool, until: datetime | None = None) -> dict[str, Any]:
    access, refresh = new_secret(), new_secret()
    SignOnToken.objects.bulk_create(
        [
            SignOnToken(hash=digest(access), sign_on=found, kind="access", issued_at=at,
                        expires_at=at + timedelta(minutes=ACCESS_MINUTES)),
            SignOnToken(hash=digest(refresh), sign_on=found, kind="refresh", issued_at=at,
                        expires_at=until or at + timedelta(hours=REFRESH_HOURS)),
        ]
    )  # fmt: skip
    given: dict[str, Any] = {
        "access_token": access, "token_type": "Bearer", "expires_in": ACCESS_MINUTES * 60, "refresh_token": refresh,
        "scope": " ".join(found.scopes),
    }  # fmt: skip
    if with_id:
        given["id_token"] = _id_token(found, at)
    return given


def _id_token(found: SignOn, at: datetime) -> str:
    key = signing_keys.current(at)
    now = int(at.timestamp())
    claims: dict[str, Any] = {
        "iss": issuer(), "sub": str(found.account.uid), "aud": found.system.client_id, "iat": now,
        "exp": now + ID_TOKEN_MINUTES * 60, "auth_time": int(found.signed_in_at.timestamp()), "sid": str(found.uid),
    }  # fmt: skip
    if found.nonce:
        claims["nonce"] = found.nonce
    return jwt.encode({"alg": "RS256", "kid": key.kid}, claims, key, algorithms=["RS256"])


def logout_token(found: SignOn, at: datetime) -> str:
    """What tells the system that somebody has left (OpenID back-channel logout)."""
    key = signing_keys.current(at)
    now = int(at.timestamp())
    claims = {
        "iss": issuer(), "sub": str(found.account.uid), "aud": found.system.client_id, "iat": now, "exp": now + 120,
        "jti": new_secret(), "sid": str(found.uid),
        "events": {"http://schemas.openid.net/event/backchannel-logout": {}},
    }  # fmt: skip
    return jwt.encode({"alg": "RS256", "kid": key.kid, "typ": "logout+jwt"}, claims, key, algorithms=["RS256"])


def end_sign_on(found: SignOn, reason: str, at: datetime) -> None:
    """End a signing-on with all its tokens; recorded where it was not over already. The system is told, unless it was the
    system that ended it."""
    if found.ended_at is None:
        found.ended_at, found.end_reason = at, reason
        found.told_at = at if reason == BY_THE_SYSTEM else found.told_at
        found.save(update_fields=["ended_at", "end_reason", "told_at"])
        if found.told_at is None:
            publish(SignedOff(found.account.uid, at))
    SignOnToken.objects.filter(sign_on=found, expires_at__gt=at).update(expires_at=at)
    audit.record(
        "identity.end_sign_on", actor=as_actor(found.account), target_kind="system", target=found.system.client_id,
        reason=reason, facts={"sign_on": found.uid},
    )  # fmt: skip


def _token(token: str, kind: str) -> SignOnToken | None:
    return (
        SignOnToken.objects.select_related("sign_on", "sign_on__account", "sign_on__account__party", "sign_on__system")
        .filter(hash=digest(audit.safe_text(token[:200])), kind=kind)
        .first()
    )


def _locked(found: SignOn | None) -> SignOn | None:
    if found is None:
        return None
    return SignOn.objects.select_for_update(of=("self",)).get(pk=found.pk)


def _note(action: str, actor: Actor, system: RelyingSystem, **facts: object) -> None:
    audit.record(action, actor=actor, target_kind="system", target=system.client_id, facts=facts)
