"""The way in for commands and benchmarks: may it be done here, and what stands here already."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.contrib.auth import get_user_model
from django.db import transaction

from yimen.ground.kit.moments import CHINA, now
from yimen.ground.matters.fast_forward import mark_synthetic
from yimen.house.config import Config
from yimen.house.demo.building import build
from yimen.house.demo.publishing import publish
from yimen.house.simulate.hurry import without_savepoints
from yimen.house.simulate.running import NotForSimulation, Plan, run
from yimen.service.cases import counting


def simulate(
    *,
    cases: int,
    seed: int,
    until: object = None,
    letters: bool | None = None,
    workers: int | None = None,
    say: Callable[[str], None] = lambda line: None,
) -> dict[str, Any]:
    """Simulate so many cases; an empty database gets the demo county first. `until` is a datetime whose day counts.

    Returns what was written. Raises `NotForSimulation` in production, `LedgerIsReal` where real steps stand.
    """
    if Config.read().mode == "production":
        raise NotForSimulation(
            "正式运行的安装不能生成模拟数据，没有动任何数据。", next_step="请在另一个试用安装里运行。"
        )
    moment = now()
    if isinstance(until, datetime):
        moment = min(moment, until.replace(hour=17, minute=0, tzinfo=CHINA))
    county_first(moment, say)
    done = run(Plan(cases=cases, seed=seed, until=moment.replace(microsecond=0), letters=letters, workers=workers), say)
    started = time.monotonic()
    facts = counting.make_good()
    return {
        "facts": facts,
        "facts_seconds": round(time.monotonic() - started, 2),
        "cases": done.cases,
        "closed": done.closed,
        "parties": done.parties,
        "steps": done.steps,
        "rows": done.rows,
        "letters": done.letters,
        "seconds": round(done.seconds, 2),
        "rows_per_second": done.rows_per_second,
        "first": done.first,
        "until": done.until,
        "seed": done.seed,
    }


def county_first(moment: datetime, say: Callable[[str], None] = lambda line: None, *, villages: bool = True) -> None:
    """Into an empty database the county comes first: without items and staff there is nothing to simulate."""
    if get_user_model()._default_manager.exists():
        return
    say("空的数据库，先装入演示县的机构、人员和事项……")
    with transaction.atomic(), without_savepoints():
        mark_synthetic()
        made = build(moment, villages=villages)
        publish(made, made.at)
