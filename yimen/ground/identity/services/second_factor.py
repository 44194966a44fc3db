"""The second factor of staff: bind an authenticator, prove it, recover from a lost telephone (TOTP, RFC 6238; R016, 等保 8.1.4.1 d).

Which rules hold: in production every member of staff must have one; in a trial, when the security administrator's profile
says so; and whoever has bound one must prove it at each sign-in, wherever.
"""

from __future__ import annotations

import hmac
import secrets
import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import pyotp
from django.conf import settings
from django.db import transaction

from yimen.ground.identity import passwords, throttle
from yimen.ground.identity.events import SecondFactorReset
from yimen.ground.identity.models import Account, RecoveryCode, SecondFactor, Session
from yimen.ground.identity.policies import require_role
from yimen.ground.identity.rules import Actor, SignIn
from yimen.ground.identity.services.parties import own_account
from yimen.ground.identity.services.sessions import digest, new_secret
from yimen.ground.kit import audit, keyring, outbox
from yimen.ground.kit.particulars import tidy
from yimen.ground.kit.refusals import Conflict, NotAllowed, NotFound, Refusal

STEP_SECONDS = 30
DRIFT_STEPS = 1
"""How many time steps the telephone's clock may be ahead or behind (RFC 6238, 5.2: one)."""
RECOVERY_CODES = 10
OFFER = timedelta(minutes=30)
"""How long a secret that was shown and not confirmed stays the one to be bound."""
FILLING = timedelta(minutes=10)
"""A form that was opened in time may be sent so much later."""
_ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"


class CodeWrong(Refusal):
    """The one-time or recovery code is wrong, too old, or was used before."""

    status = 422
    code = "second_factor_refused"


class FactorNeeded(NotAllowed):
    """The act needs a second factor that the account does not have, or that was proved too long ago."""

    code = "second_factor_needed"


class FactorStands(Conflict):
    """The account has a second factor already."""

    code = "second_factor_stands"


@dataclass(frozen=True, slots=True)
class Offer:
    """A secret to be put into an authenticator: as text and as the address that a QR code carries."""

    secret: str
    uri: str


@dataclass(frozen=True, slots=True)
class Bound:
    """What binding yields, shown once: recovery codes, and the new secret of the session's cookie."""

    codes: list[str]
    session_secret: str


def is_demanded(kind: str) -> bool:
    """Whether accounts of this kind may do nothing without a second factor."""
    return kind == "staff" and (settings.PRODUCTION or passwords.profile_of(kind).second_factor)


def has_factor(account_id: int) -> bool:
    """Whether the account has bound a second factor."""
    return SecondFactor.objects.filter(account_id=account_id, confirmed_at__isnull=False).exists()


def is_due(account: Account) -> bool:
    """Whether a session opened with the password alone must first prove (or bind) the second factor."""
    return account.kind == "staff" and (has_factor(account.pk) or is_demanded(account.kind))


def is_fresh(sign_in: SignIn | None, at: datetime, *, filling: bool = False) -> bool:
    """Whether the second factor was proved within the profile's `factor_minutes`; `filling` adds the time for a form."""
    if sign_in is None or sign_in.session is None or sign_in.factor_at is None:
        return False
    limit = timedelta(minutes=passwords.profile_of("staff").factor_minutes) + (FILLING if filling else timedelta())
    return at - sign_in.factor_at <= limit


def demand_fresh(actor: Actor, sign_in: SignIn | None, at: datetime) -> None:
    """Raise `FactorNeeded` unless this session has just proved a second factor. An interface token never has."""
    if is_fresh(sign_in, at, filling=True):
        return
    if sign_in is None or sign_in.session is None:
        raise FactorNeeded("这件事要本人在网页上用动态验证码确认，接口密钥不能办。")
    if not has_factor(actor.account_id or 0):
        raise FactorNeeded("您还没有绑定动态验证码，不能办这件事。", next_step="请先到“我的账号”绑定动态验证码。")
    raise FactorNeeded("这件事很重要，要再输一次动态验证码。", next_step="请重新打开这一页，输入动态验证码后再办。")


@transaction.atomic
def offer_factor(*, actor: Actor, at: datetime) -> Offer:
    """The secret to be bound. Asked again within half an hour, in whatever tab, it is the same one. Raises `FactorStands`."""
    account = own_account(actor)
    if account.kind != "staff":
        raise NotAllowed("动态验证码是给工作人员用的。")
    held = SecondFactor.objects.filter(account=account).first()
    if held is not None and held.confirmed_at is not None:
        raise FactorStands(
            "您已经绑定动态验证码。", next_step="换了手机的，请先用恢复码登录，再请安全管理员解除后重新绑定。"
        )
    if held is None or at - held.begun_at > OFFER:
        held, _ = SecondFactor.objects.update_or_create(
            account=account, defaults={"secret": pyotp.random_base32(), "begun_at": at, "last_step": 0}
        )
        _note("identity.begin_factor", actor, account.uid)
    uri = pyotp.TOTP(held.secret).provisioning_uri(name=account.sign_in_name, issuer_name=settings.CENTRE_NAME)
    return Offer(held.secret, uri)


def bind_factor(*, actor: Actor, session: UUID, code: str, at: datetime, ip: str | None = None) -> Bound:
    """Confirm the offered secret with a first code. Of two who confirm at once one wins, the other gets `FactorStands`.

    The session counts as proved and gets a new secret. Raises `CodeWrong`, `SignInLocked`.
    """
    _count(actor, at, ip)
    with transaction.atomic():
        held = SecondFactor.objects.select_for_update().filter(account_id=actor.account_id or 0).first()
        if held is None:
            raise NotFound("请先扫描二维码，再输入动态验证码。", next_step="请重新打开绑定页面。")
        if held.confirmed_at is not None:
            raise FactorStands("刚才已经绑定好了。", next_step="请用动态验证码继续登录。")
        step = _step_of(held.secret, _plain(code), at)
        if step is not None:
            held.confirmed_at = held.last_used_at = at
            held.last_step = step
            held.save(update_fields=["confirmed_at", "last_used_at", "last_step"])
            codes = _make_codes(held.account_id, at)
            secret = _proved(session, held.account_id, at)
            _note("identity.bind_factor", actor, actor.uid)
    if step is None:
        raise _refused(actor, "动态验证码不对。", "请核对手机时间是否准确，输入最新的 6 位数字。")
    throttle.clear(_keys(actor, ip))
    return Bound(codes, secret)


def prove_factor(*, actor: Actor, session: UUID, code: str, at: datetime, ip: str | None = None) -> str:
    """Take a one-time or recovery code; returns the session's new secret, since what opens more must be a new cookie.

    A code of a time step that was used before is refused, also where two come at once. Raises `CodeWrong`, `SignInLocked`.
    """
    _count(actor, at, ip)
    with transaction.atomic():
        how = _take(actor, _plain(code), at)
        if how in ("totp", "recovery"):
            secret = _proved(session, actor.account_id or 0, at)
            _note("identity.prove_factor", actor, actor.uid, how=how)
    if how == "used":
        raise _refused(actor, "这个验证码已经用过。", "请等手机上出现下一个动态验证码再输入；恢复码每个只能用一次。")
    if how == "wrong":
        raise _refused(
            actor, "验证码不对，或者已经过时。", "请输入手机上最新的 6 位数字；手机不在身边的，可输入恢复码。"
        )
    throttle.clear(_keys(actor, ip))
    return secret


@transaction.atomic
def renew_recovery_codes(*, actor: Actor, sign_in: SignIn | None, at: datetime) -> list[str]:
    """Ten new recovery codes; the old ones are worth nothing from now on. Raises `FactorNeeded`."""
    demand_fresh(actor, sign_in, at)
    account = own_account(actor)
    codes = _make_codes(account.pk, at)
    _note("identity.renew_recovery_codes", actor, account.uid)
    return codes


@transaction.atomic
def reset_factor(*, actor: Actor, account: Account, reason: str, at: datetime) -> None:
    """The security administrator frees an account whose owner has lost the telephone; every session ends, the owner is told.

    Raises `NotAllowed` for oneself, `Conflict` where nothing is bound.
    """
    require_role(actor, "security")
    if account.pk == actor.account_id:
        raise NotAllowed("不能解除自己的动态验证码。", next_step="请由另一位安全管理员办理。")
    reason = tidy(reason, "原因", 200, field="reason")
    account = Account.objects.select_for_update().get(pk=account.pk)
    if not SecondFactor.objects.filter(account=account).delete()[0]:
        raise Conflict("这个账号没有绑定动态验证码。")
    RecoveryCode.objects.filter(account=account).delete()
    account.session_epoch += 1
    account.save(update_fields=["session_epoch"])
    account.sessions.all().delete()
    throttle.unlock(_name(account.uid))
    _note("identity.reset_factor", actor, account.uid, reason=reason)
    outbox.publish(SecondFactorReset(account_id=account.pk, at=at))


def recovery_codes_left(account_id: int) -> int:
    """How many recovery codes have not been used."""
    return RecoveryCode.objects.filter(account_id=account_id, used_at__isnull=True).count()


# Codes


def _plain(code: str) -> str:
    """As typed on any keyboard: full-width digits, spaces and hyphens do not matter."""
    typed = unicodedata.normalize("NFKC", code[:60]).upper()
    return "".join(sign for sign in typed if sign.isalnum())


def _step_of(secret: str, code: str, at: datetime) -> int | None:
    """The time step whose code this is, the present one first; None for none within the drift."""
    now = int(at.timestamp()) // STEP_SECONDS
    totp = pyotp.TOTP(secret, interval=STEP_SECONDS)
    found = None
    for apart in sorted(range(-DRIFT_STEPS, DRIFT_STEPS + 1), key=abs, reverse=True):
        if hmac.compare_digest(totp.generate_otp(now + apart).encode(), code.encode()):
            found = now + apart
    return found


def _take(actor: Actor, code: str, at: datetime) -> str:
    """What the code was: `totp` or `recovery` (and it is used now), `used` before, or `wrong`."""
    factor = SecondFactor.objects.filter(account_id=actor.account_id or 0, confirmed_at__isnull=False).first()
    if factor is None:
        raise FactorNeeded("您还没有绑定动态验证码。", next_step="请先绑定。")
    step = _step_of(factor.secret, code, at)
    if step is not None:
        # One statement decides, so that of two who send the same code at once only one is let in.
        newer = SecondFactor.objects.filter(pk=factor.pk, last_step__lt=step)
        return "totp" if newer.update(last_step=step, last_used_at=at) else "used"
    if code.isdigit():
        return "wrong"
    mine = RecoveryCode.objects.filter(account_id=factor.account_id, code_hash=_hash(code))
    if mine.filter(used_at__isnull=True).update(used_at=at):
        return "recovery"
    return "used" if mine.exists() else "wrong"


def _make_codes(account_id: int, at: datetime) -> list[str]:
    RecoveryCode.objects.filter(account_id=account_id).delete()
    plain: set[str] = set()
    while len(plain) < RECOVERY_CODES:
        drawn = "".join(secrets.choice(_ALPHABET) for _ in range(10))
        if not drawn.isdigit():
            plain.add(drawn)
    RecoveryCode.objects.bulk_create(
        RecoveryCode(account_id=account_id, code_hash=_hash(code), made_at=at) for code in sorted(plain)
    )
    return [f"{code[:5]}-{code[5:]}" for code in sorted(plain)]


def _hash(code: str) -> str:
    return keyring.blind_index(code, kind="recovery_code")


def _proved(session: UUID, account_id: int, at: datetime) -> str:
    secret = new_secret()
    mine = Session.objects.filter(uid=session, account_id=account_id)
    if not mine.update(key_hash=digest(secret), factor_due=False, factor_at=at):
        raise NotFound("登录已经结束，请重新登录。")
    return secret


# Counting tries, as passwords are counted


def _name(uid: UUID) -> str:
    return f"second factor of {uid}"


def _keys(actor: Actor, ip: str | None) -> throttle.Keys:
    return throttle.Keys.of(_name(actor.uid), ip)


def _count(actor: Actor, at: datetime, ip: str | None) -> None:
    try:
        throttle.enter(_keys(actor, ip), passwords.profile_of("staff"), at)
    except throttle.SignInLocked as locked:
        _record(locked, actor)
        raise


def _refused(actor: Actor, message: str, next_step: str) -> CodeWrong:
    refusal = CodeWrong(message, next_step=next_step, fields={"code": message})
    _record(refusal, actor)
    return refusal


def _record(refusal: Refusal, actor: Actor) -> None:
    audit.record_refusal(
        refusal, action="identity.prove_factor", actor=actor, target_kind="account", target=str(actor.uid)
    )


def _note(action: str, actor: Actor, account: UUID, *, reason: str = "", **facts: object) -> None:
    audit.record(action, actor=actor, target_kind="account", target=str(account), reason=reason, facts=facts)
