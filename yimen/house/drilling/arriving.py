"""Who comes when: the arrivals of a drill, drawn from the habits. Pure; the same seed draws the same.

Each item and day has a chance of its own, so that two drills with one seed differ only by what was asked of them: with
more arrivals the same people come and some more, on a closed day the same people come later.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from yimen.ground.calendar.rules import WorkCalendar
from yimen.ground.kit.moments import CHINA
from yimen.house.drilling.history import Habit
from yimen.house.simulate.world import SimItem
from yimen.watch.drills.rules import Parameters

Sessions = Callable[[SimItem, date], Sequence[tuple[time, time]]]
ONLINE_FROM, ONLINE_TO = 7 * 60, 22 * 60
BUSY_MORNING = 0.6
NEVER_BACK = 0.06
"""The share of those asked for a correction who do not come again."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """One application, with all that chance decides about it beforehand."""

    at: datetime
    item: int
    walk_in: bool
    variant: int
    missing: bool
    back_after: int | None
    """Calendar days until the applicant brings what was lacking; None for never."""
    refused: bool
    pace: int
    """Working days that the section would take if nobody else waited."""
    post: bool
    fetch_after: int
    """Working days until the result is fetched."""
    asks: float = 1.0
    """Below the share that is asked for, another department's opinion is asked; which one, it says too."""
    expires_after: int = 31
    """Calendar days until the licence expires that is to be renewed, beyond those that the law wants."""


def expected(
    items: Sequence[SimItem], habits: Mapping[str, Habit], days: Sequence[date], calendar: WorkCalendar
) -> float:
    """How many applications the habits alone would bring in those days."""
    worked = sum(calendar.is_workday(day) for day in days)
    return sum(
        habits[item.code31].worked * worked + habits[item.code31].off * (len(days) - worked) for item in items
    )  # fmt: skip


def draw(
    items: Sequence[SimItem], habits: Mapping[str, Habit], days: Sequence[date], calendar: WorkCalendar,
    sessions: Sessions, asked: Parameters,
) -> list[Arrival]:  # fmt: skip
    """All arrivals, in order of time. `calendar` is that of the notices; a closed day is one without sessions."""
    coming = [item for item in items if not asked.items or item.name in asked.items]
    scale = asked.arrivals
    if asked.cases is not None:
        scale = asked.cases / (expected(coming, habits, days, calendar) or 1)
    found: list[Arrival] = []
    for place, item in enumerate(items):
        if item not in coming:
            continue
        habit = habits[item.code31]
        for day in days:
            worked = calendar.is_workday(day)
            rate = (habit.worked if worked else habit.off) * scale
            counting = _chance(asked.seed, item.code31, day, "count")
            for number in range(_poisson(rate, counting.random())):
                rng = _chance(asked.seed, item.code31, day, str(number))
                found.append(_arrival(rng, place, item, habit, day, worked, sessions, asked))
    found.sort(key=lambda each: (each.at, each.item))
    return found


def _chance(*words: object) -> random.Random:
    return random.Random("|".join(map(str, words)))  # noqa: S311  (a play, nothing secret)


def _arrival(
    rng: random.Random, place: int, item: SimItem, habit: Habit, day: date, worked: bool, sessions: Sessions, asked: Parameters
) -> Arrival:  # fmt: skip
    in_person, minute, spread = rng.random(), rng.random(), rng.random()
    lacking, back, refusing, pace = rng.random(), rng.random(), rng.random(), rng.random()
    post, fetch, variant = rng.random(), rng.random(), rng.randrange(len(item.variants))
    asks, expires = rng.random(), rng.randint(1, 15)
    walk_in = not item.online or (worked and in_person < habit.at_window)
    missing = asked.missing if asked.missing is not None else habit.missing
    return Arrival(
        at=_walks_in(day, item, sessions, minute, spread) if walk_in else _online(day, minute),
        item=place,
        walk_in=walk_in,
        variant=variant,
        missing=lacking < missing,
        back_after=None if back < NEVER_BACK else 1 + int(-4 * math.log(1 - back + 1e-9)) % 20,
        refused=refusing < habit.refused,
        pace=_pace(item, habit, pace),
        post=post < 0.25,
        fetch_after=(0, 0, 0, 1, 1, 1, 2, 2, 3, 5)[int(fetch * 10)],
        asks=asks,
        expires_after=expires,
    )


def _pace(item: SimItem, habit: Habit, chance: float) -> int:
    if habit.pace:
        return sorted(habit.pace)[int(chance * len(habit.pace))]
    return max(1, int(item.limit * (0.2 + 0.6 * chance)))


def _walks_in(day: date, item: SimItem, sessions: Sessions, minute: float, spread: float) -> datetime:
    """At some moment at which the doors are open, in the morning rather than after noon; on a closed day the next open one."""
    for later in range(61):
        open_on = day + timedelta(days=later)
        open_at = sessions(item, open_on)
        if open_at:
            opens, closes = open_at[0] if minute < BUSY_MORNING or len(open_at) == 1 else open_at[-1]
            first, last = opens.hour * 60 + opens.minute, closes.hour * 60 + closes.minute
            # Who found the doors shut stands before them when they open.
            return _moment(open_on, first + int((last - first - 10) * spread * (0.3 if later else 1)), spread)
    return _moment(day, 600, spread)


def _online(day: date, minute: float) -> datetime:
    return _moment(day, ONLINE_FROM + int((ONLINE_TO - ONLINE_FROM) * minute), minute)


def _moment(day: date, minute: int, spread: float) -> datetime:
    return datetime.combine(day, time(minute // 60, minute % 60, int(spread * 7919) % 60), tzinfo=CHINA)


def _poisson(rate: float, chance: float) -> int:
    """How many come, by the place of `chance` in the distribution: a greater rate never gives fewer."""
    if rate > 500:  # the exponential would vanish; such crowds are nearly normal
        return max(0, round(rate + math.sqrt(rate) * _normal(chance)))
    term = total = math.exp(-rate)
    count = 0
    while chance > total and count < 2000:
        count += 1
        term *= rate / count
        total += term
    return count


def _normal(chance: float) -> float:
    from statistics import NormalDist

    return NormalDist().inv_cdf(min(max(chance, 1e-9), 1 - 1e-9))
