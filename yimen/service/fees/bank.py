"""The way to the bank: orders that become a code to scan, refunds, its file of a day; all in signed JSON over HTTP.

`YIMEN_BANK_URL`, `https://merchant:secret@host/path`; docs/howto/fees.md. The bank speaks back to `/fees/bank/notices/`.

    POST …/orders     {"order", "amount_fen", "subject", "expires_at", "notify"}     → {"bank_order", "pay_url"}
    POST …/refunds    {"refund", "serial", "amount_fen"}                            → {"serial"}
    GET  …/files/<day>                                                             → CSV
    POST /fees/bank/notices/   from the bank {"kind", "serial", "order", "amount_fen", "happened_at"}

Each is signed as `kit.partners` says. Order and refund numbers are ours and make
a repeated request the same request.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol

from django.conf import settings

from yimen.ground.kit import outbound, partners
from yimen.ground.kit.partners import is_signed as is_signed
from yimen.ground.kit.partners import signed as signed
from yimen.ground.kit.refusals import Refusal

SECONDS = 8.0


class NoBank(Refusal):
    """The installation has no bank; codes cannot be made."""

    code = "no_bank"
    status = 503


class BankSaidNo(Refusal):
    """The bank did not take it, or its answer cannot be used."""

    code = "bank_said_no"
    status = 503


class BankSettingError(ValueError):
    """The setting is no address of a bank."""


@dataclass(frozen=True, slots=True)
class Ordered:
    """The bank has taken an order: its number there, and the address behind the code."""

    bank_order: str
    pay_url: str


class Bank(Protocol):
    """What a bank does for us. Another wire format is one more implementation."""

    def order(self, *, order: str, amount_fen: int, subject: str, expires_at: datetime, notify: str) -> Ordered:
        """Make a code for one order. Raises `BankSaidNo`, `outbound.Unreachable`."""
        ...

    def refund(self, *, refund: str, serial: str, amount_fen: int) -> str:
        """Give money of a payment back; returns the bank's number of the refund."""
        ...

    def file_of(self, day: date) -> bytes:
        """The bank's file of a day, CSV."""
        ...


@dataclass(frozen=True, slots=True)
class SignedBank:
    """A bank that speaks the wire format above."""

    base: str
    merchant: str
    secret: bytes

    def order(self, *, order: str, amount_fen: int, subject: str, expires_at: datetime, notify: str) -> Ordered:
        """See `Bank`."""
        said = self._post("/orders", {
            "order": order, "amount_fen": amount_fen, "subject": subject[:120], "expires_at": expires_at.isoformat(),
            "notify": notify,
        })  # fmt: skip
        url = str(said.get("pay_url") or "")
        if not url or len(url) > 500 or not url.isprintable():
            raise BankSaidNo("银行没有给出付款码。", next_step="请稍后再试，或用现金、刷卡缴费。")
        return Ordered(str(said.get("bank_order") or "")[:64], url)

    def refund(self, *, refund: str, serial: str, amount_fen: int) -> str:
        """See `Bank`."""
        said = self._post("/refunds", {"refund": refund, "serial": serial, "amount_fen": amount_fen})
        number = str(said.get("serial") or "")
        if not number or len(number) > 64:
            raise BankSaidNo("银行没有给出退款流水号。", next_step="请稍后再点一次；同一退款编号不会重复退。")
        return number

    def file_of(self, day: date) -> bytes:
        """See `Bank`."""
        answer = self._call("GET", f"/files/{day.isoformat()}", b"")
        if answer.status != 200:
            raise BankSaidNo(f"银行还没有 {day} 的对账单。", next_step="请稍后再取，或上传文件。")
        return answer.body

    def _post(self, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        answer = self._call("POST", path, json.dumps(body, ensure_ascii=False).encode())
        try:
            said = json.loads(answer.body)
        except ValueError:
            said = None
        if answer.status not in (200, 201) or not isinstance(said, dict):
            raise BankSaidNo(f"银行没有受理（{answer.status}）。", next_step="请稍后再试，或用现金、刷卡缴费。")
        return said

    def _call(self, method: str, path: str, body: bytes) -> outbound.Reply:
        return partners.Partner(self.base, self.merchant, self.secret).call(method, path, body, seconds=SECONDS)


def bank() -> Bank:
    """The bank of this installation; raises `NoBank`."""
    found = read_url(str(getattr(settings, "BANK_URL", "") or ""))
    if found is None:
        raise NoBank("本中心还没有开通扫码缴费。", next_step="请到统一收费窗口用现金或刷卡缴费。")
    return found


def has_bank() -> bool:
    """Whether codes can be made."""
    return bool(getattr(settings, "BANK_URL", ""))


def read_url(url: str) -> SignedBank | None:
    """The bank that a setting names, None for an empty one; raises `BankSettingError`."""
    try:
        found = partners.read_url(url)
    except ValueError as wrong:
        raise BankSettingError(f"银行{wrong}") from wrong
    return SignedBank(found.base, found.merchant, found.secret) if found is not None else None
