"""Whatever the cast does to cases, in whatever order and at whatever time: the books stay right.

Hypothesis chooses who tries which verb on which case after how much time. Most tries are refused, and a refusal must leave
nothing behind; what is done must be a line of the procedure's table, and must leave state, clock, letters and audit in step
with the ledger.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import transaction
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)

from tests.cast import Cast
from tests.properties.machines import run_machine
from tests.undone import undone
from yimen.ground.documents.models import Letter
from yimen.ground.identity.rules import SYSTEM, Actor
from yimen.ground.kit.models import AuditEntry
from yimen.ground.kit.moments import CHINA
from yimen.ground.kit.refusals import Refusal
from yimen.ground.matters import sealing
from yimen.ground.matters import services as thread
from yimen.ground.matters.fast_forward import in_its_own_time
from yimen.ground.matters.lifecycle import BEFORE
from yimen.ground.matters.models import Hold, Matter, Step
from yimen.ground.matters.selectors import explain
from yimen.service.cases import services
from yimen.service.cases.lifecycle import LICENCE
from yimen.service.cases.models import Case, CaseMaterial
from yimen.service.cases.tests.stage import ANSWERS, published
from yimen.service.catalogue.models import ServiceItem

PEOPLE = ("li", "wang", "zhao", "chen", "zhou", "he", "wu", "manager", "sun", "qian", "qian_staff", "qian_approver")
OPENING = datetime(2026, 2, 2, 9, 0, tzinfo=CHINA)
LETTERS = {
    "accept": "acceptance_slip", "request_correction": "correction_notice", "request_review_correction": "correction_notice",
    "find_not_required": "not_required_notice", "decline": "not_accepted_notice", "suspend": "suspension_notice",
    "extend_limit": "extension_notice", "grant": "decision_grant", "grant_at_once": "decision_grant",
    "refuse": "decision_refuse", "deliver": "delivery_receipt", "submit": "materials_receipt",
}  # fmt: skip

reasons = st.sampled_from(["材料不齐", "依据条例第四条", "", "  ", "𠮷䶮核实"])
orders = st.lists(st.tuples(st.integers(1, 3), reasons), max_size=3)
VERBS: dict[str, Callable[[st.DataObject], dict[str, Any]]] = {
    "accept_case": lambda draw: {},
    "request_correction": lambda draw: {"items": draw.draw(orders)},
    "correct_on_spot": lambda draw: {"reason": draw.draw(reasons)},
    "find_not_required": lambda draw: {"reason": draw.draw(reasons)},
    "decline_case": lambda draw: {"reason": draw.draw(reasons)},
    "supplement": lambda draw: {"paper": draw.draw(st.lists(st.integers(1, 3), max_size=3))},
    "record_opinion": lambda draw: {"text": draw.draw(reasons)},
    "record_survey": lambda draw: {"text": draw.draw(reasons), "people": draw.draw(st.sampled_from(["赵强", "赵强、王芳"]))},
    "pass_review": lambda draw: {"text": draw.draw(reasons)},
    "request_review_correction": lambda draw: {"items": draw.draw(orders)},
    "suspend": lambda draw: {
        "procedure": draw.draw(st.sampled_from(["hearing", "testing", "holiday"])), "days_needed": draw.draw(st.integers(-1, 40)),
        "reason": draw.draw(reasons),
    },
    "resume": lambda draw: {"reason": draw.draw(reasons)},
    "extend_limit": lambda draw: {"days": draw.draw(st.integers(0, 12)), "reason": draw.draw(reasons)},
    "return_to_review": lambda draw: {"reason": draw.draw(reasons)},
    "grant": lambda draw: {},
    "grant_at_once": lambda draw: {},
    "refuse": lambda draw: {"reason": draw.draw(reasons)},
    "deliver": lambda draw: {
        "method": draw.draw(st.sampled_from(["signature", "post", "pigeon"])), "receiver": draw.draw(st.sampled_from(["李明", ""])),
        "proof": draw.draw(st.sampled_from(["EMS1", ""])),
    },
    "archive": lambda draw: {},
    "withdraw": lambda draw: {"reason": draw.draw(reasons)},
}  # fmt: skip
USUAL = {
    "received": [("wang", "accept_case"), ("wang", "request_correction")],
    "correction_requested": [("wang", "supplement")],
    "reviewing": [
        ("zhao", "pass_review"),
        ("zhao", "suspend"),
        ("he", "extend_limit"),
        ("zhao", "request_review_correction"),
    ],
    "correcting": [("wang", "supplement")],
    "suspended": [("zhao", "resume")],
    "deciding": [("chen", "grant"), ("chen", "refuse"), ("he", "extend_limit"), ("chen", "return_to_review")],
    "granted": [("wu", "deliver")],
    "refused": [("wu", "deliver")],
    "concluded": [("wu", "archive")],
}
"""Who usually does what, so that cases also get to their end."""
GOOD: dict[str, dict[str, Any]] = {
    "request_correction": {"items": [(1, "看不清")]},
    "request_review_correction": {"items": [(1, "看不清")]},
    "supplement": {"paper": [1, 2]},
    "pass_review": {"text": "材料真实，符合条件。"},
    "record_survey": {"text": "场所与图纸一致。", "people": "赵强、王芳"},
    "suspend": {"procedure": "hearing", "days_needed": 10, "reason": "申请人要求听证"},
    "resume": {"reason": "听证结束"},
    "extend_limit": {"days": 5, "reason": "案情复杂"},
    "refuse": {"reason": "面积不足"},
    "return_to_review": {"reason": "补充踏勘"},
    "deliver": {"method": "signature", "receiver": "李明"},
}


class Office(RuleBasedStateMachine):
    """The cast at work. `cast` and `items` are set by the test."""

    cast: Cast
    items: list[ServiceItem]

    def __init__(self) -> None:
        super().__init__()
        self.undoing = undone()
        self.undoing.__enter__()
        self.own_time = in_its_own_time()
        self.own_time.__enter__()
        self.at = OPENING
        self.codes: list[str] = []
        self.done: Counter[str] = Counter()
        self.actors: dict[tuple[str, str], Actor] = {}
        self.rows_before = AuditEntry.objects.count()

    def actor(self, name: str) -> Actor:
        """The person as a request of this day would see them."""
        key = (name, self.at.date().isoformat())
        if key not in self.actors:
            self.actors[key] = self.cast.actor(name, self.at)
        return self.actors[key]

    @initialize()
    def open_the_doors(self) -> None:
        self.hand_in(True, 0)

    @rule(minutes=st.one_of(st.integers(1, 90), st.integers(90, 40_000)))
    def time_goes_by(self, minutes: int) -> None:
        self.at += timedelta(minutes=minutes)

    @precondition(lambda self: len(self.codes) < 4)
    @rule(paper=st.booleans(), item=st.integers(0, 1))
    def hand_in(self, paper: bool, item: int) -> None:
        wanted = self.items[item]
        assert wanted.current is not None
        materials = [each.pk for each in wanted.current.materials.all()] if paper else []
        done = services.submit_application(
            item_code=wanted.code, party_id=self.cast.parties["li"].pk, answers=ANSWERS,
            actor=self.actor("wang" if paper else "li"), at=self.at, channel="window" if paper else "web", paper=materials,
        )  # fmt: skip
        self.codes.append(done.code)
        self.done["submit"] += 1
        self.check_letter(done.code, "submit")

    @precondition(lambda self: self.codes)
    @rule(data=st.data(), course=st.lists(st.integers(0, 3), min_size=3, max_size=10), minutes=st.integers(1, 3000))
    def work_goes_on(self, data: st.DataObject, course: list[int], minutes: int) -> None:
        """Some usual steps of one case, each some time after the other."""
        code = data.draw(st.sampled_from(self.codes))
        for turn in course:
            before = self.matter(code)
            if before.state in USUAL:
                who, verb = USUAL[before.state][turn % len(USUAL[before.state])]
                self.attempt(before, who, verb, GOOD.get(verb, {}), None)
                self.at += timedelta(minutes=minutes)

    @precondition(lambda self: self.codes)
    @rule(data=st.data(), who=st.sampled_from(PEOPLE), verb=st.sampled_from(sorted(VERBS)))
    def somebody_tries(self, data: st.DataObject, who: str, verb: str) -> None:
        before = self.matter(data.draw(st.sampled_from(self.codes)))
        seen = data.draw(st.sampled_from([None, None, before.version, before.version + 1]))
        self.attempt(before, who, verb, VERBS[verb](data), seen)

    def attempt(self, before: Matter, who: str, verb: str, arguments: dict[str, Any], seen: int | None) -> None:
        """One verb by one person; refused without a trace, or done as the table says."""
        code, books = before.code, self.books(before.code)
        try:
            with transaction.atomic():
                getattr(services, verb)(code=code, actor=self.actor(who), at=self.at, seen=seen, **arguments)
        except Refusal as refusal:
            assert self.books(code) == books, f"{verb} was refused ({refusal.message}) and left something behind"
            assert 400 <= refusal.status < 500
            return
        self.check_step(before, who)

    @precondition(lambda self: self.codes)
    @rule(data=st.data(), who=st.sampled_from(["wang", "zhao", "qian_staff", "sun"]))
    def somebody_judges_a_material(self, data: st.DataObject, who: str) -> None:
        code = data.draw(st.sampled_from(self.codes))
        state = data.draw(st.sampled_from(["accepted", "paper", "returned", "exempt"]))
        books = self.books(code)
        try:
            with transaction.atomic():
                services.check_material(
                    code=code, order=data.draw(st.integers(1, 3)), state=state, actor=self.actor(who), at=self.at,
                    note=data.draw(reasons),
                )  # fmt: skip
        except Refusal:
            assert self.books(code) == books
            return
        assert who in ("wang", "zhao")
        self.done["check_material"] += 1

    @precondition(lambda self: self.codes)
    @rule(data=st.data(), who=st.sampled_from(["wang", "zhao", "chen", "qian_staff", "li"]), let_go=st.booleans())
    def somebody_claims_or_lets_go(self, data: st.DataObject, who: str, let_go: bool) -> None:
        before = self.matter(data.draw(st.sampled_from(self.codes)))
        act = thread.release if let_go else thread.claim
        books = self.books(before.code)
        try:
            with transaction.atomic():
                act(matter_id=before.pk, actor=self.actor(who), at=self.at)
        except Refusal:
            assert self.books(before.code) == books
            return
        self.check_step(before, who)
        assert self.matter(before.code).person_id == (None if let_go else self.cast.accounts[who].pk)

    @precondition(lambda self: self.codes)
    @rule(data=st.data(), often=st.integers(0, 4))
    def something_holds_the_decision(self, data: st.DataObject, often: int) -> None:
        before = self.matter(data.draw(st.sampled_from(self.codes)))
        held = Hold.objects.filter(matter=before.pk, lifted_at__isnull=True).exists()
        if not held and often:
            return
        try:
            with transaction.atomic():
                if held:
                    thread.lift_hold(matter_id=before.pk, kind="bill", at=self.at)
                else:
                    thread.place_hold(matter_id=before.pk, kind="bill", point="decide", reason="费用未缴清", at=self.at)
        except Refusal:
            return
        self.check_step(before, "")

    @rule()
    def the_sealer_comes_by(self) -> None:
        sealing.seal_once()

    # --- What must hold

    @invariant()
    def every_matter_is_what_its_steps_say(self) -> None:
        if not self.codes:
            return
        steps: dict[int, list[Step]] = defaultdict(list)
        for step in Step.objects.filter(matter__code__in=self.codes).order_by("matter_id", "seq"):
            steps[step.matter_id].append(step)
        for matter in Matter.objects.filter(code__in=self.codes):
            own = steps[matter.pk]
            assert matter.version == matter.last_seq == len(own)
            assert [step.seq for step in own] == list(range(1, len(own) + 1))
            assert matter.state == own[-1].to_state
            assert (matter.closed_at is not None) == (LICENCE.state(matter.state).phase == "closed")
            self.check_clock(matter)

    def check_clock(self, matter: Matter) -> None:
        """The cached columns are what the derivation of the steps says."""
        current = explain(matter).current
        promised = (current.promised or current.legal) if current else None
        if promised is None or current is None:
            assert (matter.due_on, matter.due_at) == (None, None)
            return
        expected = promised.due_on or (promised.reached_on if promised.state == "stopped" else None)
        assert matter.due_on == expected, f"{matter.state}: cached {matter.due_on}, derived {expected}"
        assert matter.clock == current.name
        assert (matter.stopped_since is not None) == (promised.state == "stopped")
        if matter.due_on is not None and current.legal is not None and current.legal.due_on is not None:
            assert matter.legal_due_on == current.legal.due_on

    def check_step(self, before: Matter, who: str) -> None:
        """What was done is a line of the table, written down as done by who did it."""
        step = Step.objects.filter(matter=before.pk).latest("seq")
        line = LICENCE.step(step.action)
        assert before.state in LICENCE.origins(line)
        assert step.from_state == before.state
        assert step.to_state == (before.state if line.to is None else line.to)
        assert step.recorded_at == step.happened_at == self.at
        assert step.actor_name == (self.cast.accounts[who].name if who else SYSTEM.name)
        assert who not in ("qian", "qian_staff", "qian_approver", "sun"), f"{who} has no part in this"
        assert BEFORE not in LICENCE.origins(line)
        self.done[step.action] += 1
        self.check_letter(before.code, step.action)

    def check_letter(self, code: str, action: str) -> None:
        """Each act has its letter: as many of a kind as acts that issue it."""
        if action in LETTERS:
            acts = [name for name, kind in LETTERS.items() if kind == LETTERS[action]]
            taken = Step.objects.filter(matter__code=code, action__in=acts).count()
            assert Letter.objects.filter(matter_code=code, kind=LETTERS[action]).count() == taken

    def matter(self, code: str) -> Matter:
        """The matter as the database has it now."""
        return Matter.objects.get(code=code)

    def books(self, code: str) -> tuple[Any, ...]:
        """All that a refused act must leave as it is."""
        return (
            Matter.objects.filter(code=code).values_list().get(),
            Case.objects.filter(matter__code=code).values_list().get(),
            tuple(
                CaseMaterial.objects.filter(case__matter__code=code).values_list("order", "state", "note", "checked_by")
            ),
            Step.objects.count(),
            Letter.objects.count(),
            AuditEntry.objects.count(),
        )

    def teardown(self) -> None:
        """At the end the whole ledger is read, and every series of numbers."""
        try:
            if self.codes:
                self.check_the_end()
        finally:
            self.own_time.__exit__(None, None, None)
            self.undoing.__exit__(None, None, None)

    def check_the_end(self) -> None:
        """Sound ledger, numbers without gaps, one slip a case, one row an act."""
        while sealing.seal_once():
            pass
        verdict = sealing.verify()
        assert verdict.sound, verdict.faults
        assert verdict.unsealed == 0
        series: dict[tuple[str, int], list[int]] = defaultdict(list)
        for word, year, serial in Letter.objects.values_list("series", "year", "serial"):
            series[word, year].append(serial)
        for key, numbers in series.items():
            assert sorted(numbers) == list(range(1, len(numbers) + 1)), f"{key}: {sorted(numbers)}"
        accepted = Case.objects.filter(matter__code__in=self.codes, accepted_at__isnull=False)
        for case in accepted:
            assert Letter.objects.filter(matter_code=case.matter.code, kind="acceptance_slip").count() == 1
        assert len({case.slip_number for case in accepted}) == len(accepted)
        assert accepted.count() == self.done["accept"]
        days = defaultdict(list)
        for code in self.codes:
            days[code[:-4]].append(int(code[-4:]))
        assert all(sorted(numbers) == list(range(1, len(numbers) + 1)) for numbers in days.values())
        acts = Counter(
            action.rpartition(".")[2]
            for action in AuditEntry.objects.filter(result="ok", action__startswith="licence.").values_list(
                "action", flat=True
            )
        )
        expected = Counter({action: count for action, count in self.done.items() if action != "check_material"})
        assert acts == expected


def run(drill: Cast, examples: int, steps: int) -> None:
    """Let the machine run this often, over two items: a usual one and one that may be decided at once."""
    with undone():
        Office.cast = drill
        with time_machine.travel(OPENING - timedelta(days=20), tick=False):
            Office.items = [published(drill), published(drill, name="健康证补办", case_kind="instant")]
        run_machine(Office, examples=examples, steps=steps)


def test_cases_stay_right_whatever_is_tried(drill: Cast) -> None:
    run(drill, examples=25, steps=30)


@pytest.mark.long
def test_cases_stay_right_for_long(drill: Cast) -> None:
    run(drill, examples=500, steps=50)
