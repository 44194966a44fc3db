"""Loading the county: once, into an empty database, in one transaction."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import transaction

from yimen.ground.identity.rules import SYSTEM
from yimen.ground.kit import audit
from yimen.ground.kit.moments import day_of, now
from yimen.ground.kit.refusals import Conflict
from yimen.ground.matters.fast_forward import in_its_own_time, is_synthetic, mark_synthetic
from yimen.ground.matters.proof import publishing
from yimen.ground.matters.sealing import BATCH, seal_once
from yimen.house.config import Config
from yimen.house.demo import accounts, messages, teahouse
from yimen.house.demo.acting import Days, Stage
from yimen.house.demo.building import build
from yimen.house.demo.chapters import CHAPTERS
from yimen.house.demo.living import Living
from yimen.house.demo.publishing import publish
from yimen.house.simulate.hurry import without_savepoints
from yimen.house.simulate.running import Plan, run
from yimen.service.cases import counting

SEED = 20260916
MASS = 2400
"""How many cases of the last year are simulated beside the told ones."""
YEAR = timedelta(days=365)


class NotForDemo(Conflict):
    """The demo county does not go into this database."""

    code = "not_for_demo"


def load_county(say: Callable[[str], None], *, share: float) -> dict[str, Any]:
    """See `yimen.house.demo.load`."""
    started = time.monotonic()
    if Config.read().mode == "production":
        raise NotForDemo("正式运行的安装不装演示县，没有动任何数据。", next_step="请在试用安装里运行。")
    var = Path(settings.YIMEN_VAR)
    known = var / accounts.FILE_NAME
    if get_user_model()._default_manager.exists():
        if is_synthetic():
            return {"already": True, "accounts": str(known), "cases": 0, "seconds": 0}
        raise NotForDemo(
            "这个数据库里已有真实的账号，不能装入演示县，没有动任何数据。",
            next_step="请新建一个空的数据库，改 DATABASE_URL 后再运行。",
        )
    moment = now().replace(microsecond=0)
    with transaction.atomic(), without_savepoints():
        mark_synthetic()
        made = build(moment)
        say("机构和人员已建好。")
        codes = publish(made, made.at)
        parties, lines = accounts.register(made.at)
        with in_its_own_time():
            stage = Stage(made, codes, parties, Days(moment), random.Random(SEED))  # noqa: S311  (invented)
            tea = teahouse.tell(stage)
            told = Living(stage, {"teahouse": tea}).tell()
        say("在办的办件已办到各个环节。")
        done = run(Plan(max(1, int(MASS * share)), SEED, moment, first=day_of(moment) - YEAR, letters=True))
        counting.make_good()
        with in_its_own_time():
            for chapter in CHAPTERS:
                chapter(stage)
        told_people = messages.tell(list(parties.values()), moment)
        lines += accounts.open_doors(made, moment)
        while seal_once() == BATCH:
            pass
        publishing.publish(now(), all_of_it=True)
        audit.record("house.demo", actor=SYSTEM, target_kind="ledger", facts={"cases": done.cases + len(told)})
    path = accounts.write_file(var, lines)
    seconds = round(time.monotonic() - started, 1)
    say(f"演示县已装入，用时 {seconds} 秒。")
    return {
        "already": False,
        "cases": done.cases + len(told),
        "told": told,
        "items": len(codes),
        "staff": len(made.staff),
        "messages": told_people,
        "accounts": str(path),
        "seconds": seconds,
    }
