"""What is read of a whole table and seldom moves is kept in this process, by what it rests on.

A value is found only under exactly the state that it was read in, so what is kept can be superfluous, but never stale: ask for
the state (a version, a digest) before reading, so that what moves meanwhile makes the value newer than its key, never older.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Generic, TypeVar

from django.db import connection

T = TypeVar("T")


class Kept(Generic[T]):
    """Values by what they rest on, the latest few."""

    def __init__(self, most: int) -> None:
        self._most, self._held, self._reading = most, OrderedDict[Hashable, T](), Lock()

    def get(self, rests_on: tuple[Hashable, ...], read: Callable[[], T]) -> T:
        """The value, read only if nothing is held for exactly this."""
        key = (str(connection.settings_dict["NAME"]), *rests_on)
        with self._reading:
            if key not in self._held:
                self._held[key] = read()
                while len(self._held) > self._most:
                    self._held.popitem(last=False)
            return self._held[key]
