"""Connecting a screen on a wall, and taking it off (R215). A session of staff ends after half an hour; a wall stands for months."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from yimen.ground.identity.policies import require_permission
from yimen.ground.identity.rules import Actor
from yimen.ground.kit import audit
from yimen.ground.kit.refusals import Conflict, Invalid, NotAllowed, NotFound
from yimen.watch.supervision.models import WallScreen
from yimen.watch.supervision.policies import RULES, WATCH

CODE_MINUTES = 10
LONGEST_DAYS = 180
MOST = 20
SEEN_EVERY = timedelta(minutes=5)


class BorrowedRight(NotAllowed):
    """What is only lent (a stand-in's right, an emergency) connects no screen."""

    code = "borrowed_right"


class TooManyWalls(Conflict):
    """Somebody has connected as many screens as one may."""

    code = "too_many_walls"


class WrongCode(Invalid):
    """No screen waits for this code."""

    code = "wrong_wall_code"


@dataclass(frozen=True, slots=True)
class Added:
    """A screen that waits for its code, and the code: eight digits, said once."""

    screen: WallScreen
    code: str


def digest(secret: str) -> str:
    """What is stored of a code or a key."""
    return hashlib.sha256(secret.encode()).hexdigest()


@transaction.atomic
def add_wall(*, actor: Actor, name: str, days: int, at: datetime) -> Added:
    """Make a screen that shows what the actor sees, for so many days. Raises `NotAllowed`, `BorrowedRight`, `TooManyWalls`, `Invalid`."""
    require_permission(actor, WATCH)
    if actor.delegation_id or actor.emergency_id or actor.post_id is None or actor.account_id is None:
        raise BorrowedRight("代办和应急期间的权限是临时的，不能用来接入大屏。", next_step="请由本岗位的人接入。")
    name = " ".join(name.split())
    if not name or len(name) > 60 or not 1 <= days <= LONGEST_DAYS:
        raise Invalid(f"请写明大屏挂在哪里（60 字以内），有效期 1 到 {LONGEST_DAYS} 天。")
    mine = WallScreen.objects.select_for_update().filter(account=actor.account_id, ended_at=None, ends_at__gt=at)
    if len(mine) >= MOST:
        raise TooManyWalls(f"您接入的大屏已有 {MOST} 块。", next_step="请先停用不再使用的。")
    WallScreen.objects.filter(code_until__lte=at).exclude(code_digest="").update(code_digest="")
    code = f"{secrets.randbelow(10**8):08d}"
    while WallScreen.objects.filter(code_digest=digest(code)).exists():
        code = f"{secrets.randbelow(10**8):08d}"
    screen = WallScreen.objects.create(
        name=name, account_id=actor.account_id, post_id=actor.post_id, code_digest=digest(code),
        code_until=at + timedelta(minutes=CODE_MINUTES), made_at=at, ends_at=at + timedelta(days=days),
    )  # fmt: skip
    audit.record("supervision.add_wall", actor=actor, target_kind="wall", target=str(screen.uid), facts={"days": days})
    return Added(screen, code)


@transaction.atomic
def open_wall(*, code: str, at: datetime) -> tuple[WallScreen, str]:
    """Connect the browser that knows the code; returns the screen and the key which that browser keeps. A code opens once.

    Raises `WrongCode`. Whoever asks limits how often one may try.
    """
    said = "".join(code.split())
    waiting = WallScreen.objects.select_for_update().filter(code_digest=digest(said), ended_at=None, ends_at__gt=at)
    screen = waiting.filter(code_until__gt=at).first() if said else None
    if screen is None:
        raise WrongCode("配对码不对，或者已经过期。", next_step="请在“监察大屏管理”里重新取一个，10 分钟内输入。")
    key = secrets.token_urlsafe(32)
    screen.code_digest, screen.code_until, screen.key_digest, screen.seen_at = "", None, digest(key), at
    screen.save(update_fields=["code_digest", "code_until", "key_digest", "seen_at"])
    audit.record("supervision.open_wall", actor=None, target_kind="wall", target=str(screen.uid))
    return screen, key


@transaction.atomic
def end_wall(*, actor: Actor, uid: UUID, at: datetime) -> WallScreen:
    """Take a screen off: one's own, or any by who keeps the rules. Raises `NotFound`, `Conflict`."""
    require_permission(actor, WATCH)
    screen = WallScreen.objects.select_for_update().filter(uid=uid).first()
    if screen is None or (screen.account_id != actor.account_id and not actor.holds(RULES)):
        raise NotFound("没有这块大屏。", next_step="请从大屏清单进入。")
    if screen.ended_at is not None:
        raise Conflict("这块大屏已经停用。", next_step="请刷新页面。")
    screen.ended_at, screen.code_digest, screen.key_digest = at, "", ""
    screen.save(update_fields=["ended_at", "code_digest", "key_digest"])
    audit.record("supervision.end_wall", actor=actor, target_kind="wall", target=str(screen.uid))
    return screen


def note_seen(screen: WallScreen, at: datetime) -> None:
    """Remember that a screen asked; not more often than needed."""
    if screen.seen_at is None or at - screen.seen_at > SEEN_EVERY:
        WallScreen.objects.filter(pk=screen.pk).update(seen_at=at)
