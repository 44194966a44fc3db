"""The way to the courier: orders that become tracking numbers; it tells us of their course. Signed JSON over HTTP.

`YIMEN_COURIER_URL`, `https://merchant:secret@host/path`; docs/howto/delivery.md. The courier speaks to `/delivery/courier/notices/`.

    POST …/parcels          {"order", "direction", "name", "phone", "address", "centre", "contents", "notify"}
                            → {"tracking", "cost_fen"}
    POST /delivery/courier/notices/   from the courier
                            {"event", "order", "tracking", "kind", "happened_at", "signed_by"}

Each is signed as `kit.partners` says. `order` is our number and makes a repeated order the same order; `event` is theirs and makes
a repeated notice the same notice.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Protocol

from django.conf import settings

from yimen.ground.kit import partners
from yimen.ground.kit.partners import Partner
from yimen.ground.kit.refusals import Refusal

SECONDS = 8.0
MOST_FEN = 100_000


class NoCourier(Refusal):
    """The installation has no courier on the line."""

    code = "no_courier"
    status = 503


class CourierSaidNo(Refusal):
    """The courier did not take it, or its answer cannot be used."""

    code = "courier_said_no"
    status = 503


@dataclass(frozen=True, slots=True)
class Order:
    """What a courier must know of a parcel."""

    order: str
    direction: str
    name: str
    phone: str
    address: str
    centre: str
    contents: str
    notify: str


@dataclass(frozen=True, slots=True)
class Ordered:
    """The courier has taken an order: its number there, what it costs the centre."""

    tracking: str
    cost_fen: int


class Courier(Protocol):
    """What a courier does for us. Another wire format is one more implementation."""

    def order(self, given: Order) -> Ordered:
        """Have a parcel fetched. Raises `CourierSaidNo`, `outbound.Unreachable`."""
        ...


@dataclass(frozen=True, slots=True)
class SignedCourier:
    """A courier that speaks the wire format above."""

    partner: Partner

    def order(self, given: Order) -> Ordered:
        """See `Courier`."""
        body = {name: getattr(given, name) for name in Order.__slots__}
        answer = self.partner.call("POST", "/parcels", json.dumps(body, ensure_ascii=False).encode(), seconds=SECONDS)
        try:
            said = json.loads(answer.body)
        except ValueError:
            said = None
        if answer.status not in (200, 201) or not isinstance(said, dict):
            raise CourierSaidNo(
                f"快递公司没有受理（{answer.status}）。", next_step="请稍后再下单，同一邮件不会重复下单。"
            )
        tracking, fen = str(said.get("tracking") or ""), said.get("cost_fen")
        if not is_tracking(tracking) or not isinstance(fen, int) or isinstance(fen, bool) or not 0 <= fen <= MOST_FEN:
            raise CourierSaidNo("快递公司没有给出单号和邮费。", next_step="请稍后再下单，同一邮件不会重复下单。")
        return Ordered(tracking, fen)


def is_tracking(text: str) -> bool:
    """Whether a text can be a tracking number: letters and digits."""
    return 4 <= len(text) <= 40 and text.isascii() and text.isalnum()


def courier() -> SignedCourier:
    """The courier of this installation; raises `NoCourier`."""
    found = partners.read_url(str(getattr(settings, "COURIER_URL", "") or ""))
    if found is None:
        raise NoCourier("本中心还没有接通快递公司。", next_step="请在邮件页填写快递单号，按纸面单寄出。")
    return SignedCourier(found)


def has_courier() -> bool:
    """Whether orders go over the line."""
    return bool(getattr(settings, "COURIER_URL", ""))


def courier_name() -> str:
    """What the courier is called on pages and statements."""
    return str(getattr(settings, "COURIER_NAME", "") or "邮政特快专递")
