"""The thread itself under a procedure of five steps: the cached due day is what an independent day-walker says.

The machine remembers what it did in its own words (`ClockEvent`s) and asks `day_walker`, which shares nothing with the
clock's rules. Claims, hand-overs and holds go on between the steps and must not touch the clock.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from tests.cast import Cast
from tests.properties.machines import run_machine
from tests.undone import undone
from yimen.ground.identity.rules import Actor
from yimen.ground.kit.moments import CHINA, day_of
from yimen.ground.kit.refusals import Refusal
from yimen.ground.matters import sealing
from yimen.ground.matters import services as thread
from yimen.ground.matters.fast_forward import in_its_own_time
from yimen.ground.matters.models import Matter, Step
from yimen.ground.matters.rules import ClockEvent, EventKind
from yimen.ground.matters.tests.day_walker import WalkerError, walk
from yimen.ground.matters.tests.stage import account, clerk, errand

OPENING = datetime(2026, 1, 5, 9, 0, tzinfo=CHINA)
CLOSE = time(17, 30)
LAST = datetime(2026, 11, 1, tzinfo=CHINA)
TABLE = {
    "pause": ("waiting", "paused"),
    "go_on": ("paused", "waiting"),
    "extend": ("waiting", "waiting"),
    "finish": ("waiting", "done"),
}
EVENTS: dict[str, EventKind] = {"pause": "stopped", "go_on": "resumed", "extend": "extended", "finish": "finished"}


@dataclass
class Kept:
    """What the machine itself knows of one errand."""

    matter_id: int
    limit: int
    state: str = "waiting"
    events: list[ClockEvent] = field(default_factory=list)
    steps: int = 1
    held: bool = False
    holder: str = ""


class Bureau(RuleBasedStateMachine):
    """Two clerks and their errands."""

    clerks: dict[str, Actor]

    def __init__(self) -> None:
        super().__init__()
        self.undoing, self.own_time = undone(), in_its_own_time()
        self.undoing.__enter__()
        self.own_time.__enter__()
        self.at = OPENING
        self.kept: list[Kept] = []

    @initialize(limit=st.integers(0, 25))
    def the_first(self, limit: int) -> None:
        self.somebody_asks(limit)

    @rule(limit=st.integers(0, 25))
    def somebody_asks(self, limit: int) -> None:
        if len(self.kept) >= 4:
            return
        opened = errand(self.clerks["wang"], self.at, limit=limit)
        self.kept.append(Kept(opened.matter_id, limit, events=[ClockEvent(self.at, "started")]))

    @rule(minutes=st.one_of(st.integers(0, 600), st.integers(600, 20_000)))
    def time_goes_by(self, minutes: int) -> None:
        self.at = min(self.at + timedelta(minutes=minutes), LAST)

    @rule(
        which=st.integers(0, 3),
        action=st.sampled_from(sorted(TABLE)),
        by=st.integers(0, 9),
        who=st.sampled_from(["wang", "zhao"]),
    )
    def somebody_steps(self, which: int, action: str, by: int, who: str) -> None:
        mine = self.kept[which % len(self.kept)]
        origin, target = TABLE[action]
        extra: dict[str, Any] = {"extend_by": by, "facts": {"reason": "疑难"}} if action == "extend" else {}
        before = self.row(mine)
        try:
            with transaction.atomic():
                thread.take_step(matter=mine.matter_id, action=action, actor=self.clerks[who], at=self.at, **extra)
        except Refusal:
            assert self.row(mine) == before
            open_now = mine.state == origin and not (action == "finish" and mine.held)
            assert not open_now or action == "extend", f"{action} was open and is refused"
            return
        assert mine.state == origin
        assert not (action == "finish" and mine.held)
        mine.state = target
        mine.steps += 1
        mine.events.append(ClockEvent(self.at, EVENTS[action], by=by if action == "extend" else 0))

    @rule(which=st.integers(0, 3), who=st.sampled_from(["wang", "zhao"]), let_go=st.booleans())
    def somebody_claims(self, which: int, who: str, let_go: bool) -> None:
        mine = self.kept[which % len(self.kept)]
        act = thread.release if let_go else thread.claim
        wanted = mine.holder == who if let_go else not mine.holder
        try:
            with transaction.atomic():
                act(matter_id=mine.matter_id, actor=self.clerks[who], at=self.at)
        except Refusal:
            assert not wanted or mine.state == "done"
            return
        assert wanted
        mine.holder = "" if let_go else who
        mine.steps += 1

    @rule(which=st.integers(0, 3), lift=st.booleans())
    def a_hold_comes_or_goes(self, which: int, lift: bool) -> None:
        mine = self.kept[which % len(self.kept)]
        if mine.state == "done" or mine.held != lift:
            return
        with transaction.atomic():
            if lift:
                assert thread.lift_hold(matter_id=mine.matter_id, kind="bill", at=self.at) is not None
            else:
                thread.place_hold(matter_id=mine.matter_id, kind="bill", point="finish", reason="未缴费", at=self.at)
        mine.held = not lift
        mine.steps += 1

    @rule()
    def the_sealer_comes_by(self) -> None:
        sealing.seal_once()

    @invariant()
    def the_books_say_what_the_machine_knows(self) -> None:
        for mine in self.kept:
            matter = Matter.objects.get(pk=mine.matter_id)
            assert (matter.state, matter.version, matter.last_seq) == (mine.state, mine.steps, mine.steps)
            assert Step.objects.filter(matter=matter.pk).count() == mine.steps
            assert (matter.stopped_since is not None) == (mine.state == "paused")
            assert (matter.closed_at is not None) == (mine.state == "done")
            if mine.state == "waiting":
                assert matter.due_on == self.walked(mine), f"{mine.events}"
            elif mine.state == "done":
                assert matter.due_on is None

    def walked(self, mine: Kept) -> date | None:
        """The due day by the walker. An extension is given on the legal limit, so it may come when the promised one has
        run out; then it stands in the ledger and lengthens nothing.
        """
        kept: list[ClockEvent] = []
        for event in mine.events:
            if event.event == "extended":
                try:
                    walk(mine.limit, "workday", [*kept, event], CLOSE)
                except WalkerError:
                    continue
            kept.append(event)
        return walk(mine.limit, "workday", kept).due_on

    def row(self, mine: Kept) -> tuple[Any, ...]:
        """The matter's columns and the number of its steps."""
        steps = Step.objects.filter(matter=mine.matter_id).count()
        return (*Matter.objects.filter(pk=mine.matter_id).values_list().get(), steps)

    def teardown(self) -> None:
        """The whole ledger is read at the end."""
        try:
            while sealing.seal_once():
                pass
            verdict = sealing.verify()
            assert verdict.sound, verdict.faults
            assert day_of(self.at) <= day_of(LAST)
        finally:
            self.own_time.__exit__(None, None, None)
            self.undoing.__exit__(None, None, None)


def run(examples: int, steps: int) -> None:
    """Let the machine run this often."""
    with undone():
        Bureau.clerks = {name: clerk(name, account_id=account(f"errand_{name}")) for name in ("wang", "zhao")}
        run_machine(Bureau, examples=examples, steps=steps)


def test_errands_stay_right_whatever_is_tried(drill: Cast) -> None:
    run(examples=25, steps=30)


@pytest.mark.long
def test_errands_stay_right_for_long(drill: Cast) -> None:
    run(examples=1000, steps=50)
