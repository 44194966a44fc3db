"""Signing in through a provincial identity (省统一身份认证, R016): out, back, whose account it is, and out again everywhere."""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction

from yimen.ground.identity import oidc
from yimen.ground.identity.models import (
    Account,
    ExternalIdentity,
    FederatedAttempt,
    FederatedSession,
    Party,
    SeenToken,
)
from yimen.ground.identity.oidc import Provider, ProviderLies, Said
from yimen.ground.identity.rules import Actor
from yimen.ground.identity.services.parties import as_actor, own_account, party_fields, save_new_account
from yimen.ground.identity.services.sessions import digest, new_secret
from yimen.ground.identity.services.signing_in import SignedIn, open_session
from yimen.ground.kit import audit
from yimen.ground.kit.refusals import Conflict, Invalid, NotAllowed, NotFound, Refusal

MINUTES = 10


class NoProvider(NotFound):
    """No provider is set for this site."""

    code = "no_provider"


class AttemptOver(Refusal):
    """The way back belongs to no way out of this browser, or was gone already, or took too long."""

    status = 403
    code = "attempt_over"


class LevelTooLow(NotAllowed):
    """The person is known there, but not well enough."""

    code = "level_too_low"


class NotLinked(NotAllowed):
    """The person is known there; here an account exists that only its owner may tie to it."""

    code = "not_linked"


@dataclass(frozen=True, slots=True)
class Begun:
    """Where the browser goes, and the secret it keeps until it is back."""

    url: str
    browser: str


@dataclass(frozen=True, slots=True)
class Back:
    """Who came back: a session to enter, or (linking) none, and where to go on."""

    signed_in: SignedIn | None
    goes_to: str


def provider() -> Provider | None:
    """The provider of the settings; None where none is set."""
    issuer = str(getattr(settings, "IDENTITY_ISSUER", ""))
    if not issuer:
        return None
    return Provider(
        issuer=issuer,
        client_id=settings.IDENTITY_CLIENT_ID,
        client_secret=settings.IDENTITY_CLIENT_SECRET,
        name=settings.IDENTITY_NAME,
        level=settings.IDENTITY_LEVEL,
    )


def begin(*, at: datetime, back: str = "", actor: Actor | None = None) -> Begun:
    """Prepare the way out; with `actor` the signed-in person ties the own account. Raises `NoProvider`, `ProviderAway`."""
    known = _needed()
    state, nonce, verifier, browser = (secrets.token_urlsafe(size) for size in (32, 32, 48, 32))
    url = oidc.authorize_url(known, redirect_uri=redirect_uri(), state=state, nonce=nonce, verifier=verifier)
    FederatedAttempt.objects.filter(began_at__lt=at - timedelta(hours=1)).delete()
    FederatedAttempt.objects.create(
        state_hash=digest(state), browser_hash=digest(browser), nonce=nonce, verifier=verifier, back=back[:2000],
        account_id=actor.account_id if actor is not None else None, began_at=at,
    )  # fmt: skip
    return Begun(url, browser)


def finish(
    *, state: str, code: str, failed: str, browser: str, at: datetime, ip: str | None = None, device: str = ""
) -> Back:
    """The browser is back: whose account is it? Nothing is written unless everything holds.

    Raises `AttemptOver` (wrong browser, used, too late), `ProviderAway`, `ProviderLies`, `LevelTooLow`, `NotLinked`.
    """
    known = _needed()
    attempt = _taken(state, browser, at)
    if failed or not code:
        raise AttemptOver("您在统一身份认证那里取消了登录，或对方没有同意。", next_step=oidc.OTHER_WAY)
    said = oidc.identify(
        known, code=code[:2000], redirect_uri=redirect_uri(), verifier=attempt.verifier, nonce=attempt.nonce, at=at
    )
    if said.level < known.level:
        raise LevelTooLow(
            f"您在{known.name}的实名等级还不够（需要 {known.level} 级）。",
            next_step=f"请先在{known.name}完成实名认证，或用本站账号登录。",
        )
    with transaction.atomic():
        if attempt.account_id is not None:
            _link_by_hand(attempt.account_id, said, at)
            return Back(None, "/my/account/")
        identity = _identity(said, at)
        account = identity.account
        if not account.is_active:
            raise NotAllowed("这个账号已停用。" + account.disabled_reason, next_step="请到窗口办理。")
        signed_in = open_session(account, at=at, ip=ip, device=device)
        FederatedSession.objects.create(session=signed_in.session, identity=identity, sid=said.sid)
        audit.record(
            "identity.federated_sign_in", actor=as_actor(account), target_kind="account", target=str(account.uid),
            facts={"issuer": said.issuer, "level": said.level, "linked_by": identity.linked_by},
        )  # fmt: skip
    return Back(signed_in, attempt.back)


def redirect_uri() -> str:
    """Where the provider sends people back to; registered there."""
    return f"{settings.ORIGIN}/sign-in/province/back/"


@transaction.atomic
def unlink(*, actor: Actor, at: datetime) -> None:
    """Untie the own account; it must have a password of its own to be reached by. Raises `NotFound`, `Conflict`."""
    account = own_account(actor)
    if not account.has_usable_password():
        raise Conflict("这个账号还没有自己的密码，解除后就登录不了了。", next_step="请先到窗口领取验证码设置密码。")
    if not account.identities.all().delete()[0]:
        raise NotFound("这个账号没有关联统一身份认证。")
    audit.record("identity.unlink_identity", actor=actor, target_kind="account", target=str(account.uid))


def leave_url(session_federated: bool) -> str:
    """Where one goes on to leave the provider too; empty where the session did not come from there."""
    known = provider()
    return oidc.end_session_url(known, back=settings.ORIGIN + "/") if known and session_federated else ""


def came_from_provider(session_uid: UUID) -> bool:
    """Whether this session was opened by the provider's word."""
    return FederatedSession.objects.filter(session__uid=session_uid).exists()


def provider_signed_out(*, token: str, at: datetime) -> int:
    """Back-channel logout: the provider says somebody has left; their sessions here end. Returns how many.

    Raises `ProviderLies`, `ProviderAway`, also for a token seen before.
    """
    known = _needed()
    claims = oidc.verified(known, token[:8000], at, kind="注销令牌")
    events = claims.get("events")
    if not isinstance(events, dict) or "http://schemas.openid.net/event/backchannel-logout" not in events:
        raise ProviderLies("这不是注销令牌", code="no_logout_token")
    if "nonce" in claims or not isinstance(claims.get("jti"), str):
        raise ProviderLies("这不是注销令牌", code="no_logout_token")
    with transaction.atomic():
        try:
            with transaction.atomic():
                SeenToken.objects.create(jti_hash=digest(audit.safe_text(claims["jti"])), seen_at=at)
        except IntegrityError:
            raise ProviderLies("注销令牌已经用过", code="token_replayed") from None
        theirs = FederatedSession.objects.filter(
            identity__issuer=known.issuer, identity__subject=claims["sub"]
        ).select_related("session")
        if isinstance(claims.get("sid"), str) and claims["sid"]:
            theirs = theirs.filter(sid=claims["sid"])
        ended = 0
        for each in theirs:
            each.session.delete()
            ended += 1
        account = Account.objects.filter(identities__issuer=known.issuer, identities__subject=claims["sub"]).first()
        audit.record(
            "identity.provider_signed_out", actor=as_actor(account) if account else None, target_kind="account",
            target=str(account.uid) if account else "", facts={"sessions": ended},
        )  # fmt: skip
    return ended


def _needed() -> Provider:
    known = provider()
    if known is None:
        raise NoProvider("本站没有接入统一身份认证。", next_step="请用本站的登录名和密码登录。")
    return known


def _taken(state: str, browser: str, at: datetime) -> FederatedAttempt:
    """The attempt, used up by this call whatever comes of it: a code is exchanged once, by the browser that began."""
    with transaction.atomic():
        found = (
            FederatedAttempt.objects.select_for_update().filter(state_hash=digest(audit.safe_text(state[:200]))).first()
        )
        mine = found is not None and hmac.compare_digest(found.browser_hash, digest(audit.safe_text(browser[:200])))
        if found is None or not mine or found.used_at is not None or at - found.began_at > timedelta(minutes=MINUTES):
            raise AttemptOver(
                "这次登录不是从本浏览器开始的、已经用过，或超过了十分钟。", next_step="请回到登录页重新开始。"
            )
        found.used_at = at
        found.save(update_fields=["used_at"])
        return found


def _identity(said: Said, at: datetime) -> ExternalIdentity:
    """The tie of this subject, found or made; made only on a proved number of a file that nobody else has an account to."""
    held = ExternalIdentity.objects.select_for_update(of=("self",)).filter(
        issuer=said.issuer, subject=said.subject
    ).first()  # fmt: skip
    if held is not None:
        held.last_used_at = at
        held.save(update_fields=["last_used_at"])
        return held
    if not said.id_number or not said.name:
        raise NotLinked(
            "统一身份认证没有给出您的证件号码，本站认不出是哪个账号。",
            next_step="请先用本站账号登录，再到“我的账号”里关联统一身份认证。",
        )
    fields = party_fields(
        kind="natural", name=said.name, id_type=said.id_type, id_number=said.id_number, phone=said.phone, email="",
        address="", phone_needed=False, at=at,
    )  # fmt: skip
    number = {"id_type": fields["id_type"], "id_index": fields["id_index"]}
    party = Party.objects.select_for_update().filter(**number).first()
    if party is None:
        party, how = _new_party(fields, number), "opened"
    elif party.name != said.name:
        raise ProviderLies("姓名与本站档案不一致", code="name_differs")
    else:
        how = "number"
        if party.assurance == "claimed":
            # Whoever opened this account by claim is not proved to be this person; he is, and says so by hand.
            if party.accounts.filter(closed_at__isnull=True).exists():
                raise NotLinked(
                    "这个证件号码在本站已有账号，当时没有核验过证件。",
                    next_step="是您本人注册的，请用本站账号登录后到“我的账号”里关联；不是您注册的，请带证件到窗口办理。",
                )
            party.assurance = "verified"
            party.save(update_fields=["assurance"])
    accounts = list(party.accounts.filter(closed_at__isnull=True)[:2])
    if len(accounts) > 1:
        raise NotLinked("这个证件号码在本站有多个账号。", next_step="请用其中一个登录，再到“我的账号”里关联。")
    account = accounts[0] if accounts else _new_account(party, at)
    if account.identities.filter(issuer=said.issuer).exists():
        raise ProviderLies("本站账号已关联另一个统一身份", code="already_linked")
    return _tie(account, said, how if accounts else "opened", at)


def _new_party(fields: dict[str, object], number: dict[str, object]) -> Party:
    try:
        with transaction.atomic():
            return Party.objects.create(**{**fields, "assurance": "verified"})
    except IntegrityError:
        return Party.objects.select_for_update().get(**number)


def _new_account(party: Party, at: datetime) -> Account:
    """An account without a password: it is entered through the provider until one is set at the window."""
    account = Account(
        kind="citizen",
        party=party,
        name=party.name,
        sign_in_name=f"p{new_secret()[:16].replace('-', 'a')}",
        opened_at=at,
    )
    account.set_unusable_password()
    save_new_account(account)
    audit.record(
        "identity.register", actor=as_actor(account), target_kind="account", target=str(account.uid),
        facts={"party": party.uid, "kind": party.kind, "by": "provider"},
    )  # fmt: skip
    return account


def _link_by_hand(account_id: int, said: Said, at: datetime) -> None:
    account = Account.objects.select_for_update(of=("self",)).get(pk=account_id)
    party = account.party
    if party is None or party.kind != "natural":
        raise Invalid("单位账号不能关联个人的统一身份。", next_step="请用个人账号关联。")
    if said.id_number and (party.name != said.name or party.id_number != said.id_number.upper()):
        raise ProviderLies("统一身份的姓名或证件号码与这个账号不一致", code="person_differs")
    held = ExternalIdentity.objects.filter(issuer=said.issuer, subject=said.subject).first()
    if held is not None or account.identities.filter(issuer=said.issuer).exists():
        raise Conflict("这个账号或这个统一身份已经关联过。", next_step="要换，请先解除原来的关联。")
    _tie(account, said, "hand", at)


def _tie(account: Account, said: Said, how: str, at: datetime) -> ExternalIdentity:
    try:
        with transaction.atomic():
            identity = ExternalIdentity.objects.create(
                account=account, issuer=said.issuer, subject=said.subject, linked_at=at, linked_by=how, last_used_at=at
            )
    except IntegrityError:
        raise Conflict("这个统一身份刚刚在别处关联过。", next_step="请重新登录。") from None
    audit.record(
        "identity.link_identity", actor=as_actor(account), target_kind="account", target=str(account.uid),
        facts={"issuer": said.issuer, "by": how},
    )  # fmt: skip
    return identity
