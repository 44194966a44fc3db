"""Two small drills of the county, to be compared: everybody at work, and nobody at the windows.

They are really played, in the county's own made-up ledger inside a savepoint that is taken back; only their records stay. So one
process sweeps, and no news is delivered; a drill from the screen or by `yimen drill` plays in a copy, with three.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from django.db import connection, transaction

from yimen.ground.kit.moments import day_of
from yimen.ground.organisations.selectors import open_windows
from yimen.house.demo.acting import Stage
from yimen.house.drilling.crew import Alone
from yimen.house.drilling.inside import play
from yimen.house.drilling.playing import last_moment
from yimen.house.simulate.world import World, read_world
from yimen.watch.drills import services
from yimen.watch.drills.rules import Absence, Parameters

DAYS, CASES, SEED = 9, 24, 7
WINDOW = "3"


def tell(stage: Stage) -> None:
    """Play both and keep their records."""
    at = stage.days.now
    first = next_monday(day_of(at))
    with _savepoints():
        begin = last_moment(first - timedelta(days=1))
        world = read_world(begin, begin + timedelta(days=DAYS), SEED)
        items = _items_of(WINDOW, world)
        usual = Parameters(days=DAYS, since=first, cases=CASES, seed=SEED, workers=1, items=items)
        unmanned = replace(usual, absent=(Absence(WINDOW), Absence("窗口受理岗")))
        for number, (title, asked) in enumerate((("人手齐", usual), ("窗口无人", unmanned))):
            started = time.monotonic()
            found = _played(asked, stage, world)
            run = services.ask_drill(
                actor=stage.actor(stage.county.first("centre", "manager")), parameters=asked,
                at=at - timedelta(minutes=20 - number), title=f"窗口 {WINDOW} 的事项，九天，{title}",
            )  # fmt: skip
            services.begin_drill(run, scratch="", at=at)
            services.end_drill(run, at=at, seconds=round(time.monotonic() - started, 1), results=found)


def _played(asked: Parameters, stage: Stage, world: World) -> dict[str, Any]:
    with transaction.atomic():
        found = play(asked, stage.days.now, Alone, lambda line: None, world)
        transaction.set_rollback(True)
    return found | {"copied_seconds": 0.0, "played_seconds": 0.0}


def _items_of(window: str, world: World) -> tuple[str, ...]:
    """The names of a few items that are taken in at a window of the centre."""
    numbers = {each.pk: each.number for each in open_windows()}
    return tuple(item.name for item in world.items if numbers.get(item.desks[0].window_id) == window)[:5]


def next_monday(day: date) -> date:
    """The Monday after a day."""
    return day + timedelta(days=7 - day.weekday())


@contextmanager
def _savepoints() -> Iterator[None]:
    """The load does without savepoints; a play that is taken back needs its own."""
    features = connection.features
    before, features.uses_savepoints = features.uses_savepoints, True
    try:
        yield
    finally:
        features.uses_savepoints = before
