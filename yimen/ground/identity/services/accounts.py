"""Opening, disabling and closing accounts; passwords that only their owner knows."""

from __future__ import annotations

import secrets
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from uuid import UUID

from django.db import IntegrityError, transaction

from yimen.ground.identity import passwords, throttle
from yimen.ground.identity.events import AccountClosed
from yimen.ground.identity.models import Account, OneTimeCode, Party, SecurityProfile
from yimen.ground.identity.policies import require_permission, require_role
from yimen.ground.identity.rules import Actor
from yimen.ground.identity.services.enterprises import open_membership
from yimen.ground.identity.services.parties import as_actor, checked_sign_in_name, own_account, save_new_account
from yimen.ground.identity.services.sessions import digest
from yimen.ground.kit import audit
from yimen.ground.kit.outbox import publish
from yimen.ground.kit.particulars import tidy
from yimen.ground.kit.refusals import Conflict, Invalid, NotAllowed, NotFound

CODE_HOURS = {"open": 72, "reset": 24, "activate": 24}
_ALPHABET = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"


class CodeRefused(Invalid):
    """The one-time code is wrong, used or too old."""

    code = "one_time_code_refused"


@transaction.atomic
def open_staff_account(*, actor: Actor, name: str, sign_in_name: str, at: datetime) -> tuple[Account, str]:
    """The system administrator opens an account; the one-time code (12 characters, 72 h) goes to its owner.

    The owner chooses the password with it. Rights come later and from others: posts from whoever manages the unit,
    grants from the security administrator.
    """
    require_role(actor, "system")
    account = Account(
        kind="staff",
        name=tidy(name, "姓名", 100, field="name"),
        sign_in_name=checked_sign_in_name(sign_in_name),
        opened_at=at,
        must_change_password=True,
    )
    account.set_unusable_password()
    save_new_account(account)
    code = _give_code("open", actor, at, account=account)
    _note("identity.open_account", actor, account)
    return account, code


@transaction.atomic
def give_activation_code(*, actor: Actor, party: Party, at: datetime) -> str:
    """At the window, after looking at the document: a code (24 h) with which the party opens its account on the web."""
    require_permission(actor, "identity.verify")
    code = _give_code("activate", actor, at, party=party)
    audit.record("identity.give_activation_code", actor=actor, target_kind="party", target=str(party.uid))
    return code


@transaction.atomic
def reset_password(*, actor: Actor, account: Account, at: datetime) -> str:
    """The security administrator gives a one-time code (24 h); sessions and the old password end, a lock is lifted.

    The administrator never chooses or learns a password. A citizen's account may also be reset at the window
    (`identity.verify`), where the document is looked at.
    """
    if account.pk == actor.account_id:
        raise NotAllowed("不能给自己重设密码。", next_step="请用“修改密码”，或请另一位安全管理员办理。")
    if account.kind == "citizen" and not actor.admin_role:
        require_permission(actor, "identity.verify")
    else:
        require_role(actor, "security")
    account = _locked(account)
    account.set_unusable_password()
    account.must_change_password = True
    account.session_epoch += 1
    account.save(update_fields=["password", "must_change_password", "session_epoch"])
    account.sessions.all().delete()
    account.codes.filter(used_at__isnull=True).update(used_at=at)
    throttle.unlock(account.sign_in_name)
    code = _give_code("reset", actor, at, account=account)
    _note("identity.reset_password", actor, account)
    return code


@transaction.atomic
def use_code(*, code: str, password: str, at: datetime, sign_in_name: str = "", name: str = "") -> Account:
    """Whoever holds a one-time code sets the password; with an activation code also a new account's sign-in name
    (and the name of the person who acts for an enterprise). Raises `CodeRefused`, `PasswordRefused`, `NameTaken`."""
    plain = "".join(code[:40].upper().split()).replace("-", "")
    given = OneTimeCode.objects.select_for_update(of=("self",)).filter(code_hash=digest(audit.safe_text(plain))).first()
    if given is None or given.used_at is not None or given.expires_at <= at:
        message = "验证码不对、已经用过，或已过有效期。"
        raise CodeRefused(message, next_step="请核对后重新输入，或请发放人重新发一个。", fields={"code": message})
    if given.account is not None:
        account = _locked(given.account)
        if not account.is_active:
            raise CodeRefused("这个账号已停用。", next_step="请联系本单位管理员。")
        passwords.change(account, password, at)
    else:
        party = given.party
        if party is None:
            raise CodeRefused("验证码已失效。", next_step="请发放人重新发一个。")
        account = Account(
            kind="citizen",
            party=party,
            sign_in_name=checked_sign_in_name(sign_in_name),
            name=tidy(name or party.name, "姓名", 100, field="name"),
            opened_at=at,
            password_changed_at=at,
        )
        passwords.check(password, account, id_number=party.id_number, phone=party.phone)
        account.set_password(password)
        save_new_account(account)
        if party.kind == "legal":
            open_membership(party, account, at)
    given.used_at = at
    given.save(update_fields=["used_at"])
    _note("identity.use_code", as_actor(account), account, purpose=given.purpose)
    return account


@transaction.atomic
def change_password(*, actor: Actor, old: str, new: str, at: datetime, keep_session: UUID | None = None) -> Account:
    """Change one's own password; every other session ends. Raises `PasswordRefused` (field `password`) and `Invalid`
    (field `old`)."""
    account = own_account(actor)
    if not passwords.verify(old, account.password):
        message = "原密码不对。"
        raise Invalid(message, next_step="请重新输入原密码。", fields={"old": message})
    party = account.party
    passwords.change(account, new, at, id_number=party.id_number if party else "", phone=party.phone if party else "")
    ended = account.sessions.exclude(uid=keep_session) if keep_session else account.sessions.all()
    ended.delete()
    account.sessions.update(epoch=account.session_epoch)
    _note("identity.change_password", actor, account)
    return account


@transaction.atomic
def disable_account(*, actor: Actor, account: Account, reason: str, at: datetime) -> Account:
    """The system or security administrator stops an account; its sessions and tokens end with the next request."""
    require_role(actor, "system", "security")
    if account.pk == actor.account_id:
        raise NotAllowed("不能停用自己的账号。", next_step="请由另一位管理员办理。")
    account = _locked(account)
    _must_be_open(account)
    if not account.is_active:
        raise Conflict("这个账号已经停用。")
    account.is_active = False
    account.disabled_reason = tidy(reason, "停用原因", 200, field="reason")
    account.session_epoch += 1
    account.save(update_fields=["is_active", "disabled_reason", "session_epoch"])
    account.sessions.all().delete()
    _note("identity.disable_account", actor, account, reason=account.disabled_reason)
    publish(AccountClosed(account.uid, at))
    return account


@transaction.atomic
def enable_account(*, actor: Actor, account: Account, at: datetime) -> Account:
    """The system administrator lets a disabled account be used again."""
    require_role(actor, "system")
    if account.pk == actor.account_id:
        raise NotAllowed("不能启用自己的账号。", next_step="请由另一位管理员办理。")
    account = _locked(account)
    _must_be_open(account)
    if account.is_active:
        raise Conflict("这个账号正在使用，不需要启用。")
    account.is_active, account.disabled_reason = True, ""
    account.last_login = at  # counts as used, so that the sweep of unused accounts does not take it again at once
    account.save(update_fields=["is_active", "disabled_reason", "last_login"])
    _note("identity.enable_account", actor, account)
    return account


@transaction.atomic
def close_account(*, actor: Actor, account: Account, at: datetime) -> Account:
    """Close for ever: one's own as a citizen, or as system administrator. The file and what was done with it remain."""
    own = account.pk == actor.account_id
    if own and account.kind == "staff":
        raise NotAllowed("工作人员账号由系统管理员注销。")
    if not own:
        require_role(actor, "system")
    account = _locked(account)
    _must_be_open(account)
    account.is_active, account.closed_at = False, at
    account.disabled_reason = "账号已注销。"
    account.session_epoch += 1
    account.set_unusable_password()
    account.save(update_fields=["is_active", "closed_at", "disabled_reason", "session_epoch", "password"])
    account.sessions.all().delete()
    account.tokens.filter(revoked_at__isnull=True).update(revoked_at=at)
    account.codes.filter(used_at__isnull=True).update(used_at=at)
    _note("identity.close_account", actor, account)
    publish(AccountClosed(account.uid, at))
    return account


@transaction.atomic
def unlock_sign_in(*, actor: Actor, account: Account, at: datetime) -> None:
    """The security administrator lifts a lock after failed sign-ins."""
    require_role(actor, "security")
    throttle.unlock(account.sign_in_name)
    _note("identity.unlock_sign_in", actor, account)


@transaction.atomic
def rename_account(*, actor: Actor, account: Account, name: str, at: datetime) -> Account:
    """The system administrator corrects the name of a member of staff."""
    require_role(actor, "system")
    account = _locked(account)
    if account.kind != "staff":
        raise NotAllowed("群众账号的姓名由窗口核验证件后更正。")
    account.name = tidy(name, "姓名", 100, field="name")
    account.save(update_fields=["name"])
    _note("identity.rename_account", actor, account)
    return account


@transaction.atomic
def set_elder_mode(*, actor: Actor, on: bool, at: datetime) -> None:
    """Remember with the account whether pages are drawn in elder mode."""
    account = own_account(actor)
    account.elder_mode = on
    account.save(update_fields=["elder_mode"])


@transaction.atomic
def set_profile(*, actor: Actor, kind: str, profile: passwords.Profile, at: datetime) -> passwords.Profile:
    """The security administrator changes the rules of signing in; the database refuses less than 等保 level 3."""
    require_role(actor, "security")
    before = passwords.profile_of(kind)
    try:
        with transaction.atomic():
            SecurityProfile.objects.update_or_create(
                kind=kind, defaults={**asdict(profile), "changed_at": at, "changed_by": actor.uid}
            )
    except IntegrityError:
        raise Invalid(
            "这样设置低于等级保护三级的要求。",
            next_step="工作人员密码至少 12 位、群众至少 8 位，工作人员闲置不超过 30 分钟，最长会话不超过 12 小时。",
        ) from None
    audit.record(
        "identity.set_profile",
        actor=actor,
        target_kind="profile",
        target=kind,
        facts={"before": asdict(before), "after": asdict(profile)},
    )
    return replace(profile)


def _give_code(
    purpose: str, actor: Actor, at: datetime, *, account: Account | None = None, party: Party | None = None
) -> str:
    plain = "".join(secrets.choice(_ALPHABET) for _ in range(12))
    OneTimeCode.objects.create(
        purpose=purpose,
        account=account,
        party=party,
        code_hash=digest(plain),
        given_by=actor.uid,
        given_at=at,
        expires_at=at + timedelta(hours=CODE_HOURS[purpose]),
    )
    return f"{plain[:4]}-{plain[4:8]}-{plain[8:]}"


def _locked(account: Account) -> Account:
    found = Account.objects.select_for_update().filter(pk=account.pk).first()
    if found is None:
        raise NotFound("没有这个账号。")
    return found


def _must_be_open(account: Account) -> None:
    if account.closed_at is not None:
        raise Conflict("这个账号已经注销，不能再变更。")


def _note(action: str, actor: Actor, account: Account, *, reason: str = "", **facts: object) -> None:
    audit.record(action, actor=actor, target_kind="account", target=str(account.uid), reason=reason, facts=facts)
