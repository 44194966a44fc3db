"""The identifier of an electronic certificate, its check character, how long one is valid. Pure.

电子证照标识 (GB/T 36903): root · code of the type · code of the organ that issues · serial · version · check character.
"""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date, timedelta

from yimen.ground.kit.refusals import Invalid

ROOT = "1.2.156.3005.2"
"""The arc of electronic certificates; every identifier begins with it."""

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_MODULUS = len(ALPHABET)
_WORDS = re.compile(r"[0-9A-Z]+")
TYPE_CODE = re.compile(r"[0-9A-HJ-NPQRTUWXY]{18}[0-9]{3}")
"""统一社会信用代码 of the organ that defined the type, and three digits."""

LONG_TERM = "长期"


class BadIdentifier(Invalid):
    """What was typed or read is not the identifier of an electronic certificate."""

    code = "bad_identifier"


@dataclass(frozen=True, slots=True)
class Identifier:
    """The parts of an identifier, without its root and check character."""

    type_code: str
    issuer_code: str
    serial: str
    version: int

    @property
    def body(self) -> str:
        """What the check character is reckoned over: the parts without dots."""
        return f"{self.type_code}{self.issuer_code}{self.serial}{self.version:03d}"

    def __str__(self) -> str:
        parts = (ROOT, self.type_code, self.issuer_code, self.serial, f"{self.version:03d}", check_character(self.body))
        return ".".join(parts)


def check_character(body: str) -> str:
    """The check character of ISO 7064 MOD 37,36 over capital letters and digits; raises `BadIdentifier` for others."""
    if not _WORDS.fullmatch(body):
        raise BadIdentifier("电子证照标识只由大写字母和数字组成。")
    product = _MODULUS
    for letter in body:
        total = (product + ALPHABET.index(letter)) % _MODULUS or _MODULUS
        product = total * 2 % (_MODULUS + 1)
    return ALPHABET[(_MODULUS + 1 - product) % _MODULUS]


def read_identifier(text: str) -> Identifier:
    """The parts of an identifier as somebody typed or scanned it; raises `BadIdentifier` saying what is wrong."""
    plain = "".join(text.upper().split())
    if not plain.startswith(f"{ROOT}."):
        raise BadIdentifier("这不是电子证照标识。", next_step=f"标识以 {ROOT} 开头，印在证照上。")
    parts = plain.removeprefix(f"{ROOT}.").split(".")
    if len(parts) != 5 or not all(_WORDS.fullmatch(part) for part in parts):
        raise BadIdentifier("电子证照标识不完整，应当有类型、机构、流水号、版本和校验位五段。")
    kind, issuer, serial, version, check = parts
    if len(version) != 3 or not version.isdigit() or len(check) != 1:
        raise BadIdentifier("电子证照标识的版本应当是三位数字，校验位是一位。")
    found = Identifier(kind, issuer, serial, int(version))
    if check_character(found.body) != check:
        raise BadIdentifier("电子证照标识的校验位不对，请核对是否抄错了一位。")
    return found


def is_identifier(text: str) -> bool:
    """Whether a text is an identifier with the right check character."""
    try:
        read_identifier(text)
    except BadIdentifier:
        return False
    return True


def serial_of(year: int, number: int) -> str:
    """流水号 of a type and organ: the year and seven digits."""
    return f"{year:04d}{number:07d}"


# --- Validity


def months_later(day: date, months: int) -> date:
    """The same day so many months later; the last day of a shorter month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    month += 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def valid_until(first: date, months: int) -> date | None:
    """The last day of a validity of so many months from `first` on; None for 长期 (0)."""
    return months_later(first, months) - timedelta(days=1) if months else None


def renewed_until(today: date, until: date | None, months: int) -> date | None:
    """Until when a renewed certificate is valid: from the day after the old term, which the holder does not lose
    (行政许可法 art. 50); from today where the old term is over."""
    first = today if until is None or until < today else until + timedelta(days=1)
    return valid_until(first, months)


def say_validity(first: date, until: date | None) -> str:
    """How a certificate says it."""
    begun = f"{first.year}年{first.month}月{first.day}日"
    return f"{begun}至{LONG_TERM}" if until is None else f"{begun}至{until.year}年{until.month}月{until.day}日"


# --- Fields of a type

SOURCES = {
    "holder": "持证人名称",
    "holder_number": "持证人证件号码（部分隐去）",
    "representative": "法定代表人（负责人）",
    "address": "持证人住所",
    "item": "事项名称",
    "case": "办件编号",
    "decision": "决定文号",
    "answer": "申请表里的答案",
    "fixed": "固定内容",
    "typed": "制证时填写",
}
"""Whence a field of a certificate gets its words."""


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a type: what it is called, whence it comes (`of` names the answers or the fixed words)."""

    key: str
    label: str
    source: str = "typed"
    of: tuple[str, ...] = ()
    required: bool = True

    def as_row(self) -> dict[str, object]:
        """As it is kept with the type."""
        return {
            "key": self.key,
            "label": self.label,
            "source": self.source,
            "of": list(self.of),
            "required": self.required,
        }


def fields_of(rows: object) -> tuple[Field, ...]:
    """The fields kept with a type; raises `Invalid` naming what is wrong with them."""
    if not isinstance(rows, list) or not rows:
        raise Invalid("证照至少要有一个字段。", fields={"fields": "请至少写一个字段。"})
    found: list[Field] = []
    for row in rows:
        try:
            field = Field(str(row["key"]), str(row["label"]).strip(), str(row.get("source", "typed")),
                          tuple(str(each) for each in row.get("of", ())), bool(row.get("required", True)))  # fmt: skip
        except (TypeError, KeyError, AttributeError):
            raise Invalid("证照字段的格式不对。") from None
        if not re.fullmatch(r"[a-z][a-z0-9_]{0,29}", field.key) or not field.label or len(field.label) > 20:
            raise Invalid(f"字段“{field.label or field.key}”的名称不对。", fields={"fields": "名称最长 20 个字。"})
        if field.source not in SOURCES or (field.source in ("answer", "fixed") and not field.of):
            raise Invalid(f"字段“{field.label}”没有写明取自哪里。", fields={"fields": "请写明取自哪里。"})
        if any(each.key == field.key for each in found):
            raise Invalid(f"字段“{field.label}”写了两次。", fields={"fields": "字段不能重复。"})
        found.append(field)
    return tuple(found)
