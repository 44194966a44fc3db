"""What a process keeps of the organisation under its stamp."""

from __future__ import annotations

from typing import Generic, TypeVar

from django.db import connection

Key = TypeVar("Key")
Value = TypeVar("Value")


class KeptUnderStamp(Generic[Key, Value]):
    """What this process read under a stamp (ADR 0010). Within a transaction nothing is kept and nothing used: there the
    organisation may have changed without the stamp, which is renewed at the commit."""

    def __init__(self, most: int) -> None:
        self._held: dict[Key, Value] = {}
        self._most = most

    def get(self, key: Key) -> Value | None:
        return None if connection.in_atomic_block else self._held.get(key)

    def keep(self, key: Key, value: Value) -> None:
        if connection.in_atomic_block:
            return
        if len(self._held) >= self._most:
            self._held.clear()
        self._held[key] = value
