"""Reading one answer of a form: what was typed becomes a value, or a message that says what to type instead."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, Protocol

from stdnum.cn import ric, uscc

EARLIEST = date(1900, 1, 1)
LATEST = date(2199, 12, 31)
LONGEST_TEXT = 200
LONGEST_LONG_TEXT = 5000
LONGEST_ADDRESS = 300
MOST_FILES = 20
_FORBIDDEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_PHONE = re.compile(r"1[3-9]\d{9}|0\d{2,3}-?\d{7,8}(-\d{1,6})?|\d{7,8}|1\d{4}|[48]00-?\d{3}-?\d{4}")
_EMAIL = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63}){1,6}")
_DATE = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?")
_UID = re.compile(r"[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}", re.IGNORECASE)
_REGION = re.compile(r"\d{6}|\d{9}|\d{12}")


class AnswerProblem(ValueError):
    """An answer that cannot be used; the message says what to type instead."""


class Asked(Protocol):
    """As much of a field or a table column as reading needs."""

    @property
    def kind(self) -> str: ...
    @property
    def label(self) -> str: ...
    @property
    def least(self) -> str: ...
    @property
    def most(self) -> str: ...
    @property
    def shortest(self) -> int | None: ...
    @property
    def longest(self) -> int | None: ...
    @property
    def places(self) -> int: ...
    @property
    def choices(self) -> tuple[Any, ...]: ...


def read(asked: Asked, raw: Any) -> Any:
    """The value of one answer, None or empty where nothing was given; raises `AnswerProblem`."""
    if raw is None:
        return None
    if asked.kind in ("multi_choice", "file"):
        return _many(asked, raw)
    if isinstance(raw, bool):
        raw = "yes" if raw else "no"
    if isinstance(raw, int | float):
        raw = str(raw)
    if not isinstance(raw, str):
        raise AnswerProblem(f"“{asked.label}”看不懂，请重新填写。")
    text = plain(raw, lines=asked.kind in ("long_text", "address"), label=asked.label)
    return READERS[asked.kind](asked, text) if text else None


def plain(raw: str, *, lines: bool, label: str) -> str:
    """Text as people meant it: ends trimmed, rare characters kept; raises `AnswerProblem` for what no one can type."""
    if _FORBIDDEN.search(raw):
        raise AnswerProblem(f"“{label}”里有无法显示的字符，请删去后重新填写。")
    text = raw.replace("\r\n", "\n").replace("\r", "\n").strip()
    return text if lines else re.sub(r"\s*\n\s*", " ", text)


def missing(asked: Asked) -> str:
    """What to say when a required answer is not there."""
    if asked.kind in ("choice", "multi_choice", "yes_no", "region"):
        return f"请选择“{asked.label}”。"
    if asked.kind == "file":
        return f"请上传“{asked.label}”。"
    if asked.kind == "table":
        return f"请至少填写一行“{asked.label}”。"
    return f"请填写“{asked.label}”。"


def bound_fits(kind: str, bound: str) -> bool:
    """Whether a lower or upper bound can be used with this kind of field."""
    if kind == "date":
        return _day(bound) is not None
    if kind in ("integer", "decimal", "amount"):
        return _decimal(bound) is not None
    return False


def _many(asked: Asked, raw: Any) -> list[str]:
    values = [raw] if isinstance(raw, str) else raw
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        raise AnswerProblem(f"“{asked.label}”看不懂，请重新选择。")
    chosen = list(dict.fromkeys(value.strip() for value in values if value.strip()))
    if asked.kind == "file":
        if not all(_UID.fullmatch(value) for value in chosen):
            raise AnswerProblem(f"“{asked.label}”的文件找不到，请重新上传。")
        chosen = [value.lower() for value in chosen]
        most, word = asked.longest or MOST_FILES, "个文件"
    else:
        known = [choice.value for choice in asked.choices]
        if any(value not in known for value in chosen):
            raise AnswerProblem(f"“{asked.label}”里有不在选项中的内容，请重新选择。")
        chosen = [value for value in known if value in chosen]
        most, word = asked.longest or len(known), "项"
    if len(chosen) > most:
        raise AnswerProblem(f"“{asked.label}”最多 {most} {word}。")
    if chosen and asked.shortest and len(chosen) < asked.shortest:
        raise AnswerProblem(f"“{asked.label}”至少 {asked.shortest} {word}。")
    return chosen


def _text(asked: Asked, text: str) -> str:
    usual = {"long_text": LONGEST_LONG_TEXT, "address": LONGEST_ADDRESS}.get(asked.kind, LONGEST_TEXT)
    most = asked.longest or usual
    if len(text) > most:
        raise AnswerProblem(f"“{asked.label}”最多 {most} 个字，现在有 {len(text)} 个。")
    if asked.shortest and len(text) < asked.shortest:
        raise AnswerProblem(f"“{asked.label}”至少 {asked.shortest} 个字。")
    return text


def _half_width(text: str) -> str:
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text))


def _id_number(asked: Asked, text: str) -> str:
    number = _half_width(text).upper()
    if len(number) != 18:
        raise AnswerProblem(f"“{asked.label}”应为 18 位，现在是 {len(number)} 位，请对照证件填写。")
    if not number.isascii() or not _resident(number):
        raise AnswerProblem(f"“{asked.label}”没有通过校验，可能有一位写错，请对照证件填写。")
    return number


def _resident(number: str) -> bool:
    """Check character and birthday (GB 11643). The district is not looked up: districts come and go, numbers stay."""
    if not re.fullmatch(r"[1-9]\d{16}[\dX]", number) or ric.calc_check_digit(number) != number[17]:
        return False
    birthday = _day(number[6:14])
    return birthday is not None and birthday >= EARLIEST


def _credit_code(asked: Asked, text: str) -> str:
    code = _half_width(text).upper()
    if len(code) != 18:
        raise AnswerProblem(f"“{asked.label}”应为 18 位，现在是 {len(code)} 位，请对照营业执照填写。")
    if not code.isascii() or not uscc.is_valid(code):
        raise AnswerProblem(f"“{asked.label}”没有通过校验，可能有一位写错，请对照营业执照填写。")
    return code


def _phone(asked: Asked, text: str) -> str:
    number = _half_width(text).replace("—", "-").replace("(", "").replace(")", "-").removeprefix("+86").strip("-")
    if not number.isascii() or not _PHONE.fullmatch(number):
        raise AnswerProblem(f"“{asked.label}”不像电话号码，请填 11 位手机号，或带区号的固定电话如 0990-6312208。")
    return number


def _email(asked: Asked, text: str) -> str:
    address = _half_width(text)
    if len(address) > 254 or not _EMAIL.fullmatch(address):
        raise AnswerProblem(f"“{asked.label}”不像电子邮箱，请填成 name@example.cn 的样子。")
    return address


def _day(text: str) -> date | None:
    match = _DATE.fullmatch(unicodedata.normalize("NFKC", text).strip())
    compact = re.fullmatch(r"(\d{4})(\d{2})(\d{2})", text.strip())
    parts = match or compact
    if parts is None:
        return None
    try:
        return date(int(parts[1]), int(parts[2]), int(parts[3]))
    except ValueError:
        return None


def _date(asked: Asked, text: str) -> str:
    day = _day(text)
    if day is None:
        raise AnswerProblem(f"“{asked.label}”不是一个日期，请填成 2026-10-12 的样子。")
    least, most = _day(asked.least) or EARLIEST, _day(asked.most) or LATEST
    if not least <= day <= most:
        raise AnswerProblem(f"“{asked.label}”应在 {least.isoformat()} 到 {most.isoformat()} 之间。")
    return day.isoformat()


def _decimal(text: str) -> Decimal | None:
    plain_text = unicodedata.normalize("NFKC", text).replace(",", "").strip()
    if not re.fullmatch(r"[+-]?\d{1,15}(\.\d{1,10})?", plain_text) or not plain_text.isascii():
        return None
    try:
        return Decimal(plain_text)
    except InvalidOperation:
        return None


def _within(asked: Asked, number: Decimal) -> None:
    least, most = _decimal(asked.least), _decimal(asked.most)
    if least is not None and number < least:
        raise AnswerProblem(f"“{asked.label}”不能小于 {asked.least}。")
    if most is not None and number > most:
        raise AnswerProblem(f"“{asked.label}”不能大于 {asked.most}。")


def _integer(asked: Asked, text: str) -> int:
    number = _decimal(text)
    if number is None or number != number.to_integral_value():
        raise AnswerProblem(f"“{asked.label}”应是整数，如 12。")
    _within(asked, number)
    return int(number)


def _fixed(asked: Asked, text: str) -> str:
    places = 2 if asked.kind == "amount" else asked.places
    number = _decimal(text)
    if number is None:
        example = "12.50" if asked.kind == "amount" else "12.5"
        raise AnswerProblem(f"“{asked.label}”应是数字，如 {example}。")
    exponent = number.as_tuple().exponent
    if isinstance(exponent, int) and -exponent > places:
        raise AnswerProblem(f"“{asked.label}”最多 {places} 位小数。")
    if asked.kind == "amount" and number < 0:
        raise AnswerProblem(f"“{asked.label}”不能是负数。")
    _within(asked, number)
    return f"{number:.{places}f}"


def _choice(asked: Asked, text: str) -> str:
    if text not in [choice.value for choice in asked.choices]:
        raise AnswerProblem(f"“{asked.label}”选的内容不在选项中，请重新选择。")
    return text


def _yes_no(asked: Asked, text: str) -> str:
    known = {"yes": "yes", "no": "no", "是": "yes", "否": "no", "true": "yes", "false": "no", "1": "yes", "0": "no"}
    if text.lower() not in known:
        raise AnswerProblem(f"请在“{asked.label}”里选“是”或“否”。")
    return known[text.lower()]


def _region(asked: Asked, text: str) -> str:
    code = _half_width(text)
    if not code.isascii() or not _REGION.fullmatch(code):
        raise AnswerProblem(f"请从列表中选择“{asked.label}”。")
    return code.ljust(12, "0")


READERS: dict[str, Callable[[Asked, str], Any]] = {
    "text": _text,
    "long_text": _text,
    "address": _text,
    "id_number": _id_number,
    "credit_code": _credit_code,
    "phone": _phone,
    "email": _email,
    "date": _date,
    "integer": _integer,
    "decimal": _fixed,
    "amount": _fixed,
    "choice": _choice,
    "yes_no": _yes_no,
    "region": _region,
}
