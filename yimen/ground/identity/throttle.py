"""Counting failed sign-ins: by name and address, by name, by address. Names that do not exist are counted alike."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from yimen.ground.identity.models import SignInThrottle
from yimen.ground.identity.passwords import Profile
from yimen.ground.kit import keyring
from yimen.ground.kit.moments import say_span
from yimen.ground.kit.refusals import TooMany

WIDER = 4
"""A name from anywhere, and an address for any name, may fail this many times as often as a name from one address."""


class SignInLocked(TooMany):
    """Too many failures; `until` says when to try again."""

    code = "sign_in_locked"

    def __init__(self, until: datetime, at: datetime) -> None:
        super().__init__(
            f"登录失败次数过多，已暂停登录，还需等待 {say_span(until - at + timedelta(minutes=1))}。",
            next_step="请稍后再试；忘记密码的，群众请用“忘记密码”或到窗口办理，工作人员请联系安全管理员。",
        )
        self.until = until


@dataclass(frozen=True, slots=True)
class Keys:
    """The three rows that one try counts in."""

    pair: str
    name: str
    ip: str

    @classmethod
    def of(cls, name: str, ip: str | None) -> Keys:
        """The rows of a name as typed and an address."""
        typed = name[:80].casefold()
        return cls(
            pair="pair:" + keyring.blind_index(f"{typed}\x1f{ip or ''}", kind="sign_in")[4:],
            name=name_key(typed),
            ip="ip:" + (ip or "none"),
        )


def name_key(name: str) -> str:
    """The row of a name from anywhere."""
    return "name:" + keyring.blind_index(name[:80].casefold() or "-", kind="sign_in")[4:]


@transaction.atomic
def enter(keys: Keys, profile: Profile, at: datetime) -> None:
    """Count a try as failed before it is checked, so that a hundred at once get no more guesses than one after another.

    Raises `SignInLocked`; then nothing is counted. `clear` takes the count back after a success.
    """
    limits = {
        keys.pair: profile.max_failures,
        keys.name: profile.max_failures * WIDER,
        keys.ip: profile.max_failures * WIDER,
    }
    SignInThrottle.objects.bulk_create(
        [SignInThrottle(key=key, name_key="" if key == keys.ip else keys.name, since=at) for key in sorted(limits)],
        ignore_conflicts=True,
    )
    rows = list(SignInThrottle.objects.select_for_update().filter(key__in=limits).order_by("key"))
    locked = [row.locked_until for row in rows if row.locked_until and row.locked_until > at]
    if locked:
        raise SignInLocked(max(locked), at)
    for row in rows:
        if row.locked_until or at - row.since > timedelta(minutes=profile.failure_minutes):
            row.failures, row.since, row.locked_until = 0, at, None
        row.failures += 1
        if row.failures >= limits[row.key]:
            row.locked_until = at + timedelta(minutes=profile.lock_minutes)
    SignInThrottle.objects.bulk_update(rows, ["failures", "since", "locked_until"])


@transaction.atomic
def clear(keys: Keys) -> None:
    """A success: forget the name's failures here, and take back the one counted for the address and the name."""
    # Locked in the order in which `enter` locks them, or two tries at once could wait for each other.
    rows = SignInThrottle.objects.select_for_update().filter(key__in=[keys.pair, keys.name, keys.ip]).order_by("key")
    for row in list(rows):
        if row.key == keys.pair:
            row.delete()
            continue
        row.failures, row.locked_until = max(row.failures - 1, 0), None
        row.save(update_fields=["failures", "locked_until"])


def unlock(name: str) -> int:
    """Forget every count of a name; returns how many rows there were."""
    return SignInThrottle.objects.filter(name_key=name_key(name)).delete()[0]


def forget_old(at: datetime, days: int = 1) -> int:
    """Delete counts that no longer matter; for the nightly sweep."""
    return SignInThrottle.objects.filter(since__lt=at - timedelta(days=days)).delete()[0]
