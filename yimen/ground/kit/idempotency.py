"""A request that is sent twice is done once: the second time it gets the answer of the first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection

from yimen.ground.kit.models import IdempotencyKey
from yimen.ground.kit.refusals import Conflict, Invalid

KEPT = timedelta(hours=24)
LONGEST_KEY = 128


class KeyReused(Invalid):
    """The same key came with another request."""

    code = "idempotency_key_reused"


class StillRunning(Conflict):
    """The first request with this key has not been answered yet."""

    code = "still_running"


@dataclass(frozen=True, slots=True)
class Answer:
    """What was answered the first time."""

    status: int
    body: str


def begin(scope: str, key: str, *, request_hash: str, at: datetime) -> Answer | None:
    """Claim the key: None means "go on, then call `finish`"; an `Answer` is to be sent again as it is.

    Call it inside the transaction of the act: a rollback gives the key back. A second request that comes while the
    first one's transaction is open waits for it. `scope` is account and route. Raises `KeyReused`, `StillRunning`.
    """
    if not 1 <= len(key) <= LONGEST_KEY or not key.isascii() or not key.isprintable():
        raise Invalid(f"幂等键应为 1 到 {LONGEST_KEY} 个可见的英文字符。", next_step="请换一个键，例如 UUID。")
    with connection.cursor() as cursor:
        cursor.execute(
            """
            insert into kit_idempotencykey as k (scope, key, request_hash, body, expires_at) values (%s, %s, %s, '', %s)
            on conflict (scope, key) do update
            set request_hash = excluded.request_hash, status = null, body = '', expires_at = excluded.expires_at
            where k.expires_at <= %s
            returning id
            """,
            [scope, key, request_hash, at + KEPT, at],
        )
        if cursor.fetchone():
            return None
    held = IdempotencyKey.objects.get(scope=scope, key=key)
    if held.request_hash != request_hash:
        raise KeyReused("这个幂等键已用于另一个请求。", next_step="请为新的请求换一个键。")
    if held.status is None:
        raise StillRunning("同样的请求正在处理。", next_step="请稍候查询结果，不要重复提交。")
    return Answer(held.status, held.body)


def finish(scope: str, key: str, answer: Answer) -> None:
    """Keep the answer, in the same transaction as the act."""
    IdempotencyKey.objects.filter(scope=scope, key=key).update(status=answer.status, body=answer.body)


def sweep(at: datetime) -> int:
    """Forget keys that have expired; returns how many."""
    return IdempotencyKey.objects.filter(expires_at__lte=at).delete()[0]
