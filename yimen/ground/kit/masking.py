"""Sensitive values as they are shown by default: enough to recognise one's own, not enough to use another's."""

from __future__ import annotations

_FULL_FROM = 15  # ID numbers and bank cards; anything shorter shows two characters at each end


def mask_id_number(number: str) -> str:
    """`330106199001011234` → `3301**********1234`."""
    if len(number) < 8:
        return "*" * len(number)
    shown = 4 if len(number) >= _FULL_FROM else 2
    return number[:shown] + "*" * (len(number) - 2 * shown) + number[-shown:]


def mask_phone(number: str) -> str:
    """`13812342671` → `138****2671`; a landline keeps its last four digits."""
    if len(number) == 11 and number.isdigit():
        return f"{number[:3]}****{number[-4:]}"
    return "*" * max(0, len(number) - 4) + number[-4:] if len(number) > 5 else "*" * len(number)


def mask_name(name: str) -> str:
    """`李雷` → `李*`, `欧阳娜娜` → `欧***`; the first character stays."""
    return name[:1] + "*" * max(1, len(name) - 1) if name else ""


def mask_email(address: str) -> str:
    """`lilei@example.cn` → `l****@example.cn`."""
    user, at, host = address.rpartition("@")
    return f"{user[:1]}****@{host}" if at and user else "*" * len(address)


def mask_address(address: str) -> str:
    """The first six characters (district) stay: `清河县东风街12号` → `清河县东风街****`."""
    return f"{address[:6]}****" if len(address) > 6 else "*" * len(address)
