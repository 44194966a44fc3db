"""What a courier may say about a parcel and what follows of it; the words of results and parcels. No database, no clock.

The courier tells each thing once or five times, in any order, late or never. So nothing here asks in which order it came: a
parcel that has reached its end stays there, and what contradicts that end is held for a person.
"""

from __future__ import annotations

from typing import Final

RESULT_STATES: Final = {
    "waiting": "待出件",
    "shelved": "待领取",
    "mailing": "邮寄中",
    "handed": "已交付",
    "withdrawn": "决定已收回",
}
OPEN_RESULTS: Final = ("waiting", "shelved", "mailing")

WAYS: Final = {"window": "窗口领取", "post": "邮寄", "online": "网上下载"}

BY: Final = {
    "code": "凭取件码",
    "holder": "本人凭证件",
    "agent": "受托人凭证件",
    "paper": "凭纸质委托书",
    "cabinet": "自助取件柜",
    "post": "邮寄签收",
    "elsewhere": "在办件页送达",
}
"""How a result came into the hands of whom it is for."""

PARCEL_STATES: Final = {
    "asked": "待下单",
    "ordered": "已下单",
    "accepted": "已揽收",
    "transit": "运输中",
    "delivered": "已签收",
    "refused": "拒收退回中",
    "returned": "已退回",
    "lost": "丢失",
    "cancelled": "已取消",
}
UNDER_WAY: Final = ("asked", "ordered", "accepted", "transit", "refused")
ENDED: Final = ("delivered", "returned", "lost", "cancelled")

NOTICES: Final = {
    "accepted": "快递员已取走",
    "transit": "在路上",
    "delivered": "已签收",
    "refused": "收件人拒收",
    "returned": "已退回中心",
    "lost": "快递确认丢失",
}
"""What a courier may tell."""

_RANK: Final = {"asked": 0, "ordered": 1, "accepted": 2, "transit": 3, "refused": 4}

OUTCOMES: Final = {
    "moved": "已记录",
    "late": "迟到，只记经过",
    "unknown": "单号对不上",
    "contradicts": "与已有结果矛盾",
}
HELD_OUTCOMES: Final = ("unknown", "contradicts")
"""What a person has to look at."""


def follow(state: str, kind: str) -> tuple[str, str]:
    """The state after a notice, and what became of the notice: moved, late (only the course grows), contradicts."""
    if kind not in NOTICES:
        raise ValueError(kind)
    if state in ENDED:
        if kind == state or kind in _RANK:
            return state, "late"
        return state, "contradicts"
    if kind == "delivered" and state == "refused":
        return state, "contradicts"
    if kind in ENDED:
        return kind, "moved"
    return (kind, "moved") if _RANK[kind] > _RANK[state] else (state, "late")


def shown_code(code: str) -> str:
    """`12345678` → `1234 5678`, as people read it out."""
    return f"{code[:4]} {code[4:]}" if len(code) == 8 else code


def read_code(typed: str) -> str:
    """The eight digits of a typed or scanned pick-up code, "" where it is none."""
    plain = "".join(each for each in typed.strip() if not each.isspace() and each != "-")
    return plain if len(plain) == 8 and plain.isascii() and plain.isdigit() else ""
