"""The course of a procedure, drawn from its table."""

from __future__ import annotations

from yimen.ground.matters.lifecycle import BEFORE, Procedure, State, StepRule, procedure
from yimen.service.catalogue.rules.course import course, said


def test_the_usual_procedure() -> None:
    found = course(procedure("licence"))
    assert [said(rule) for rule in found.way] == ["提交申请", "受理", "审查完毕", "准予", "领取结果"]
    stops = {side.rule.action: side.at for side in found.sides if side.stops}
    assert stops == {"request_correction": 1, "request_review_correction": 2, "suspend": 2}
    ends = {side.rule.action for side in found.sides if not side.stops}
    assert {"decline", "find_not_required", "refuse", "withdraw"} <= ends


def test_a_circle_ends() -> None:
    states = (State("a", "甲", "甲"), State("b", "乙", "乙"))
    steps = (
        StepRule("start", "开始", (BEFORE,), "a", "x"),
        StepRule("there", "去", ("a",), "b", "x"),
        StepRule("back", "回", ("b",), "a", "x"),
    )
    assert [rule.action for rule in course(Procedure("round", 1, "圈", states, steps)).way] == ["start", "there"]
