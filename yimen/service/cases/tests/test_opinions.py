"""征求意见: asked with a clock of its own, answered or silent; the case waits, and silence is consent on the silent one's account."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from tests.cast import Cast
from yimen.ground.kit import outbox
from yimen.ground.kit.moments import CHINA
from yimen.ground.kit.refusals import Conflict, Invalid, NotAllowed, NotFound
from yimen.ground.matters import effects, watching
from yimen.ground.matters.fast_forward import in_its_own_time, mark_synthetic
from yimen.ground.matters.models import EffectTaken, Matter, Step
from yimen.ground.matters.services import StepHeld
from yimen.ground.notices.models import Message
from yimen.service.cases import selectors_asides as asides
from yimen.service.cases import services
from yimen.service.cases.models import OpinionRequest
from yimen.service.cases.services.opinions import AlreadyAsked, CannotBeAsked
from yimen.service.cases.tests.stage import matter_of, published, submitted

pytestmark = pytest.mark.django_db

MONDAY = datetime(2026, 10, 12, 10, tzinfo=CHINA)


@pytest.fixture(autouse=True)
def own_time(db: None) -> Iterator[None]:
    """A ledger in which time is an argument."""
    mark_synthetic()
    with in_its_own_time():
        yield


def reviewing(cast: Cast) -> str:
    """A case of the market department under review since Monday."""
    code = submitted(cast, published(cast, at=MONDAY - timedelta(days=1)), at=MONDAY)
    services.accept_case(code=code, actor=cast.actor("wang"), at=MONDAY)
    return code


def asked(cast: Cast, code: str, at: datetime = MONDAY + timedelta(hours=1)) -> OpinionRequest:
    """Zhao asks the health department: five working days, to Monday the 19th."""
    made = services.ask_opinion(
        code=code,
        department_id=cast.units["health"].pk,
        question="通风设施是否符合卫生标准？",
        actor=cast.actor("zhao"),
        at=at,
    )
    return asides.requests_seen(cast.actor("zhao")).get(pk=made.pk)


def answered(cast: Cast, request: OpinionRequest, **more: str) -> None:
    """The health department agrees, or says what `more` says."""
    said = {"answer": "agree", "text": "符合标准。"} | more
    services.answer_opinion(
        request=request,
        actor=cast.actor("qian_approver"),
        at=MONDAY + timedelta(days=1),
        **said,  # type: ignore[arg-type]
    )


def to_decision(cast: Cast, code: str, at: datetime) -> None:
    """The review is over."""
    services.pass_review(code=code, text="符合条件", actor=cast.actor("zhao"), at=at)


def test_the_case_waits_for_the_answer_and_its_clock_does_not(cast: Cast) -> None:
    code = reviewing(cast)
    due = matter_of(code).due_on
    request = asked(cast, code)
    assert request.matter.department == cast.units["health"] and str(request.matter.due_on) == "2026-10-19"
    to_decision(cast, code, MONDAY + timedelta(hours=2))
    with pytest.raises(StepHeld) as held:
        services.grant(code=code, actor=cast.actor("chen"), at=MONDAY + timedelta(hours=3))
    assert "卫生健康局" in held.value.message
    answered(cast, request)
    services.grant(code=code, actor=cast.actor("chen"), at=MONDAY + timedelta(days=1, hours=1))
    assert matter_of(code).state == "granted" and matter_of(code).due_on != due


def test_silence_is_consent_by_the_system_and_a_fault_of_the_silent(cast: Cast) -> None:
    code = reviewing(cast)
    request = asked(cast, code)
    due_at = request.matter.due_at
    assert due_at is not None
    watching.sweep_all(due_at)
    assert OpinionRequest.objects.get(pk=request.pk).answer == ""
    late = due_at + timedelta(days=2)  # the database was down
    for _ in range(3):
        watching.sweep_all(late)
    request.refresh_from_db()
    assert (request.answer, request.matter.state) == ("deemed", "deemed")
    step = Step.objects.get(matter=request.pk, action="deem_agreed")
    assert step.happened_at == due_at + timedelta(microseconds=1) and step.recorded_at == late
    taken = EffectTaken.objects.get(effect="opinion_default")
    assert taken.department == cast.units["health"] and taken.at_fault and "超时默认" in taken.law
    to_decision(cast, code, late)
    services.grant(code=code, actor=cast.actor("chen"), at=late + timedelta(hours=1))


def test_a_place_may_switch_it_off(cast: Cast) -> None:
    effects.set_effect(actor=cast.actor("manager"), code="opinion_default", in_use=False, warn_workdays=[1], at=MONDAY)
    request = asked(cast, reviewing(cast))
    watching.sweep_all(MONDAY + timedelta(days=30))
    assert Matter.objects.get(pk=request.pk).state == "asked"


def test_taken_back_by_the_lead_not_by_the_silent(cast: Cast) -> None:
    request = asked(cast, reviewing(cast))
    late = MONDAY + timedelta(days=10)
    watching.sweep_all(late)
    request = asides.requests_seen(cast.actor("he")).get(pk=request.pk)
    with pytest.raises((NotAllowed, NotFound)):
        services.undo_agreed(request=request, reason="已书面答复", actor=cast.actor("tang"), at=late)
    services.undo_agreed(request=request, reason="14日已书面答复，漏记", actor=cast.actor("he"), at=late)
    matter = Matter.objects.get(pk=request.pk)
    assert (matter.state, matter.closed_at, matter.clock) == ("asked", None, "opinion")
    assert EffectTaken.objects.get().undone_by == "何伟"
    assert matter_of(request.case.matter.code).holds.filter(lifted_at=None).exists()


def test_answers_need_what_they_say(cast: Cast) -> None:
    request = asked(cast, reviewing(cast))
    for wrong in ({"answer": "conditions"}, {"answer": "deemed"}, {"text": " "}):
        with pytest.raises(Invalid):
            answered(cast, request, **wrong)
    with pytest.raises((NotAllowed, NotFound)):
        services.answer_opinion(
            request=request, answer="agree", text="同意", actor=cast.actor("chen"), at=MONDAY + timedelta(days=1)
        )
    answered(cast, request, answer="conditions", conditions="开业前加装排风。")
    with pytest.raises(Conflict):
        answered(cast, request)


def test_who_may_ask_whom_and_when(cast: Cast) -> None:
    code = reviewing(cast)
    with pytest.raises(NotAllowed):
        services.ask_opinion(
            code=code, department_id=cast.units["health"].pk, question="可以吗？", actor=cast.actor("wang"), at=MONDAY
        )
    with pytest.raises(CannotBeAsked):
        services.ask_opinion(
            code=code, department_id=cast.units["market"].pk, question="可以吗？", actor=cast.actor("zhao"), at=MONDAY
        )
    asked(cast, code)
    with pytest.raises(AlreadyAsked):
        asked(cast, code)
    to_decision(cast, code, MONDAY + timedelta(hours=2))


def test_urged_extended_and_taken_back_by_the_lead(cast: Cast) -> None:
    code = reviewing(cast)
    request, later = asked(cast, code), MONDAY + timedelta(days=1)
    services.urge_opinion(request=request, reason="请尽快", actor=cast.actor("zhao"), at=later)
    services.extend_opinion(request=request, days=3, reason="要到现场看", actor=cast.actor("zhao"), at=later)
    assert str(Matter.objects.get(pk=request.pk).due_on) == "2026-10-22"
    with pytest.raises((NotAllowed, NotFound)):
        services.withdraw_opinion(request=request, reason="不用了", actor=cast.actor("tang"), at=later)
    services.withdraw_opinion(request=request, reason="不用了", actor=cast.actor("zhao"), at=later)
    assert not matter_of(code).holds.filter(lifted_at=None).exists()


def test_it_lapses_with_the_case_and_people_hear(cast: Cast) -> None:
    code = reviewing(cast)
    request = asked(cast, code)
    while outbox.deliver_once():
        pass
    assert Message.objects.filter(subject="清河县市场监督管理局征求意见").exists()
    services.withdraw(code=code, reason="不办了", actor=cast.actor("li"), at=MONDAY + timedelta(days=1))
    while outbox.deliver_once():
        pass
    assert Matter.objects.get(pk=request.pk).state == "lapsed"


def test_pages(cast: Cast) -> None:
    code = reviewing(cast)
    request = asked(cast, code)
    zhao, tang, qian = cast.client("zhao"), cast.client("qian_approver"), cast.client("luo")
    number = request.matter.code
    assert "卫生健康局" in zhao.get(f"/desk/cases/{code}/").content.decode()
    assert zhao.get(f"/desk/cases/{code}/opinions/new/").status_code == 200
    assert number in tang.get("/desk/opinions/").content.decode()
    assert "通风设施" in tang.get(f"/desk/opinions/{number}/").content.decode()
    assert tang.get(f"/desk/opinions/{number}/answer/").status_code == 200
    assert qian.get(f"/desk/opinions/{number}/").status_code == 404
    wrong = tang.post(f"/desk/opinions/{number}/answer/", {"answer": "agree", "text": ""})
    assert wrong.status_code == 422
    assert tang.get("/desk/opinions/?side=all&state=all&as=xlsx").status_code == 200
