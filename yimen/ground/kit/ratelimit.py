"""How often somebody may try: token buckets in PostgreSQL, shared by all processes."""

from __future__ import annotations

import math
from datetime import datetime, timedelta

from django.db import connection

from yimen.ground.kit.models import RateBucket
from yimen.ground.kit.refusals import TooMany


class TooFast(TooMany):
    """The bucket is empty. `wait_seconds` says when it will hold enough again (HTTP Retry-After)."""

    code = "too_fast"

    def __init__(self, wait_seconds: int) -> None:
        wait = f"{wait_seconds} 秒" if wait_seconds < 120 else f"{math.ceil(wait_seconds / 60)} 分钟"
        super().__init__("操作太频繁，为保护大家的信息，暂时停止响应。", next_step=f"请过 {wait}后再试。")
        self.wait_seconds = wait_seconds


def take(key: str, *, capacity: float, per_second: float, cost: float = 1.0) -> float:
    """Take `cost` tokens from the bucket; 0.0 when they were there, else the seconds to wait (nothing is taken then).

    The bucket holds `capacity` and fills at `per_second`. Call it outside a transaction: a rollback gives them back.
    """
    with connection.cursor() as cursor:
        cursor.execute("select kit_take_tokens(%s, %s, %s, %s)", [key[:200], capacity, per_second, cost])
        (wait,) = cursor.fetchone()
    return float(wait)


def limit(key: str, *, capacity: float, per_second: float, cost: float = 1.0) -> None:
    """As `take`, raising `TooFast` when the tokens are not there. `key` is `what:whom`, e.g. `verify:192.0.2.7`."""
    wait = take(key, capacity=capacity, per_second=per_second, cost=cost)
    if wait > 0:
        raise TooFast(max(1, math.ceil(wait)))


def sweep(at: datetime, *, older_than: timedelta = timedelta(days=1)) -> int:
    """Forget buckets nobody has used for a day (they are full again); returns how many."""
    return RateBucket.objects.filter(at__lt=at - older_than).delete()[0]
