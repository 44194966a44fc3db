"""Money in fen, whole numbers only."""

from __future__ import annotations

import re
import unicodedata
from typing import NewType

from yimen.ground.kit.refusals import Invalid

Fen = NewType("Fen", int)
"""An amount in fen (0.01 yuan). Columns are BigIntegerField and end in `_fen`."""

LARGEST = Fen(10**15 - 1)
_YUAN = re.compile(r"(-?)(\d{1,3}(?:,\d{3})+|\d+)(?:\.(\d{1,2}))?")
_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_PLACES = ("", "拾", "佰", "仟")
_GROUPS = ("", "万", "亿", "兆")


class UnreadableAmount(Invalid):
    """The text is no amount of money."""

    code = "unreadable_amount"


def parse_yuan(text: str, *, label: str = "金额") -> Fen:
    """`1,234.5` (yuan, also full-width, with ¥ or 元) → 123450. Raises `UnreadableAmount`."""
    plain = unicodedata.normalize("NFKC", text).strip().removeprefix("¥").removesuffix("元").strip()
    found = _YUAN.fullmatch(plain) if len(plain) < 40 else None
    if not found or not plain.isascii():
        raise UnreadableAmount(
            f"{label}“{text[:20]}”看不懂。", next_step="请填以元为单位的数字，最多两位小数，例如 1234.50。"
        )
    sign, whole, part = found.groups()
    fen = int(whole.replace(",", "")) * 100 + int((part or "").ljust(2, "0"))
    if fen > LARGEST:
        raise UnreadableAmount(f"{label}太大。", next_step="请检查是否多填了位数。")
    return Fen(-fen if sign else fen)


def say_yuan(amount: Fen) -> str:
    """123450 → `1,234.50 元`."""
    sign = "-" if amount < 0 else ""
    return f"{sign}{abs(amount) // 100:,}.{abs(amount) % 100:02d} 元"


def say_capital(amount: Fen) -> str:
    """123450 → `壹仟贰佰叁拾肆元伍角整`, as cheques and receipts write it (支付结算办法 annex 1)."""
    yuan, rest = divmod(abs(amount), 100)
    jiao, fen = divmod(rest, 10)
    head = f"{_say_integer(yuan)}元" if yuan else ""
    if not rest:
        tail = "整" if yuan else "零元整"
    elif not fen:
        tail = f"{_DIGITS[jiao]}角整"
    else:
        tail = (f"{_DIGITS[jiao]}角" if jiao else "零" if yuan else "") + f"{_DIGITS[fen]}分"
    if head and jiao and not yuan % 10:
        tail = "零" + tail
    return ("负" if amount < 0 else "") + head + tail


def _say_integer(number: int) -> str:
    groups = []
    while number:
        number, group = divmod(number, 10000)
        groups.append(group)
    said = ""
    for index in range(len(groups) - 1, -1, -1):
        group = groups[index]
        if not group:
            continue
        above = groups[index + 1] if index + 1 < len(groups) else None
        if said and (group < 1000 or above == 0):
            said += "零"
        said += _say_group(group) + _GROUPS[index]
    return said


def _say_group(group: int) -> str:
    said, gap = "", False
    for place in (3, 2, 1, 0):
        digit = group // 10**place % 10
        if not digit:
            gap = bool(said)
            continue
        said += ("零" if gap else "") + _DIGITS[digit] + _PLACES[place]
        gap = False
    return said
