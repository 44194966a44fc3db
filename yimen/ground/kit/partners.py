"""Partners that speak signed JSON over HTTP with us in both directions: a bank, a courier.

A partner is named by one setting, `https://name:secret@host/path`. Every request, theirs and ours, is signed with HMAC-SM3 over
five lines: method, path, time (seconds), nonce and the SM3 of the body in hex. The headers are `X-Merchant`, `X-Timestamp`,
`X-Nonce` and `X-Signature`.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from urllib.parse import unquote, urlsplit

from yimen.ground.kit import crypto, outbound
from yimen.ground.kit.moments import now

OLDEST = 300
"""Seconds by which a partner's clock may differ; an older request counts as replayed."""


class Keys(Protocol):
    """Who signs: the name under which we are known there, and the secret that both sides hold."""

    @property
    def merchant(self) -> str:
        """Our name at the partner's."""
        ...

    @property
    def secret(self) -> bytes:
        """What both sides know and nobody else."""
        ...


@dataclass(frozen=True, slots=True)
class Partner:
    """Where a partner is, our name there, the secret that both sides hold."""

    base: str
    merchant: str
    secret: bytes

    def call(self, method: str, path: str, body: bytes, *, seconds: float) -> outbound.Reply:
        """Ask once, signed. Raises `outbound.Unreachable`; any HTTP status is a reply."""
        url = self.base + path
        headers = signed(self, method, urlsplit(url).path, body) | {"Content-Type": "application/json"}
        return outbound.call(method, url, data=body or None, headers=headers, seconds=seconds)


def read_url(url: str) -> Partner | None:
    """The partner that a setting names, None for an empty one. Raises `ValueError` where it is none."""
    if not url:
        return None
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or not parts.username or not parts.password:
        raise ValueError("地址应形如 https://商户号:密钥@主机/路径。")
    port = f":{parts.port}" if parts.port else ""
    base = f"{parts.scheme}://{parts.hostname}{port}{parts.path.rstrip('/')}"
    return Partner(base, unquote(parts.username), unquote(parts.password).encode())


def signed(keys: Keys, method: str, path: str, body: bytes) -> dict[str, str]:
    """The headers that sign a request, in either direction."""
    at, nonce = str(int(now().timestamp())), secrets.token_hex(12)
    return {
        "X-Merchant": keys.merchant, "X-Timestamp": at, "X-Nonce": nonce,
        "X-Signature": signature(keys.secret, method, path, at, nonce, body),
    }  # fmt: skip


def signature(secret: bytes, method: str, path: str, at: str, nonce: str, body: bytes) -> str:
    """HMAC-SM3 in hex over the five lines."""
    lines = "\n".join([method, path, at, nonce, crypto.sm3(body).hex()])
    return crypto.hmac_sm3(secret, lines.encode()).hex()


def is_signed(keys: Keys, method: str, path: str, body: bytes, headers: Mapping[str, str], at: datetime) -> bool:
    """Whether the partner itself sent this, and not long ago."""
    given, stamp = headers.get("X-Signature", ""), headers.get("X-Timestamp", "")
    if (
        headers.get("X-Merchant", "") != keys.merchant
        or not stamp.isascii()
        or not stamp.isdecimal()
        or len(stamp) > 12
    ):
        return False
    if abs(at.timestamp() - int(stamp)) > OLDEST:
        return False
    wanted = signature(keys.secret, method, path, stamp, headers.get("X-Nonce", ""), body)
    return crypto.same(wanted.encode(), given.encode("utf-8", "replace"))
