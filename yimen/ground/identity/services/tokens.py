"""Keys for programs."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from django.db import transaction

from yimen.ground.identity.models import Account, ApiToken
from yimen.ground.identity.policies import require_role
from yimen.ground.identity.rules import Actor
from yimen.ground.identity.services.second_factor import FactorNeeded, has_factor, is_demanded
from yimen.ground.identity.services.sessions import TOKEN_PREFIX, digest, new_secret
from yimen.ground.kit import audit
from yimen.ground.kit.particulars import tidy
from yimen.ground.kit.refusals import Invalid, NotAllowed, NotFound

LONGEST_DAYS = 366
_SCOPE = re.compile(r"[a-z_]{2,30}\.(?:[a-z_]{2,40}|\*)")


@transaction.atomic
def issue_token(
    *, actor: Actor, account: Account, name: str, scopes: list[str], at: datetime, days: int = 90
) -> tuple[ApiToken, str]:
    """A token that acts as `account` within `scopes` (`cases.accept`, `cases.*`); the secret is shown once.

    For one's own account, or for any staff account by the security administrator. A token never has more rights than
    its account has at the moment of use. Raises `FactorNeeded` where a second factor is demanded and the issuer has none,
    `Invalid` for odd scopes or more than 366 days.
    """
    if account.pk != actor.account_id:
        require_role(actor, "security")
    if not account.is_active:
        raise NotAllowed("这个账号已停用，不能签发接口密钥。")
    if (
        account.kind == "staff"
        and actor.kind != "system"
        and is_demanded("staff")
        and not has_factor(actor.account_id or 0)
    ):
        raise FactorNeeded("没有绑定动态验证码的账号不能签发接口密钥。", next_step="请先到“我的账号”绑定动态验证码。")
    if not scopes or len(scopes) > 50 or any(not _SCOPE.fullmatch(scope) for scope in scopes):
        raise Invalid("接口密钥至少选一项范围，形如 cases.accept 或 cases.*。", fields={"scopes": "请至少选一项范围。"})
    if not 1 <= days <= LONGEST_DAYS:
        raise Invalid(f"有效期为 1 到 {LONGEST_DAYS} 天。", fields={"days": f"请填 1 到 {LONGEST_DAYS}。"})
    secret = TOKEN_PREFIX + new_secret()
    token = ApiToken.objects.create(
        account=account,
        name=tidy(name, "用途", 60, field="name"),
        hash=digest(secret),
        hint=secret[:9],
        scopes=sorted(set(scopes)),
        issued_at=at,
        expires_at=at + timedelta(days=days),
    )
    audit.record(
        "identity.issue_token",
        actor=actor,
        target_kind="account",
        target=str(account.uid),
        facts={"token": token.pk, "scopes": token.scopes, "expires_at": token.expires_at},
    )
    return token, secret


@transaction.atomic
def revoke_token(*, actor: Actor, token: ApiToken, at: datetime) -> None:
    """End a token with the next request: one's own, or any as security administrator."""
    if token.account_id != actor.account_id:
        require_role(actor, "security")
    if not ApiToken.objects.filter(pk=token.pk, revoked_at__isnull=True).update(revoked_at=at):
        raise NotFound("这个接口密钥已经收回。")
    audit.record("identity.revoke_token", actor=actor, target_kind="token", target=str(token.pk))
