"""Names, telephone numbers and addresses that people type about somebody, checked. Pure."""

from __future__ import annotations

import re
import unicodedata

from yimen.ground.kit.refusals import Invalid
from yimen.ground.kit.text import UnusableText, clean_line

_PHONE = re.compile(r"(\+?86-?)?(1[3-9]\d{9})")
_LANDLINE = re.compile(r"0\d{2,3}-?\d{7,8}(-\d{1,6})?|[2-9]\d{6,7}")
_EMAIL = re.compile(r"[A-Za-z0-9._%+\-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9\-]{0,62}\.)+[A-Za-z]{2,24}")


def tidy(text: str, what: str, limit: int, *, field: str = "", needed: bool = True) -> str:
    """One clean line; raises `Invalid` naming `what` (and the form's field) when empty, too long or not printable.

    Rare characters (𠮷䶮) pass; NUL, other control characters and halves of characters do not.
    """
    try:
        text = clean_line(text, label=what, limit=limit)
    except UnusableText as unusable:
        unusable.fields = {field: unusable.message} if field else {}
        raise
    if needed and not text:
        raise _no(f"请填写{what}。", field)
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


def _no(message: str, field: str) -> Invalid:
    return Invalid(message, fields={field: message} if field else None)
