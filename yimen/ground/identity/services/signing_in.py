"""Signing in and out, and the sessions that stand open."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from django.db import transaction

from yimen.ground.identity import passwords, throttle
from yimen.ground.identity.models import Account, Session, SignOn
from yimen.ground.identity.policies import require_role
from yimen.ground.identity.rules import Actor
from yimen.ground.identity.services import second_factor
from yimen.ground.identity.services.letting_out import let_out
from yimen.ground.identity.services.parties import as_actor
from yimen.ground.identity.services.sessions import digest, new_secret
from yimen.ground.kit import audit, keyring
from yimen.ground.kit.refusals import NotFound, Refusal


class SignInRefused(Refusal):
    """Name or password is wrong; which of them is not said."""

    status = 401
    code = "sign_in_refused"


class AccountDisabled(Refusal):
    """The password was right, the account is not in use."""

    status = 403
    code = "account_disabled"


@dataclass(frozen=True, slots=True)
class SignedIn:
    """An open session: `secret` goes into the cookie and is kept nowhere else."""

    account: Account
    session: Session
    secret: str


def sign_in(
    *,
    name: str,
    password: str,
    kind: Literal["citizen", "staff"],
    at: datetime,
    ip: str | None = None,
    device: str = "",
) -> SignedIn:
    """Open a session. Citizens may type sign-in name, mobile number or document number, staff their sign-in name.

    Unknown name, wrong password and wrong door give the same answer after the same time: `SignInRefused`. After
    too many failures `SignInLocked`; with the right password of a disabled account `AccountDisabled`.
    """
    name = audit.safe_text(name.strip())[:80]
    profile = passwords.profile_of(kind)
    keys = throttle.Keys.of(name, ip)
    try:
        throttle.enter(keys, profile, at)
    except throttle.SignInLocked as locked:
        audit.record_refusal(locked, action="identity.sign_in", actor=None, target_kind="name", target=keys.name[5:21])
        raise
    account = _find(name, kind)
    if not passwords.verify(password, account.password if account else None) or account is None:
        refusal: Refusal = SignInRefused(
            "登录名或密码不对。",
            next_step=f"请重新输入；连续 {profile.max_failures} 次不对会暂停登录 {profile.lock_minutes} 分钟。",
        )
        audit.record_refusal(refusal, action="identity.sign_in", actor=None, target_kind="name", target=keys.name[5:21])
        raise refusal
    if not account.is_active:
        refusal = AccountDisabled(
            "这个账号已停用。" + account.disabled_reason, next_step="请联系本单位管理员，群众请到窗口办理。"
        )
        audit.record_refusal(
            refusal, action="identity.sign_in", actor=as_actor(account), target_kind="account", target=str(account.uid)
        )
        raise refusal
    throttle.clear(keys)
    return open_session(account, at=at, ip=ip, device=device)


@transaction.atomic
def open_session(account: Account, *, at: datetime, ip: str | None = None, device: str = "") -> SignedIn:
    """Open a session for a person whose identity is already proved; the oldest ones beyond the limit end.

    Where a second factor is due (`second_factor.is_due`), the session opens nothing but its pages until it is proved.
    """
    account = Account.objects.select_for_update().get(pk=account.pk)
    profile = passwords.profile_of(account.kind)
    held = account.sessions.order_by("-opened_at", "-pk").values_list("pk", flat=True)[profile.max_sessions - 1 :]
    Session.objects.filter(pk__in=list(held)).delete()
    secret = new_secret()
    session = Session.objects.create(
        key_hash=digest(secret),
        account=account,
        epoch=account.session_epoch,
        opened_at=at,
        seen_at=at,
        ends_at=at + timedelta(minutes=profile.absolute_minutes),
        idle_minutes=profile.idle_minutes,
        factor_due=second_factor.is_due(account),
        ip=ip,
        device=audit.safe_text(device)[:120],
    )
    account.last_login = at
    if passwords.is_too_old(account, at):
        account.must_change_password = True
    account.save(update_fields=["last_login", "must_change_password"])
    audit.record(
        "identity.sign_in",
        actor=as_actor(account),
        target_kind="account",
        target=str(account.uid),
        facts={"session": session.uid},
    )
    return SignedIn(account, session, secret)


@transaction.atomic
def sign_out(*, session: UUID, actor: Actor, at: datetime) -> None:
    """End the actor's own session; a session that is gone already is no error. Signings-on that began from it end too."""
    mine = SignOn.objects.filter(session_uid=session, account=actor.account_id or 0)
    let_out(mine, account=actor.uid, reason="本站已退出", at=at)
    Session.objects.filter(uid=session, account_id=actor.account_id or 0).delete()
    audit.record("identity.sign_out", actor=actor, target_kind="session", target=str(session))


@transaction.atomic
def end_session(*, session: UUID, actor: Actor, at: datetime) -> None:
    """End one session of one's own account, seen in the list of sessions; raises `NotFound`."""
    if not Session.objects.filter(uid=session, account_id=actor.account_id or 0).delete()[0]:
        raise NotFound("这个登录已经结束。")
    mine = SignOn.objects.filter(session_uid=session, account=actor.account_id or 0)
    let_out(mine, account=actor.uid, reason="本人结束了这个登录", at=at)
    audit.record("identity.end_session", actor=actor, target_kind="session", target=str(session))


@transaction.atomic
def end_sessions(*, account: Account, actor: Actor, at: datetime, keep: UUID | None = None) -> None:
    """End every session of an account at once, one's own or as security administrator. `keep` may stay (one's own)."""
    if account.pk != actor.account_id:
        require_role(actor, "security", "system")
    account = Account.objects.select_for_update().get(pk=account.pk)
    account.session_epoch += 1
    account.save(update_fields=["session_epoch"])
    ended = account.sessions.exclude(uid=keep) if keep else account.sessions.all()
    ended.delete()
    theirs = account.sign_ons.exclude(session_uid=keep) if keep else account.sign_ons.all()
    let_out(theirs, account=account.uid, reason="本站登录全部结束", at=at)
    account.sessions.update(epoch=account.session_epoch)
    audit.record("identity.end_sessions", actor=actor, target_kind="account", target=str(account.uid))


def forget_ended_sessions(at: datetime) -> int:
    """Delete sessions past their limits; for the nightly sweep. They are refused long before."""
    return Session.objects.filter(ends_at__lt=at).delete()[0]


@transaction.atomic
def work_in_post(*, actor: Actor, session: UUID, post_id: int, at: datetime) -> None:
    """Note the post in which the session goes on. The caller (organisations) has checked that the actor holds it."""
    mine = Session.objects.filter(uid=session, account_id=actor.account_id or 0)
    if not mine.update(post_id=post_id, standing_in=None):
        raise NotFound("登录已经结束，请重新登录。")
    audit.record("identity.work_in_post", actor=actor, target_kind="post", target=str(post_id))


@transaction.atomic
def stand_in(*, actor: Actor, session: UUID, delegation: int | None, at: datetime) -> None:
    """Note for whom the session goes on (None: for oneself again). The caller (organisations) has checked the delegation."""
    if not Session.objects.filter(uid=session, account_id=actor.account_id or 0).update(standing_in=delegation):
        raise NotFound("登录已经结束，请重新登录。")
    action = "identity.stand_in" if delegation else "identity.stand_down"
    audit.record(action, actor=actor, target_kind="delegation", target=str(delegation or ""))


def _find(typed: str, kind: str) -> Account | None:
    """The account behind what was typed. Every branch asks the same number of questions of the database."""
    by_name = Account.objects.filter(sign_in_name__iexact=typed, kind=kind).first()
    if kind == "staff":
        return by_name
    id_index, phone_index = (keyring.blind_index(typed, kind=k) for k in ("id_number", "phone"))
    by_number = list(Account.objects.filter(kind=kind, party__id_index=id_index, closed_at__isnull=True)[:2])
    by_phone = list(Account.objects.filter(kind=kind, party__phone_index=phone_index, closed_at__isnull=True)[:2])
    if by_name or not typed:
        return by_name
    for found in (by_number, by_phone):
        if len(found) == 1:
            return found[0]
    return None
