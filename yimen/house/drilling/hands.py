"""The people of a drill: who is there when, what waits for whom, who takes what next. Pure: no database, no clock.

Work waits in pools: a window's counter, a section, those who decide. Whoever is free takes the most urgent piece of the
pools that are theirs, so that the work of an absent colleague is done by the others where there are any.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from yimen.ground.kit.moments import CHINA, day_of

FAR = 60
"""Days ahead within which somebody must be at work again; beyond, the piece is not finished in this drill."""


@dataclass(slots=True)
class Task:
    """A piece of work: `act` names it, `case` is whom it concerns, `since` when it began to wait. `counter`: somebody stands there."""

    act: str
    case: Any
    since: datetime
    minutes: int
    urgency: datetime
    counter: bool = False
    state: str = ""
    tries: int = 0


@dataclass(slots=True)
class Pool:
    """What waits for any of these people; `window` is the number where it is a counter."""

    people: list[Person]
    window: str = ""
    waiting: list[tuple[int, datetime, int, Task]] = field(default_factory=list)


@dataclass(slots=True)
class Person:
    """One who works. `sessions` says when on a day, `present` whether at all; `minutes` is what was worked."""

    key: int
    name: str
    post: str
    unit: str
    window: str
    sessions: Callable[[date], Sequence[tuple[time, time]]]
    present: Callable[[date], bool]
    busy_until: datetime | None = None
    acts: int = 0
    minutes: int = 0
    capacity: int = 0
    longest_queue: int = 0
    pools: list[Pool] = field(default_factory=list)

    def open_at(self, at: datetime) -> bool:
        """Whether this person is at work at that moment."""
        day, clock = day_of(at), at.astimezone(CHINA).time()
        return self.present(day) and any(opens <= clock < closes for opens, closes in self.sessions(day))

    def minutes_on(self, day: date) -> int:
        """How many minutes this person is at work on a day."""
        if not self.present(day):
            return 0
        return sum(_minutes(closes) - _minutes(opens) for opens, closes in self.sessions(day))

    def finishes(self, at: datetime, minutes: int, *, counter: bool) -> datetime | None:
        """When a piece begun now is done. At a counter it is finished with whoever stands there, else it goes on after the break
        or on the next day at work; None where that is too far ahead.
        """
        if counter:
            return at + timedelta(minutes=minutes)
        left = timedelta(minutes=minutes)
        for ahead in range(FAR):
            day = day_of(at) + timedelta(days=ahead)
            if not self.present(day):
                continue
            for opens, closes in self.sessions(day):
                begin = max(at, datetime.combine(day, opens, tzinfo=CHINA))
                end = datetime.combine(day, closes, tzinfo=CHINA)
                if begin >= end:
                    continue
                if end - begin >= left:
                    return begin + left
                left -= end - begin
        return None


class Desk:
    """All pools of the centre; gives work and takes it."""

    def __init__(self) -> None:
        self._order = 0
        self.pools: dict[tuple[str, tuple[int, ...]], Pool] = {}

    def pool(self, name: str, people: Sequence[Person], window: str = "") -> Pool:
        """The pool of these people, made when first asked for."""
        key = (name, tuple(sorted(person.key for person in people)))
        if key not in self.pools:
            made = self.pools[key] = Pool(list(people), window)
            for person in people:
                person.pools.append(made)
        return self.pools[key]

    def put(self, pool: Pool, task: Task) -> None:
        """Let a piece of work wait: who stands at the counter before what lies on the table, then by urgency."""
        self._order += 1
        rank = 0 if task.counter else 1
        heapq.heappush(pool.waiting, (rank, task.since if task.counter else task.urgency, self._order, task))
        queue = len(pool.waiting)
        for person in pool.people:
            person.longest_queue = max(person.longest_queue, queue)

    def take(self, person: Person) -> tuple[Pool, Task] | None:
        """The next piece for somebody who is free; None where nothing waits."""
        mine = [pool for pool in person.pools if pool.waiting]
        if not mine:
            return None
        chosen = min(mine, key=lambda pool: pool.waiting[0][:3])
        return chosen, heapq.heappop(chosen.waiting)[3]

    def send_away(self, pool: Pool) -> list[Task]:
        """Doors close: those who still stand at the counter, in their order; what lies on the table stays."""
        gone = [entry[3] for entry in sorted(pool.waiting) if entry[3].counter]
        pool.waiting = [entry for entry in pool.waiting if not entry[3].counter]
        heapq.heapify(pool.waiting)
        return gone

    def standing(self, pool: Pool) -> int:
        """How many people stand at a counter."""
        return sum(entry[3].counter for entry in pool.waiting)


def _minutes(clock: time) -> int:
    return clock.hour * 60 + clock.minute
