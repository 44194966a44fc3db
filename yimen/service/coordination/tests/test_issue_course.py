"""An issue goes its way: every act a step with a remark, the right one answers, the clocks explain themselves (R015)."""

from __future__ import annotations

import pytest

from tests.cast import Cast
from yimen.ground.kit.moments import now
from yimen.ground.kit.refusals import NotAllowed, NotFound
from yimen.ground.matters import selectors as matters
from yimen.ground.matters.services import ReasonMissing, StalePage, StepNotOpen
from yimen.service.coordination import policies, services
from yimen.service.coordination.services.issues import CannotAnswer
from yimen.service.coordination.tests.stage import again, answered, assigned, raised


def steps(issue: object) -> list[str]:
    return [step.action for step in matters.timeline(issue.matter)]  # type: ignore[attr-defined]


def test_from_the_question_to_its_end(cast: Cast) -> None:
    issue = answered(cast)
    services.confirm(issue=issue, actor=cast.actor("manager"), reason="已按次序办理。", at=now())
    issue = again(issue)
    assert steps(issue) == ["raise", "assign", "answer", "confirm"]
    assert (issue.matter.state, issue.matter.outcome, issue.result) == ("solved", "solved", "已按次序办理。")
    assert [remark.kind for remark in issue.remarks.order_by("step_seq")] == [
        "question", "instruction", "answer", "conclusion",
    ]  # fmt: skip
    assert issue.matter.on_time is True


def test_each_stage_has_its_clock(cast: Cast) -> None:
    issue = answered(cast)
    account = matters.explain(issue.matter)
    assert [(clock.name, clock.label) for clock in account.clocks] == [
        ("assigning", "交办"), ("answering", "答复"), ("confirming", "确认"),
    ]  # fmt: skip
    assert [clock.promised.limit for clock in account.clocks if clock.promised] == [1, 5, 2]
    assert issue.matter.due_on is not None


def test_a_returned_answer_is_written_again(cast: Cast) -> None:
    issue = answered(cast)
    services.return_answer(issue=issue, actor=cast.actor("manager"), reason="没有写明谁先谁后。", at=now(), seen=3)
    issue = again(issue)
    assert (issue.matter.state, issue.returned, issue.matter.clock) == ("assigned", 1, "answering")
    services.answer(issue=issue, actor=cast.actor("zhou"), text="先消防，后许可。", at=now())
    assert again(issue).matter.state == "answered"


def test_another_unit_answers(cast: Cast) -> None:
    issue = assigned(cast)
    services.redirect(
        issue=issue, actor=cast.actor("manager"), unit=cast.units["housing"], reason="属住建职责。", at=now()
    )
    issue = again(issue)
    assert issue.matter.department_id == cast.units["housing"].pk
    with pytest.raises((NotAllowed, NotFound)):
        services.answer(issue=issue, actor=cast.actor("he"), text="我们来答。", at=now())
    services.answer(issue=issue, actor=cast.actor("luo"), text="已答。", at=now())
    with pytest.raises(CannotAnswer):
        services.redirect(
            issue=again(issue), actor=cast.actor("manager"), unit=cast.units["housing"], reason="再交。", at=now()
        )


def test_whoever_may_not_is_refused(cast: Cast) -> None:
    issue = raised(cast)
    for who in ("wang", "he", "sun"):
        with pytest.raises((NotAllowed, NotFound)):
            services.assign(issue=issue, actor=cast.actor(who), unit=cast.units["market"], reason="请办。", at=now())
    with pytest.raises(NotFound):
        policies.access_issue(cast.actor("tang"), issue.matter.code)
    with pytest.raises(NotAllowed):
        raised(cast, "zhao")


def test_what_is_not_open_is_refused(cast: Cast) -> None:
    issue = raised(cast)
    with pytest.raises(StepNotOpen):
        services.confirm(issue=issue, actor=cast.actor("manager"), reason="好。", at=now())
    with pytest.raises(ReasonMissing):
        services.assign(issue=issue, actor=cast.actor("manager"), unit=cast.units["market"], reason=" ", at=now())
    with pytest.raises(CannotAnswer):
        services.assign(
            issue=issue, actor=cast.actor("manager"), unit=cast.units["market_section"], reason="请办。", at=now()
        )
    assigned_one = assigned(cast)
    with pytest.raises(StalePage):
        services.answer(issue=assigned_one, actor=cast.actor("he"), text="已办。", at=now(), seen=1)


def test_whoever_raised_it_takes_it_back(cast: Cast) -> None:
    issue = raised(cast, "he", source="department")
    with pytest.raises((NotAllowed, NotFound)):
        services.withdraw(issue=issue, actor=cast.actor("zhou"), reason="弄错了。", at=now())
    services.withdraw(issue=issue, actor=cast.actor("he"), reason="已自行商定。", at=now())
    assert again(issue).matter.state == "withdrawn"


def test_solved_on_the_spot(cast: Cast) -> None:
    issue = raised(cast, "manager", source="visit")
    services.solve_on_spot(issue=issue, actor=cast.actor("manager"), reason="当场定由市场监管局先办。", at=now())
    issue = again(issue)
    assert (issue.matter.state, issue.matter.on_time) == ("solved", True)


def test_a_limit_is_extended(cast: Cast) -> None:
    issue = assigned(cast)
    before = issue.matter.due_on
    services.extend_answer(issue=issue, actor=cast.actor("manager"), days=3, reason="要开会商定。", at=now())
    after = again(issue).matter.due_on
    assert before is not None and after is not None and after > before


def test_sent_straight_to_the_counterpart(cast: Cast) -> None:
    """The counterpart answers, the raiser's own office confirms (R002)."""
    issue = services.send_across(
        actor=cast.actor("he"), counterpart=cast.units["health"], title="健康证互认", text="能否互认？", source="department",
        at=now(),
    )  # fmt: skip
    assert again(issue).matter.state == "assigned"
    services.answer(issue=issue, actor=cast.actor("tang"), text="可以互认。", at=now())
    services.confirm(issue=again(issue), actor=cast.actor("manager"), reason="已互认。", at=now())
    assert policies.access_issue(cast.actor("he"), issue.matter.code).matter.state == "solved"
