"""A department with 50 000 running matters goes into another while two windows keep accepting its cases.

Counted is the time from the start of the plan until the last matter has gone, and the longest that a window waited for one
acceptance meanwhile. The same windows are measured before, so that a slow machine shows.
"""

from __future__ import annotations

import threading
import time
from itertools import count
from pathlib import Path
from typing import Any

import psycopg

from bench.crew import crew
from bench.fill import fill
from bench.report import Row
from bench.server import Server
from bench.town import Town

QUIET = 4.0
"""Seconds for which the windows work before the move begins."""


def measure(server: Server, town: Town, *, matters: int) -> list[Row]:
    """The rows of the table: seconds for all matters, and the longest wait of a window in milliseconds."""
    server.create("reform", "base")
    old, new = town.clerks[0], town.clerks[1]
    fill(server.owner("reform"), [clerk.template for clerk in town.clerks], closed=0, waiting=matters)
    with psycopg.connect(server.owner("reform"), autocommit=True) as connection:
        # All of them are one department's, at eight windows; the two that are watched accept at the first.
        connection.execute("update matters_matter set department_id = %s", [old.department])
        connection.execute("vacuum (analyze) matters_matter")
    given = {"town": str(server.home / "town.json"), "old": old.department, "new": new.department}
    environment = server.environment("reform")
    with crew("reorganising:move", environment, 1) as mover, crew("reorganising:accept", environment, 2) as windows:
        prepared = mover.order({**given, "what": "prepare"})[0]
        quiet = windows.order(*({**given, "seconds": QUIET, "part": part, "plan": ""} for part in range(2)))
        answers: list[Any] = []
        watch = threading.Thread(
            target=lambda: answers.extend(
                windows.order(*({**given, "seconds": 600, "part": part, "plan": prepared["plan"]} for part in range(2)))
            )
        )
        watch.start()
        time.sleep(0.5)
        done = mover.order({**given, "what": "move"})[0]
        watch.join()
    waited = max(answer["longest"] for answer in answers)
    calm = max(answer["longest"] for answer in quiet)
    accepted = int(sum(answer["done"] for answer in answers))
    refused = [said for answer in answers for said in answer["refused"]]
    if done["left"] or refused:
        raise RuntimeError(f"{done['left']} matters left behind, refused meanwhile: {refused}")
    return [
        Row(f"reorganise a department with {matters:,} running matters, two windows accepting", done["seconds"], "s", 30, 20,
            better="less", detail=f"{done['moved']:,} moved, {accepted:,} accepted meanwhile, none refused"),
        Row("longest wait of a window for one acceptance meanwhile", waited * 1000, "ms", 2000, 1000, better="less",
            detail=f"without a move {calm * 1000:.0f} ms"),
    ]  # fmt: skip


# Inside a worker


def move(town: str, old: int, new: int, what: str) -> dict[str, Any]:
    """Prepare a plan that is ready to start (letters of the new department signed), or carry it out."""
    from yimen.ground.kit.moments import now
    from yimen.ground.matters.models import Matter
    from yimen.ground.organisations import services
    from yimen.ground.organisations.models import Reorganisation

    if what == "prepare":
        return _prepare(old, new)
    plan = Reorganisation.objects.get()
    waiting = Matter.objects.filter(department=old, closed_at__isnull=True).count()
    began = time.perf_counter()
    services.begin_reorganisation(actor=_planner(), plan=plan, at=now())
    plan = services.carry_on(plan.uid, now)
    seconds = time.perf_counter() - began
    left = Matter.objects.filter(department=old, closed_at__isnull=True).count()
    return {"seconds": seconds, "left": left, "moved": plan.progress["matters"]["moved"], "waiting": waiting}


def _prepare(old: int, new: int) -> dict[str, Any]:
    from uuid import UUID

    from yimen.ground.identity.models import Account
    from yimen.ground.identity.rules import Actor
    from yimen.ground.kit.moments import day_of, now
    from yimen.ground.organisations import selectors, services
    from yimen.ground.organisations.services import PartGiven

    at = now()
    source, target = selectors.unit(old), selectors.unit(new)
    plan = services.draft_reorganisation(
        actor=_planner(), kind="merge", document="清编发〔2026〕1号", document_title="关于合并的通知", effective_on=day_of(at),
        parts=[PartGiven(source, target)], at=at,
    )  # fmt: skip
    services.preview_reorganisation(actor=_planner(), plan=plan, at=at)
    services.approve_reorganisation(actor=Actor(uid=UUID(int=3), name="批准人", kind="system"), plan=plan, at=at)
    head = Account.objects.get(posts__unit=target, posts__duty="head")
    for letter in services.draft_successor_letters(actor=_planner(), plan=plan, at=at):
        services.sign_letter(actor=selectors.actor_for(head, at), letter=letter, at=at)
    return {"plan": str(plan.uid)}


def _planner() -> Any:
    from yimen.ground.identity.rules import SYSTEM

    return SYSTEM


def accept(town: str, old: int, new: int, seconds: float, part: int, plan: str) -> dict[str, Any]:
    """One window: accept waiting cases of the department, one after the other, until the plan is carried out."""
    from yimen.ground.identity.models import Account
    from yimen.ground.kit.moments import now
    from yimen.ground.kit.refusals import Refusal
    from yimen.ground.matters.models import Matter
    from yimen.ground.organisations.models import Reorganisation
    from yimen.ground.organisations.selectors import actor_for
    from yimen.service.cases.services import accept_case

    first = Town.read(Path(town)).clerks[0]
    clerk = Account.objects.get(pk=first.account)
    waiting = Matter.objects.filter(state="received", window=first.window).order_by("sort_at")
    codes = [code for n, code in enumerate(waiting.values_list("code", flat=True)[:40_000]) if n % 2 == part]
    ends, longest, done = time.perf_counter() + seconds, 0.0, 0
    refused: list[str] = []
    for n, code in zip(count(), codes, strict=False):
        if time.perf_counter() > ends or (
            plan and n % 20 == 0 and Reorganisation.objects.get(uid=plan).state == "applied"
        ):
            break
        began = time.perf_counter()
        try:
            accept_case(code=code, actor=actor_for(clerk, now()), at=now())
            done += 1
        except Refusal as refusal:
            refused.append(refusal.message)
        longest = max(longest, time.perf_counter() - began)
    return {"done": done, "refused": refused, "longest": longest}
