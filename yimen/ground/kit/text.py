"""Words, telephone numbers and addresses that people type, made fit to be kept, and masked to be shown. Pure."""

from __future__ import annotations

import re
import unicodedata

from yimen.ground.kit.refusals import Invalid

_PHONE = re.compile(r"(\+?86-?)?(1[3-9]\d{9})")
_LANDLINE = re.compile(r"0\d{2,3}-?\d{7,8}(-\d{1,6})?|[2-9]\d{6,7}")
_EMAIL = re.compile(r"[A-Za-z0-9._%+\-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9\-]{0,62}\.)+[A-Za-z]{2,24}")


def tidy(text: str, what: str, limit: int, *, field: str = "", needed: bool = True) -> str:
    """One line without spaces around; raises `Invalid` naming `what` when empty, too long or not printable.

    Rare characters (𠮷䶮) pass; NUL, other control characters and halves of characters do not.
    """
    if len(text) > limit * 4:
        raise _no(f"{what}太长，最多 {limit} 个字。", field)
    text = unicodedata.normalize("NFC", " ".join(text.split()))
    if needed and not text:
        raise _no(f"请填写{what}。", field)
    if len(text) > limit:
        raise _no(f"{what}太长，最多 {limit} 个字，现在是 {len(text)} 个。", field)
    if any(unicodedata.category(c) in ("Cc", "Cs", "Cf", "Cn", "Co") for c in text):
        raise _no(f"{what}里有不能保存的字符，请删去后重新输入。", field)
    return text


def checked_phone(text: str, field: str = "phone") -> str:
    """A mobile number as 11 digits, or a landline as typed; raises `Invalid`."""
    plain = "".join(unicodedata.normalize("NFKC", text[:60]).split())
    if found := _PHONE.fullmatch(plain):
        return found[2]
    if _LANDLINE.fullmatch(plain):
        return plain
    raise _no("电话号码不对，请填 11 位手机号码，或带区号的座机。", field)


def checked_email(text: str, field: str = "email") -> str:
    """An e-mail address, or ""; raises `Invalid`."""
    plain = text[:300].strip()
    if plain and (len(plain) > 254 or not _EMAIL.fullmatch(plain)):
        raise _no("电子邮箱不对，请按“名称@域名”的形式填写。", field)
    return plain


def masked_phone(phone: str) -> str:
    """`138****2671`."""
    return phone if len(phone) < 7 else f"{phone[:3]}{'*' * (len(phone) - 7)}{phone[-4:]}"


def masked_email(email: str) -> str:
    """`l***@example.cn`."""
    name, _, domain = email.partition("@")
    return f"{name[:1]}***@{domain}" if domain else ""


def masked_name(name: str) -> str:
    """`李*`, `欧阳**`: the family name alone."""
    return name[:1] + "*" * (len(name) - 1) if name else ""


def _no(message: str, field: str) -> Invalid:
    return Invalid(message, fields={field: message} if field else None)
