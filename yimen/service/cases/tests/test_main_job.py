"""The main job, from the application to the handed-over result, and what may not happen on the way."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from django.db import IntegrityError, transaction

from tests.cast import Cast
from yimen.ground.documents.models import Letter
from yimen.ground.kit.moments import day_of, now
from yimen.ground.kit.refusals import NotFound
from yimen.ground.matters import sealing
from yimen.ground.matters.policies import NoPermission
from yimen.ground.matters.selectors import timeline
from yimen.ground.matters.services import ReasonMissing, StalePage, StepNotOpen
from yimen.service.cases import selectors, services
from yimen.service.cases.models import Case
from yimen.service.cases.services.acceptance import MaterialsLacking
from yimen.service.cases.services.decision import NotImmediate
from yimen.service.cases.services.extending import ExtensionTooLong
from yimen.service.cases.services.intake import AnswersWrong, NotForYou
from yimen.service.cases.services.receipt import AlreadyCorrected, NothingNamed
from yimen.service.cases.services.review import AlreadyExtended
from yimen.service.cases.tests.stage import ANSWERS, accepted, case_of, decided_on, matter_of, published, submitted
from yimen.service.catalogue import services as catalogue
from yimen.service.catalogue.refusals import ItemCancelled

pytestmark = pytest.mark.django_db


def test_an_application_goes_through_the_one_door(cast: Cast) -> None:
    code = submitted(cast)
    assert len(code) == 43
    assert code[31:39] == f"{day_of(now()):%Y%m%d}"
    assert code[39:] == "0001"
    wang, zhao, chen = cast.actor("wang"), cast.actor("zhao"), cast.actor("chen")
    services.accept_case(code=code, actor=wang, at=now())
    services.record_survey(code=code, text="现场与图纸一致。", people="赵强、顾南舟", actor=zhao, at=now())
    services.pass_review(code=code, text="符合条件。", actor=zhao, at=now())
    services.grant(code=code, actor=chen, at=now())
    services.deliver(code=code, method="signature", receiver="李明", actor=cast.actor("wu"), at=now())
    services.archive(code=code, actor=cast.actor("wu"), at=now())
    matter, case = matter_of(code), case_of(code)
    assert (matter.state, matter.outcome, matter.on_time, matter.work_days) == ("archived", "concluded", True, 0)
    assert case.slip_number
    assert case.decision_number
    assert [step.action for step in timeline(matter)] == [
        "submit", "accept", "record_survey", "pass_review", "grant", "deliver", "archive",
    ]  # fmt: skip
    kinds = set(Letter.objects.filter(matter_code=code).values_list("kind", flat=True))
    assert kinds == {"materials_receipt", "acceptance_slip", "decision_grant", "delivery_receipt"}
    assert sealing.verify().sound


def test_numbers_of_one_item_and_day_follow_each_other(cast: Cast) -> None:
    item = published(cast)
    codes = [submitted(cast, item) for _ in range(3)]
    assert [code[39:] for code in codes] == ["0001", "0002", "0003"]
    assert len({code[:39] for code in codes}) == 1


def test_wrong_answers_are_told_at_their_fields_and_cost_no_number(cast: Cast) -> None:
    item = published(cast)
    with pytest.raises(AnswersWrong) as refused:
        services.submit_application(
            item_code=item.code, party_id=cast.accounts["li"].party_id or 0, answers={"shop": "茶馆", "area": "很大", "air": "yes"},
            actor=cast.actor("li"), at=now(), channel="web",
        )  # fmt: skip
    assert set(refused.value.fields) == {"area", "report"}
    assert submitted(cast, item)[39:] == "0001"


def test_nobody_applies_for_somebody_else(cast: Cast) -> None:
    item = published(cast)
    with pytest.raises(NotForYou):
        services.submit_application(
            item_code=item.code, party_id=cast.accounts["li"].party_id or 0, answers=ANSWERS, actor=cast.actor("qian"),
            at=now(), channel="web",
        )  # fmt: skip


def test_a_cancelled_item_cannot_be_applied_for(cast: Cast) -> None:
    item = published(cast)
    catalogue.cancel_item(actor=cast.actor("manager"), item=item, reason="取消", basis="国发〔2026〕1号", at=now())
    with pytest.raises(ItemCancelled):
        submitted(cast, item)


def test_missing_materials_stop_acceptance_until_they_come(cast: Cast) -> None:
    code = submitted(cast, paper=False)
    wang, li = cast.actor("wang"), cast.actor("li")
    with pytest.raises(MaterialsLacking, match="平面图"):
        services.accept_case(code=code, actor=wang, at=now())
    services.request_correction(code=code, items=[(1, "请补平面图")], actor=wang, at=now())
    matter = matter_of(code)
    assert matter.state == "correction_requested"
    assert matter.due_on is None
    with pytest.raises(MaterialsLacking):
        services.supplement(code=code, actor=li, at=now())
    services.supplement(code=code, paper=[1], actor=wang, at=now())
    services.accept_case(code=code, actor=wang, at=now())
    assert matter_of(code).state == "reviewing"


def test_correction_is_told_once(cast: Cast) -> None:
    code = submitted(cast, paper=False)
    wang = cast.actor("wang")
    with pytest.raises(NothingNamed):
        services.request_correction(code=code, items=[(1, " ")], actor=wang, at=now())
    services.request_correction(code=code, items=[(1, "缺平面图")], actor=wang, at=now())
    services.supplement(code=code, paper=[1], actor=wang, at=now())
    with pytest.raises(AlreadyCorrected):
        services.request_correction(code=code, items=[(2, "再要一份")], actor=wang, at=now())
    services.accept_case(code=code, actor=wang, at=now())
    with pytest.raises(AlreadyCorrected):
        services.request_review_correction(code=code, items=[(2, "再要一份")], actor=cast.actor("zhao"), at=now())


@pytest.mark.parametrize(("verb", "state"), [("find_not_required", "not_required"), ("decline_case", "declined")])
def test_what_ends_at_receipt_says_why(cast: Cast, verb: str, state: str) -> None:
    code = submitted(cast)
    act = getattr(services, verb)
    with pytest.raises(Exception, match=r"理由|缺"):
        act(code=code, reason="  ", actor=cast.actor("wang"), at=now())
    act(code=code, reason="不在许可范围内", actor=cast.actor("wang"), at=now())
    assert matter_of(code).state == state
    assert matter_of(code).closed_at is not None


def test_what_can_be_corrected_on_the_spot_is(cast: Cast) -> None:
    code = submitted(cast)
    with pytest.raises(ReasonMissing):
        services.correct_on_spot(code=code, reason="", actor=cast.actor("wang"), at=now())
    services.correct_on_spot(code=code, reason="更正字号错字", actor=cast.actor("wang"), at=now())
    assert matter_of(code).state == "received"


def test_no_slip_no_section_work(cast: Cast) -> None:
    code = submitted(cast)
    with pytest.raises(Exception, match="受理单"):
        services.pass_review(code=code, text="先办着", actor=cast.actor("zhao"), at=now())
    with pytest.raises(IntegrityError, match="cases_accepted_has_slip"), transaction.atomic():
        Case.objects.filter(matter__code=code).update(accepted_at=now(), slip_number="")


def test_a_stranger_sees_nothing_and_a_colleague_without_right_is_told(cast: Cast) -> None:
    code = submitted(cast)
    for stranger in ("qian", "qian_staff", "qian_approver"):
        with pytest.raises(NotFound):
            services.accept_case(code=code, actor=cast.actor(stranger), at=now())
        with pytest.raises(NotFound):
            selectors.access_case(cast.actor(stranger), code)
    with pytest.raises(NoPermission):
        services.accept_case(code=code, actor=cast.actor("zhao"), at=now())


def test_a_decision_needs_a_letter(cast: Cast) -> None:
    code = decided_on(cast)
    chen = cast.actor("chen")
    bare = replace(chen, letters=())
    with pytest.raises(Exception, match="授权委托书"):
        services.grant(code=code, actor=bare, at=now())
    services.grant(code=code, actor=chen, at=now())


def test_a_refusal_needs_reason_and_remedies(cast: Cast) -> None:
    code = decided_on(cast)
    with pytest.raises(Exception, match="理由"):
        services.refuse(code=code, reason=" ", actor=cast.actor("chen"), at=now())
    services.refuse(code=code, reason="面积不足", actor=cast.actor("chen"), at=now())
    with pytest.raises(IntegrityError, match="cases_refusal_has_reason"), transaction.atomic():
        Case.objects.filter(matter__code=code).update(decision_reason="")


def test_only_an_immediate_case_is_decided_at_the_window(cast: Cast) -> None:
    with pytest.raises(NotImmediate):
        services.grant_at_once(code=accepted(cast), actor=cast.actor("chen"), at=now())


def test_extension_once_and_not_too_long(cast: Cast) -> None:
    code = accepted(cast)
    he = cast.actor("he")
    before = matter_of(code).due_on
    with pytest.raises(ExtensionTooLong):
        services.extend_limit(code=code, days=11, reason="疑难", actor=he, at=now())
    services.extend_limit(code=code, days=5, reason="疑难", actor=he, at=now())
    after = matter_of(code).due_on
    assert before is not None
    assert after is not None
    assert after > before
    with pytest.raises(AlreadyExtended):
        services.extend_limit(code=code, days=5, reason="还要", actor=he, at=now())


def test_a_special_procedure_stops_the_clock(cast: Cast) -> None:
    code = accepted(cast)
    zhao = cast.actor("zhao")
    services.suspend(code=code, procedure="testing", days_needed=10, reason="水质检测", actor=zhao, at=now())
    assert matter_of(code).due_on is None
    services.resume(code=code, reason="检测合格", actor=zhao, at=now())
    assert matter_of(code).due_on is not None


def test_withdrawal_before_the_decision_and_not_after(cast: Cast) -> None:
    code = decided_on(cast)
    services.withdraw(code=code, reason="不办了", actor=cast.actor("li"), at=now())
    assert matter_of(code).state == "withdrawn"
    other = decided_on(cast, item=published(cast, name="另一事项"))
    services.grant(code=other, actor=cast.actor("chen"), at=now())
    with pytest.raises(StepNotOpen):
        services.withdraw(code=other, reason="不办了", actor=cast.actor("li"), at=now())


def test_pressed_twice_it_happens_once(cast: Cast) -> None:
    code = submitted(cast)
    wang = cast.actor("wang")
    services.accept_case(code=code, actor=wang, at=now(), seen=1)
    with pytest.raises(StalePage):
        services.accept_case(code=code, actor=wang, at=now(), seen=1)
    assert Letter.objects.filter(matter_code=code, kind="acceptance_slip").count() == 1


def test_an_item_without_limit_has_no_clock(cast: Cast) -> None:
    item = published(cast, name="政策咨询", kind="public_service", promise_limit=None, promise_unit="")
    code = accepted(cast, item=item)
    matter = matter_of(code)
    assert (matter.due_on, matter.legal_due_on) == (None, None)


def test_the_public_query_needs_number_and_tail(cast: Cast) -> None:
    code = submitted(cast)
    assert selectors.public_query(code, "0029").matter.code == code
    for wrong in ((code, "0012"), (code[:-1] + "9", "0029"), (code, ""), ("", "0029")):
        with pytest.raises(NotFound):
            selectors.public_query(*wrong)


def test_the_slip_says_the_last_day_and_why(cast: Cast) -> None:
    code = accepted(cast)
    facts = json.loads(Letter.objects.get(matter_code=code, kind="acceptance_slip").facts)
    due_on = matter_of(code).due_on
    assert due_on is not None
    assert facts["due_on"].startswith(f"{due_on.year}年{due_on.month}月{due_on.day}日")
    assert facts["derivation"][-1]["count"].endswith("累计 10")
