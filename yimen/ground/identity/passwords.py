"""What a password must be, and how it is kept (等保 2.0, GB/T 22239 8.1.4.1; Argon2id)."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache

from django.conf import settings
from django.contrib.auth.hashers import Argon2PasswordHasher, check_password, make_password
from django.contrib.auth.password_validation import CommonPasswordValidator

from yimen.ground.identity import id_numbers
from yimen.ground.identity.models import Account, PasswordHistory, SecurityProfile
from yimen.ground.kit.refusals import Invalid

LONGEST = 128
CONTEXT = ("yimen", "yimenmen", "zhengwu", "政务", "一门", "zwfw", "password", "mima")
_KEYBOARD = ("0123456789", "abcdefghijklmnopqrstuvwxyz", "qwertyuiop", "asdfghjkl", "zxcvbnm", "1qaz2wsx3edc4rfv")


class Argon2(Argon2PasswordHasher):
    """Argon2id with 19 MiB, two passes, one lane: 20 ms here, and a hundred sign-ins at once do not fill the memory."""

    time_cost = 2
    memory_cost = 19 * 1024
    parallelism = 1


class PasswordRefused(Invalid):
    """The new password is too weak; `fields` names the form's field."""

    code = "password_refused"

    def __init__(self, message: str) -> None:
        super().__init__(message, next_step="请换一个密码再提交。", fields={"password": message})


@dataclass(frozen=True, slots=True)
class Profile:
    """The rules in force for one kind of account. Minutes and days are whole numbers."""

    min_length: int
    min_kinds: int = 3
    history: int = 5
    max_age_days: int | None = None
    max_failures: int = 5
    failure_minutes: int = 15
    lock_minutes: int = 30
    idle_minutes: int = 30
    absolute_minutes: int = 480
    max_sessions: int = 3
    second_factor: bool = False
    factor_minutes: int = 15


DEFAULTS = {
    "citizen": Profile(min_length=8),
    "staff": Profile(min_length=12, max_age_days=90, idle_minutes=15, max_sessions=1),
}


def profile_of(kind: str) -> Profile:
    """The security administrator's settings for this kind of account, else the defaults."""
    row = SecurityProfile.objects.filter(kind=kind).first()
    if row is None:
        return DEFAULTS[kind]
    return Profile(**{name: getattr(row, name) for name in Profile.__dataclass_fields__})


def check(password: str, account: Account, *, id_number: str = "", phone: str = "") -> None:
    """Raise `PasswordRefused` unless the password fits the account's profile; an unsaved account has no history."""
    profile = profile_of(account.kind)
    if not usable(password):
        raise PasswordRefused(f"密码不能含有控制字符，最长 {LONGEST} 位。")
    if len(password) < profile.min_length:
        raise PasswordRefused(f"密码至少 {profile.min_length} 位，现在是 {len(password)} 位。")
    if _kinds(password) < profile.min_kinds:
        raise PasswordRefused(f"密码要含大写字母、小写字母、数字、符号中的至少 {profile.min_kinds} 种。")
    said = unicodedata.normalize("NFKC", password).lower()
    if said in _common() or re.sub(r"[\W\d_]+$", "", said) in _common() or _is_run(said):
        raise PasswordRefused("这个密码太常见，容易被猜到。")
    for word in _own_words(account, id_number, phone):
        if word in said or word in said[::-1]:
            raise PasswordRefused("密码不能含有登录名、姓名、证件号码、手机号码或本系统的名称。")
    if account.pk:
        _check_history(password, account, profile.history)


def usable(password: str) -> bool:
    """Whether the text can be a password at all: encodable, printable, not longer than `LONGEST`."""
    return 0 < len(password) <= LONGEST and password.isprintable()


def change(account: Account, password: str, at: datetime, *, id_number: str = "", phone: str = "") -> None:
    """Check and set the password on a locked, saved account; the old one goes into the history."""
    check(password, account, id_number=id_number, phone=phone)
    if account.has_usable_password():
        PasswordHistory.objects.create(account=account, password=account.password, at=at)
        kept = profile_of(account.kind).history
        old = account.old_passwords.order_by("-at", "-pk").values_list("pk", flat=True)[kept:]
        PasswordHistory.objects.filter(pk__in=list(old)).delete()
    account.set_password(password)
    account.password_changed_at = at
    account.must_change_password = False
    account.session_epoch += 1
    account.save(update_fields=["password", "password_changed_at", "must_change_password", "session_epoch"])


def is_too_old(account: Account, at: datetime) -> bool:
    """Whether the profile orders a new password by now."""
    days = profile_of(account.kind).max_age_days
    return bool(days and account.password_changed_at and at - account.password_changed_at > timedelta(days=days))


def verify(password: str, encoded: str | None) -> bool:
    """Whether this is the password; takes as long for `None` (no such account) as for a wrong one."""
    if not usable(password):
        check_password("x", _dummy(make_password.__module__, tuple(settings.PASSWORD_HASHERS)))
        return False
    if encoded is None:
        check_password(password, _dummy(make_password.__module__, tuple(settings.PASSWORD_HASHERS)))
        return False
    return check_password(password, encoded)


@lru_cache
def _dummy(_module: str, _hashers: tuple[str, ...]) -> str:
    return make_password("nobody's password")


@lru_cache
def _common() -> frozenset[str]:
    return frozenset(CommonPasswordValidator().passwords)


def _kinds(password: str) -> int:
    return sum(
        (
            any(c.isupper() for c in password),
            any(c.islower() for c in password),
            any(c.isdigit() for c in password),
            any(not c.isalnum() or ord(c) > 127 for c in password),
        )
    )


def _is_run(said: str) -> bool:
    """Whether the whole text is little more than one key, one pattern or a walk over the keyboard."""
    letters = re.sub(r"[\W_]", "", said)
    if len(set(said)) <= 3 or any(
        len(letters) >= 4 and letters == letters[:n] * (len(letters) // n) for n in (1, 2, 3)
    ):
        return True
    return any(letters in row or letters in row[::-1] for row in _KEYBOARD if letters)


def _own_words(account: Account, id_number: str, phone: str) -> set[str]:
    words = {account.sign_in_name.lower(), account.name.lower(), *CONTEXT, settings.CENTRE_NAME.lower()}
    born = id_numbers.birth_date(id_number)
    if born is not None:
        words |= {_compact(born), id_number[-6:].lower()}
    words |= {phone, phone[-8:]}
    return {word for word in words if len(word) >= 2 and (len(word) >= 4 or not word.isascii())}


def _compact(day: date) -> str:
    return f"{day.year:04d}{day.month:02d}{day.day:02d}"


def _check_history(password: str, account: Account, kept: int) -> None:
    old = list(account.old_passwords.order_by("-at", "-pk").values_list("password", flat=True)[: max(kept - 1, 0)])
    if kept and any(check_password(password, encoded) for encoded in [account.password, *old]):
        raise PasswordRefused(f"不能使用最近 {kept} 次用过的密码。")
