"""Start → three approvals → finish: through `matters`, and through services as one writes them with plain Django ORM.

Both do the same for each step: lock or compare, policy with authorisation letter, is the step open, holds, clock from the
steps, ledger step with its link, matter, queue of the sealer, outbox, audit. `same_rows` sees that they write the same.
"""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, datetime
from typing import Any
from uuid import uuid4

import psycopg

from bench.crew import PROCESSES, crew, rate
from bench.report import Row
from bench.rounds import take_turns
from bench.server import Server
from bench.town import Town
from bench.work import in_threads

TABLES = ("matters_matter", "matters_step", "matters_unsealed", "kit_outboxevent", "kit_auditentry")


def measure(server: Server, town: Town, *, rounds: int, seconds: float) -> list[Row]:
    """The row of the table."""
    place = {"department": town.clerks[0].department}
    # The plain services write the ledger themselves, which the runtime role may not.
    owner = server.environment("large", as_owner=True)
    with crew("approving:ours", server.environment("large")) as ours, crew("approving:plain", owner) as plain:
        same_rows(server.owner("large"), ours, plain, place)
        scores = take_turns(
            {
                "ours": lambda: rate(ours.order({"seconds": seconds, **place})),
                "plain": lambda: rate(plain.order({"seconds": seconds, **place})),
            },
            rounds,
        )
    return [
        Row("start → 3 approvals → finish ÷ the same flow in plain Django ORM", scores.ratio("ours", "plain"), "×", 4, 7,
            detail=f"{scores.median('ours'):.0f} ÷ {scores.median('plain'):.0f} flows/s; {PROCESSES} processes × 4 threads")
    ]  # fmt: skip


def same_rows(url: str, ours: Any, plain: Any, place: dict[str, Any]) -> None:
    """Raise unless one flow of each writes the same number of rows into each table."""
    counts = "select " + ", ".join(f"(select count(*) from {table})" for table in TABLES)  # noqa: S608 (constants above)
    grown = []
    with psycopg.connect(url, autocommit=True) as connection:
        for workers in (ours, plain):
            before = connection.execute(counts).fetchone()
            done = sum(answer["done"] for answer in workers.order({"seconds": 0.3, **place}))
            after = connection.execute(counts).fetchone()
            assert before is not None and after is not None
            grown.append([(b - a) / done for a, b in zip(before, after, strict=True)])
    if grown[0] != grown[1]:
        raise RuntimeError(f"not the same rows a flow: {dict(zip(TABLES, zip(*grown, strict=True), strict=True))}")


# Inside a worker


def ours(seconds: float, department: int) -> dict[str, float]:
    """Flows through `matters`."""
    from bench.approving_ours import flow

    stage = _stage(department)
    return in_threads(lambda: flow(stage), seconds)


def plain(seconds: float, department: int) -> dict[str, float]:
    """Flows through plain ORM services."""
    from bench.approving_plain import flow

    stage = _stage(department)
    return in_threads(lambda: flow(stage), seconds)


class Stage:
    """Who acts and where, and the procedure."""

    def __init__(self, department: int) -> None:
        from yimen.ground.identity.rules import Actor, LetterPower, Permission
        from yimen.ground.organisations.selectors import unit

        home = unit(department)
        self.department, self.division = department, home.division_id
        letter = LetterPower(
            letter_id=1, number="1号", department_id=department, powers=frozenset({"review", "decide"}), items=None,
            valid_from=date(2020, 1, 1), valid_to=date(2099, 12, 31),
        )  # fmt: skip
        clerk = Actor(
            uid=uuid4(), name="王芳", kind="staff", post="审查岗", department_id=department, department=home.short_name,
            permissions=frozenset(
                Permission(code, "department", department)
                for code in ("bench.do", "matters.view", "matters.claim", "cases.view", "cases.review", "cases.extend")
            ),
            letters=(letter,),
        )  # fmt: skip
        self.actors = [replace(clerk, uid=uuid4(), name=name) for name in ("王芳", "赵强", "陈静", "周平", "何伟")]


_stages: dict[int, Stage] = {}


def _stage(department: int) -> Stage:
    if department not in _stages:
        _register()
        _stages[department] = Stage(department)
    return _stages[department]


def _register() -> None:
    from yimen.ground.matters.lifecycle import BEFORE, Procedure, State, StepRule, register_procedure

    register_procedure(
        Procedure(
            "bench", 1, "三级审批",
            (State("asked", "已提出", "已提出"), State("first", "一审", "审查中"), State("second", "二审", "审查中"),
             State("third", "三审", "审查中"), State("done", "办结", "已办结", "closed")),
            (
                StepRule("start", "提出", (BEFORE,), "asked", "bench.do", clock="start"),
                StepRule("approve_first", "一审通过", ("asked",), "first", "bench.do", power="review", reason_needed=True),
                StepRule("approve_second", "二审通过", ("first",), "second", "bench.do", power="review", reason_needed=True),
                StepRule("approve_third", "三审通过", ("second",), "third", "bench.do", power="decide", reason_needed=True),
                StepRule("finish", "办结", ("third",), "done", "bench.do", clock="finish", hold_point="finish"),
            ),
        )
    )  # fmt: skip


APPROVALS = ("approve_first", "approve_second", "approve_third")


def said(approval: str) -> dict[str, str]:
    """What stands in the facts of an approval."""
    return {"reason": "符合条件，同意。", "step": approval}


def event_of(matter: int, at: datetime) -> Any:
    """The news of a finished flow."""
    from bench.approving_events import FlowFinished

    return FlowFinished(matter_id=matter, at=at)


def text(value: object) -> str:
    """JSON as the ledger keeps it."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
