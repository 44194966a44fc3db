"""The way out to telephones: short messages and pushed news over a gateway that speaks signed JSON.

Both gateways (`YIMEN_SMS_URL`, `YIMEN_PUSH_URL`, each `https://key:secret@host/path`) speak the same way, docs/howto/messages.md:

    POST …/messages           {"key", "to", "template", "variables", "sign", "text"}   → {"id"}
    GET  …/messages/<key>                                                             → {"id", "state", "code", "at"}, or 404
    POST /notices/receipts/sms/   from them                                            {"receipts": [{…}]}

Each request is signed: HMAC-SHA256 over method, path, time, nonce and the hash of the body. The key makes a repeated
message the same message; what became of one whose answer was lost is asked for, never guessed.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote, unquote, urlsplit

from django.conf import settings

from yimen.ground.kit import outbound
from yimen.ground.kit.moments import now

SECONDS = 8.0
OLDEST = 300
"""Seconds by which the clock of the other side may differ; an older request counts as replayed."""
STATES = {"delivered", "failed", "unknown", "accepted"}


class GatewayRefusedError(Exception):
    """The gateway will never take this message for this number; the text says why, in Chinese."""


class GatewayBusyError(Exception):
    """The gateway has not taken the message now; the same may be tried later."""


class GatewayUncertainError(Exception):
    """Nobody knows whether the gateway has taken the message: ask for its state before anything else."""


class GatewaySettingError(ValueError):
    """The setting is no address of a gateway."""


@dataclass(frozen=True, slots=True)
class Gateway:
    """One gateway: its address without key and secret, and what signs."""

    base: str
    key: str
    secret: bytes


@dataclass(frozen=True, slots=True)
class Became:
    """What became of a message: `state` is one of `STATES`."""

    gateway_id: str
    state: str
    code: str
    at: datetime | None


_REFUSALS = {
    "unknown_number": "号码不存在",
    "blacklisted": "号码已向运营商退订",
    "template": "模板没有在运营商报备，或变量与报备的不符",
    "too_long": "内容超过长度",
    "refused": "运营商拒收",
}


def gateway_of(channel: str) -> Gateway | None:
    """The gateway of a channel, None where the installation has none. Raises `GatewaySettingError`."""
    return read_url(str(getattr(settings, f"{channel.upper()}_URL", "") or ""))


def read_url(url: str) -> Gateway | None:
    """`https://key:secret@host/path`; "" is none. Raises `GatewaySettingError`."""
    if not url:
        return None
    try:
        parts = urlsplit(url)
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        raise GatewaySettingError("网关地址写法不对。") from None
    if parts.scheme not in ("http", "https") or not parts.hostname or not parts.username or not parts.password:
        raise GatewaySettingError("网关地址应形如 https://账号:密钥@主机/路径。")
    base = f"{parts.scheme}://{parts.hostname}{port}{parts.path.rstrip('/')}"
    return Gateway(base, unquote(parts.username), unquote(parts.password).encode())


def send(gateway: Gateway, *, to: str, key: str, template: str, variables: Mapping[str, str], text: str) -> str:
    """Hand one message over; returns the gateway's number for it.

    Raises `GatewayRefusedError` (final), `GatewayBusyError` (not taken, try later), `GatewayUncertainError`.
    """
    body = {
        "key": key, "to": to, "template": template, "variables": dict(variables), "sign": settings.SMS_SIGN, "text": text,
    }  # fmt: skip
    answer = _call(gateway, "POST", "/messages", body)
    said = _read(answer.body)
    if answer.status in (200, 201, 202):
        number = str(said.get("id") or "")[:80]
        if not number:
            raise GatewayUncertainError("网关的回答里没有流水号")
        return number
    if answer.status == 429 or answer.status >= 500:
        raise GatewayBusyError(f"网关暂时不收（{answer.status}）")
    code = str(said.get("code") or answer.status)[:40]
    raise GatewayRefusedError(_REFUSALS.get(code, f"网关拒收（{code}）"))


def status(gateway: Gateway, key: str) -> Became | None:
    """What became of the message with this key; None where the gateway has never had it. Raises `GatewayUncertainError`."""
    answer = _call(gateway, "GET", f"/messages/{quote(key, safe='')}", None)
    if answer.status == 404:
        return None
    said = _read(answer.body)
    state = str(said.get("state") or "")
    if answer.status != 200 or state not in STATES:
        raise GatewayUncertainError(f"网关没有说清这条消息的状态（{answer.status}）")
    return Became(str(said.get("id") or "")[:80], state, str(said.get("code") or "")[:40], moment(said.get("at")))


def _call(gateway: Gateway, method: str, path: str, body: Mapping[str, Any] | None) -> outbound.Reply:
    content = json.dumps(body, ensure_ascii=False).encode() if body is not None else b""
    url = gateway.base + path
    headers = signed(gateway, method, urlsplit(url).path, content) | {"Content-Type": "application/json"}
    try:
        return outbound.call(method, url, data=content or None, headers=headers, seconds=SECONDS)
    except outbound.Unreachable as silent:
        raise GatewayUncertainError(f"网关没有回应（{silent.said.rpartition(': ')[2][:80]}）") from None


def signed(gateway: Gateway, method: str, path: str, body: bytes) -> dict[str, str]:
    """The headers that sign a request."""
    at, nonce = str(int(now().timestamp())), secrets.token_hex(12)
    return {
        "X-Key": gateway.key, "X-Timestamp": at, "X-Nonce": nonce,
        "X-Signature": signature(gateway.secret, method, path, at, nonce, body),
    }  # fmt: skip


def signature(secret: bytes, method: str, path: str, at: str, nonce: str, body: bytes) -> str:
    """HMAC-SHA256 in hex over the five lines."""
    lines = "\n".join([method, path, at, nonce, hashlib.sha256(body).hexdigest()])
    return hmac.new(secret, lines.encode(), hashlib.sha256).hexdigest()


def is_signed(gateway: Gateway, method: str, path: str, body: bytes, headers: Mapping[str, str], at: datetime) -> bool:
    """Whether the gateway itself sent this, and not long ago."""
    given, stamp = headers.get("X-Signature", ""), headers.get("X-Timestamp", "")
    if headers.get("X-Key", "") != gateway.key or not stamp.isascii() or not stamp.isdecimal() or len(stamp) > 12:
        return False
    if abs(at.timestamp() - int(stamp)) > OLDEST:
        return False
    wanted = signature(gateway.secret, method, path, stamp, headers.get("X-Nonce", ""), body)
    return hmac.compare_digest(wanted.encode(), given.encode("utf-8", "replace"))


def moment(text: object) -> datetime | None:
    """An aware moment as the gateway writes it (ISO 8601); None where it is none."""
    try:
        found = datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return found if found.tzinfo is not None else None


def _read(body: bytes) -> dict[str, Any]:
    try:
        said = json.loads(body)
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}
