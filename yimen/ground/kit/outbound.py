"""Calls to systems outside: one place for time limits, size limits and the words when nobody answers.

Every adapter (messages, identity provider, bank …) calls through `call`; the library behind it can then be changed here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from yimen.ground.kit.refusals import Refusal

MOST_BYTES = 2_000_000
"""An answer longer than this is cut off and counts as none."""


_silent = False


def cut_off() -> None:
    """Let this process call nobody any more: it plays a drill."""
    global _silent
    _silent = True


class Unreachable(Refusal):
    """The other system gave no usable answer: not there, too slow, too long. `said` is for the log, never for a page."""

    code = "outside_unreachable"
    status = 503

    def __init__(self, message: str, *, said: str = "", next_step: str = "请稍后再试。") -> None:
        super().__init__(message, next_step=next_step)
        self.said = said


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back. Any HTTP status is a reply; the adapter judges it."""

    status: int
    body: bytes
    headers: Mapping[str, str]


def call(
    method: str,
    url: str,
    *,
    data: Mapping[str, str] | bytes | None = None,
    json: Any = None,
    headers: Mapping[str, str] | None = None,
    seconds: float = 5.0,
) -> Reply:
    """Ask another system once; no redirects, no retries (who calls knows whether asking twice is safe).

    `url` comes from a setting, never from a person's input. Raises `Unreachable`.
    """
    if _silent:
        raise Unreachable("演练中不与外部系统通信。", said="cut off", next_step="")
    import httpx  # 15 MB that a process which calls nobody does without

    form = data if not isinstance(data, bytes) else None
    content = data if isinstance(data, bytes) else None
    try:
        with (
            httpx.Client(timeout=seconds, follow_redirects=False, trust_env=False) as client,
            client.stream(method, url, data=form, content=content, json=json, headers=headers) as answer,
        ):
            body = bytearray()
            for piece in answer.iter_bytes():
                body += piece
                if len(body) > MOST_BYTES:
                    raise Unreachable("对方系统的回答过长，没有采用。", said=f"{url}: more than {MOST_BYTES} bytes")
            return Reply(answer.status_code, bytes(body), dict(answer.headers))
    except (httpx.HTTPError, httpx.InvalidURL) as failed:
        raise Unreachable("对方系统暂时没有回应。", said=f"{url}: {type(failed).__name__} {failed}") from failed
