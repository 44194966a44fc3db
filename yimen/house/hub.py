"""What the live process has heard: one LISTEN connection, and a ring of the last signals that all streams read from.

A stream keeps no queue. It keeps a place in the ring, and reads on when it is woken: memory follows the ring, not the number of
readers. A place that has left the ring, and any place from before a gap (a restart, a lost connection), is answered with
`reload`: then the reader asks the site for everything. So a reader is never wrong without knowing it.
"""

from __future__ import annotations

import asyncio
import json
import logging
import secrets
from collections import deque
from contextlib import suppress
from dataclasses import dataclass, field

import psycopg

from yimen.ground.kit.live import APPLICATION, CHANNEL, MOST_IDS

RING = 2000
LONGEST_SIGNAL = 2000
LOOK_SECONDS = 15.0
"""So often a silent connection is asked whether it still stands."""
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 15.0

log = logging.getLogger("yimen.live")


@dataclass(frozen=True, slots=True)
class Signal:
    """One thing heard: its number in this epoch, its topic, and what has changed; no id means many."""

    number: int
    topic: str
    ids: tuple[int | str, ...]


@dataclass(frozen=True, slots=True)
class Read:
    """What a reader gets from a place: for each of its topics what has changed (`()` for many), or `missed` where something
    is no longer known."""

    news: dict[str, tuple[int | str, ...]]
    missed: bool


@dataclass
class Hub:
    """The ring, and who waits for it. Used by one event loop."""

    size: int = RING
    epoch: str = field(default_factory=lambda: secrets.token_hex(4))
    number: int = 0
    heard: int = 0
    here: bool = False
    """Whether the database is listened to at this moment."""

    def __post_init__(self) -> None:
        self._ring: deque[Signal] = deque(maxlen=self.size)
        self._wake = asyncio.Event()

    @property
    def place(self) -> str:
        """The newest place, as a stream's last event id."""
        return f"{self.epoch}-{self.number}"

    def take(self, payload: str) -> None:
        """A signal has come. What is none of ours is passed over."""
        if len(payload) > LONGEST_SIGNAL:
            return
        try:
            said = json.loads(payload)
            topic, ids = said["t"], tuple(said["i"])
        except (ValueError, KeyError, TypeError):
            return
        if not isinstance(topic, str) or not all(isinstance(each, int | str) for each in ids):
            return
        self.number += 1
        self.heard += 1
        self._ring.append(Signal(self.number, topic, ids))
        self.rouse()

    def since(self, place: str, topics: frozenset[str]) -> Read:
        """What came after a place, for these topics."""
        epoch, _, said = place.partition("-")
        number = int(said) if said.isascii() and said.isdigit() and len(said) < 19 else -1
        first = self.number - len(self._ring)
        if epoch != self.epoch or not first <= number <= self.number:
            return Read({}, missed=True)
        news: dict[str, tuple[int | str, ...]] = {}
        for signal in reversed(self._ring):  # a reader is nearly always close to the end
            if signal.number <= number:
                break
            if signal.topic in topics:
                known = news.get(signal.topic)
                many = not signal.ids or known == ()
                news[signal.topic] = () if many else tuple(dict.fromkeys([*signal.ids, *(known or ())]))
        return Read({topic: ids if len(ids) <= MOST_IDS else () for topic, ids in news.items()}, missed=False)

    async def news(self, place: str, here: bool, seconds: float) -> None:
        """Wait until there may be something after `place`, or the database came or went, or so many seconds are over."""
        if place != self.place or here != self.here:
            return
        with suppress(TimeoutError):
            await asyncio.wait_for(self._wake.wait(), seconds)

    def arrived(self) -> None:
        """The database is listened to, from now on: what was said before is not known."""
        self.epoch, self.number, self.here = secrets.token_hex(4), 0, True
        self._ring.clear()
        self.rouse()

    def lost(self) -> None:
        """The database went away."""
        if self.here:
            self.here = False
            self.rouse()

    async def listen(self, url: str) -> None:
        """Listen for ever; a database that is away is tried again after a growing pause."""
        pause = FIRST_PAUSE
        while True:
            try:
                await self._listen_once(url)
            except (psycopg.Error, OSError, TimeoutError) as failure:
                if self.here:
                    pause = FIRST_PAUSE
                log.warning("live lost the database: %s, again in %.1f s", type(failure).__name__, pause)
            finally:
                self.lost()
            await asyncio.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE)

    async def _listen_once(self, url: str) -> None:
        connection = await psycopg.AsyncConnection.connect(
            url,
            autocommit=True,
            connect_timeout=5,
            application_name=APPLICATION,
            keepalives_idle=15,
            keepalives_interval=5,
            keepalives_count=3,
        )
        async with connection:
            await connection.execute(f"listen {CHANNEL}")
            self.arrived()
            log.info("live listens")
            while True:
                async for notice in connection.notifies(timeout=LOOK_SECONDS):
                    self.take(notice.payload)
                await asyncio.wait_for(connection.execute("select 1"), 5)

    def rouse(self) -> None:
        """Wake everybody who waits now; who waits next waits for the next."""
        woken, self._wake = self._wake, asyncio.Event()
        woken.set()
