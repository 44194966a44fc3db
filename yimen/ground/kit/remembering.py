"""What a process remembers for a while of one database, so that a question asked by every page is asked once.

Only for what may be some seconds old: names, opening hours, settings. Rights, states and money are asked anew.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

from django.db import connection

Known = TypeVar("Known")

clock = time.monotonic
"""Seconds that only go forward; a test may hold it still."""


class Remembered(Generic[Known]):
    """Answers kept for `seconds`, each under a key and under the database it was read from."""

    def __init__(self, seconds: float, *, most: int = 2000) -> None:
        self.seconds = seconds
        self.most = most
        self._kept: dict[tuple[Hashable, ...], tuple[float, Known]] = {}

    def get(self, ask: Callable[[], Known], *key: Hashable) -> Known:
        """What is known, or what `ask` says now; an error of `ask` is the caller's, and nothing is kept of it."""
        place = self._place(key)
        held = self._kept.get(place)
        if held is not None and clock() - held[0] < self.seconds:
            return held[1]
        found = ask()
        if len(self._kept) >= self.most:
            self._kept.clear()
        self._kept[place] = (clock(), found)
        return found

    def last(self, *key: Hashable) -> Known | None:
        """What was last known, however old: for when the database cannot be asked."""
        held = self._kept.get(self._place(key))
        return held[1] if held is not None else None

    def forget(self) -> None:
        """Ask anew from here on."""
        self._kept.clear()

    @staticmethod
    def _place(key: tuple[Hashable, ...]) -> tuple[Hashable, ...]:
        return (connection.settings_dict["HOST"], connection.settings_dict["NAME"], *key)
