"""A small stage for the thread's own tests: one procedure, one department, two clerks. The whole cast is in `tests/cast.py`."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import uuid4

from yimen.ground.identity.models import Account
from yimen.ground.identity.rules import Actor, Permission
from yimen.ground.kit.moments import now
from yimen.ground.matters.lifecycle import BEFORE, ClockStart, Procedure, State, StepRule, register_procedure
from yimen.ground.matters.models import Matter
from yimen.ground.matters.services import Opened, open_matter
from yimen.ground.organisations.models import Division, Unit

ERRAND = Procedure(
    "errand",
    1,
    "试办",
    (
        State("waiting", "待办", "已收到"),
        State("paused", "停办", "暂停", "stopped"),
        State("done", "办完", "已办完", "closed"),
    ),
    (
        StepRule("ask", "提出", (BEFORE,), "waiting", "errand.ask", by="either", clock="start", clock_name="errand"),
        StepRule("pause", "暂停", ("waiting",), "paused", "errand.do", clock="stop"),
        StepRule("go_on", "继续", ("paused",), "waiting", "errand.do", clock="resume"),
        StepRule("extend", "延长", ("waiting",), None, "errand.do", clock="extend", reason_needed=True),
        StepRule("finish", "办完", ("waiting",), "done", "errand.do", clock="finish", hold_point="finish"),
    ),
)
register_procedure(ERRAND)

CODES = ("errand.ask", "errand.do", "matters.view", "matters.claim", "matters.hand_over")


def department() -> Unit:
    """One department of one county, made at first call."""
    division, _ = Division.objects.get_or_create(
        code="510000000001", defaults={"name": "清河县", "level": 3, "path": "510000000001"}
    )
    found = Unit.objects.filter(name="清河县卫生健康局").first()
    return found or Unit.objects.create(
        kind="department", name="清河县卫生健康局", short_name="卫生健康局", division=division, path="/1/"
    )


def account(name: str) -> int:
    """The id of a staff account of this name."""
    return Account.objects.create(sign_in_name=name, kind="staff", name=name, opened_at=now()).pk


def clerk(name: str = "王简", **change: Any) -> Actor:
    """A clerk of the department who may do everything an errand needs."""
    home = department()
    actor = Actor(
        uid=uuid4(),
        name=name,
        kind="staff",
        post="窗口受理",
        department_id=home.pk,
        department=home.short_name,
        permissions=frozenset(Permission(code, "department", home.pk) for code in CODES),
    )
    return replace(actor, **change)


def errand(actor: Actor, at: datetime | None = None, *, limit: int | None = 5, code: str = "", **more: Any) -> Opened:
    """Open an errand with a limit of five working days."""
    home = department()
    return open_matter(
        procedure="errand",
        action="ask",
        code=code or f"E{uuid4().hex[:12]}",
        title="试办一件事",
        subject="",
        actor=actor,
        at=at or now(),
        applicant_id=None,
        applicant_name="李禾",
        department_id=home.pk,
        centre_id=None,
        division=home.division_id,
        channel="window",
        clock=ClockStart("errand", limit, legal=20, law="试办规定第一条"),
        **more,
    )


def reread(opened: Opened) -> Matter:
    """The matter as the database has it now."""
    return Matter.objects.get(pk=opened.matter_id)
