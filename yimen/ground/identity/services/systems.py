"""Departments' systems that sign in through Yimen: registered, changed, stopped by the system administrator (R016)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction

from yimen.ground.identity import signing_keys
from yimen.ground.identity.models import RelyingSystem, SignOn
from yimen.ground.identity.policies import require_role
from yimen.ground.identity.rules import Actor
from yimen.ground.identity.services.sessions import digest, new_secret
from yimen.ground.identity.services.sso import SCOPES
from yimen.ground.kit import audit
from yimen.ground.kit.numbering import next_number
from yimen.ground.kit.particulars import tidy
from yimen.ground.kit.refusals import Conflict, Invalid, NotFound

MOST_URIS = 10


@transaction.atomic
def register_system(
    *, actor: Actor, name: str, owner: str, audience: str, redirect_uris: Sequence[str], scopes: Sequence[str],
    at: datetime, logout_uri: str = "", reads_changes: bool = False,
) -> tuple[RelyingSystem, str]:  # fmt: skip
    """A system with its number and secret; the secret is shown once. Raises `Invalid` for addresses or scopes that cannot be."""
    require_role(actor, "system")
    if audience not in RelyingSystem.Audience.values:
        raise Invalid("请选择谁来登录。", fields={"audience": "请选择。"})
    secret = new_secret()
    system = RelyingSystem.objects.create(
        client_id=f"sys-{next_number('relying-system'):04d}", name=tidy(name, "系统名称", 100, field="name"),
        owner=tidy(owner, "建设单位", 100, field="owner"), audience=audience, secret_hash=digest(secret),
        redirect_uris=[checked_uri(each, "redirect_uris") for each in _some(redirect_uris)],
        logout_uri=checked_uri(logout_uri, "logout_uri") if logout_uri else "", scopes=_scopes(scopes),
        reads_changes=reads_changes, registered_at=at, registered_by_name=actor.name, secret_at=at,
    )  # fmt: skip
    _note("identity.register_system", actor, system, scopes=system.scopes)
    return system, secret


@transaction.atomic
def change_system(
    *, actor: Actor, system: RelyingSystem, name: str, owner: str, redirect_uris: Sequence[str], scopes: Sequence[str],
    at: datetime, logout_uri: str = "", reads_changes: bool = False,
) -> RelyingSystem:  # fmt: skip
    """Other addresses or scopes; what was signed on keeps what it had."""
    require_role(actor, "system")
    system = _locked(system)
    system.name, system.owner = tidy(name, "系统名称", 100, field="name"), tidy(owner, "建设单位", 100, field="owner")
    system.redirect_uris = [checked_uri(each, "redirect_uris") for each in _some(redirect_uris)]
    system.logout_uri = checked_uri(logout_uri, "logout_uri") if logout_uri else ""
    system.scopes, system.reads_changes = _scopes(scopes), reads_changes
    system.save()
    _note("identity.change_system", actor, system, scopes=system.scopes)
    return system


@transaction.atomic
def renew_secret(*, actor: Actor, system: RelyingSystem, at: datetime) -> str:
    """A new secret, shown once; the old one is worth nothing from now on."""
    require_role(actor, "system")
    system = _locked(system)
    secret = new_secret()
    system.secret_hash, system.secret_at = digest(secret), at
    system.save(update_fields=["secret_hash", "secret_at"])
    _note("identity.renew_system_secret", actor, system)
    return secret


@transaction.atomic
def stop_system(*, actor: Actor, system: RelyingSystem, at: datetime, on: bool = False) -> RelyingSystem:
    """Nobody signs on to it any more, and who is signed on is let out; `on=True` lets it in again. Raises `Conflict`."""
    require_role(actor, "system")
    system = _locked(system)
    if (system.disabled_at is None) == on:
        raise Conflict("这个系统已经是这个状态。", next_step="请刷新页面。")
    system.disabled_at = None if on else at
    system.save(update_fields=["disabled_at"])
    if not on:
        SignOn.objects.filter(system=system, ended_at__isnull=True).update(ended_at=at, end_reason="系统停用")
    _note("identity.start_system" if on else "identity.stop_system", actor, system)
    return system


@transaction.atomic
def rotate_signing_key(*, actor: Actor, at: datetime) -> str:
    """A new key signs from now on; the one before is believed for another day. Returns its number."""
    require_role(actor, "system")
    row = signing_keys.rotate(at)
    audit.record("identity.rotate_signing_key", actor=actor, target_kind="key", target=row.kid)
    return row.kid


def checked_uri(text: str, field: str) -> str:
    """An address of a system: whole, https (in a trial also this machine by http), without a fragment. Raises `Invalid`."""
    uri = text.strip()
    try:
        parts = urlsplit(uri)
        host = parts.hostname or ""
        good = bool(host) and not parts.fragment and not parts.username and parts.port != 0
    except ValueError:
        good, parts, host = False, urlsplit(""), ""
    local = parts.scheme == "http" and host in ("localhost", "127.0.0.1", "::1") and not settings.PRODUCTION
    if not good or len(uri) > 500 or re.search(r"[\s\x00-\x1f*\\]", uri) or not (parts.scheme == "https" or local):
        message = f"“{uri[:80]}”不能用：要写完整的 https:// 地址，不带 # 和 *。"
        raise Invalid(message, fields={field: message})
    return uri


def _some(uris: Sequence[str]) -> list[str]:
    found = list(dict.fromkeys(each.strip() for each in uris if each.strip()))
    if not found or len(found) > MOST_URIS:
        raise Invalid(f"请写 1 到 {MOST_URIS} 个回调地址，每行一个。", fields={"redirect_uris": "每行一个地址。"})
    return found


def _scopes(scopes: Sequence[str]) -> list[str]:
    strange = set(scopes) - set(SCOPES)
    if strange:
        raise Invalid("没有这种信息范围。", fields={"scopes": "请从列表里选。"})
    return [scope for scope in SCOPES if scope in {*scopes, "openid"}]


def _locked(system: RelyingSystem) -> RelyingSystem:
    found = RelyingSystem.objects.select_for_update().filter(pk=system.pk).first()
    if found is None:
        raise NotFound("没有这个系统。")
    return found


def _note(action: str, actor: Actor, system: RelyingSystem, **facts: object) -> None:
    audit.record(action, actor=actor, target_kind="system", target=system.client_id, facts=facts)
