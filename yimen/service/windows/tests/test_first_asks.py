"""首问: whoever was asked first answers, or hands over and follows it to the answer (R059)."""

from __future__ import annotations

import pytest

from tests.cast import Cast
from yimen.ground.kit.models import AuditEntry
from yimen.ground.kit.moments import now
from yimen.ground.kit.refusals import NotAllowed, NotFound
from yimen.ground.matters.models import Step
from yimen.service.windows import policies, services
from yimen.service.windows.models import FirstAsk
from yimen.service.windows.services.contacts import CannotRecord, NotOffered
from yimen.service.windows.tests import stage

pytestmark = pytest.mark.django_db
verbs = services.contacts


def test_answered_at_once(cast: Cast) -> None:
    made = stage.recorded(cast, name="郭小雨", phone="13700001234", answer_text="带身份证和租房合同到 3 号窗口。")
    found = verbs.look_up(code=made.code.lower(), secret=made.secret.lower(), address="192.0.2.1")
    assert (found.matter.state, found.answered_by_first, found.matter.on_time) == ("answered", True, True)
    assert found.matter.person_id == cast.accounts["wang"].pk
    with pytest.raises(NotFound, match="编号或查询码不对"):
        verbs.look_up(code=made.code, secret="AAAAAA", address="192.0.2.2")


def test_names_and_answers_stay_out_of_ledger_and_audit(cast: Cast) -> None:
    made = stage.recorded(cast, name="郭小雨", phone="13700001234", question="我叫郭小雨，住西街。")
    verbs.answer(asked=stage.first_ask_again(made.asked), actor=cast.actor("wang"), reason="郭小雨您好。", at=now())
    facts = "".join(str(each) for each in Step.objects.filter(matter=made.asked.pk).values_list("facts", flat=True))
    rows = "".join(str(each) for each in AuditEntry.objects.values_list("facts", "reason", "target"))
    assert "郭小雨" not in facts + rows


def test_handed_over_taken_and_answered(cast: Cast) -> None:
    contact = stage.offered(cast)
    wang, zhao = cast.actor("wang"), cast.actor("zhao")
    with pytest.raises(NotOffered):
        verbs.take_over(asked=contact, actor=cast.actor("qian_staff"), at=now())
    verbs.take_over(asked=contact, actor=zhao, at=now())
    contact = stage.first_ask_again(contact)
    assert (contact.holder_name, contact.first_name, contact.matter.department) == (
        "赵强",
        "王芳",
        cast.units["market"],
    )
    assert policies.access_first_ask(wang, contact.matter.code)  # the first-asked goes on seeing it
    with pytest.raises(NotAllowed, match="赵强"):
        verbs.answer(asked=contact, actor=wang, reason="我来答。", at=now())
    verbs.urge(asked=contact, actor=wang, reason="群众等着。", at=now())
    verbs.answer(asked=contact, actor=zhao, reason="要办食品经营许可。", at=now())
    contact = stage.first_ask_again(contact)
    assert (contact.matter.state, contact.answered_by_first, contact.handed_over) == ("answered", False, 1)


def test_refused_comes_back_and_recalled(cast: Cast) -> None:
    contact = stage.offered(cast)
    verbs.refuse(asked=contact, actor=cast.actor("chen"), reason="这是住建的事。", at=now())
    contact = stage.first_ask_again(contact)
    assert (contact.matter.state, contact.holder_name) == ("open", "王芳")
    with pytest.raises(NotOffered):
        verbs.take_over(asked=contact, actor=cast.actor("zhao"), at=now())
    verbs.offer(asked=contact, actor=cast.actor("wang"), window=cast.windows["window8"], reason="请卫健看。", at=now())
    contact = stage.first_ask_again(contact)
    verbs.recall(asked=contact, actor=cast.actor("wang"), reason="问清楚了。", at=now())
    links = contact.hand_overs.order_by("pk")
    assert [each.outcome for each in links] == ["refused", "recalled"]
    assert links[0].said == "这是住建的事。"


def test_a_stranger_sees_nothing(cast: Cast) -> None:
    contact = stage.contact(cast)
    for who in ("qian_staff", "zhao", "tang"):
        with pytest.raises(NotFound):
            policies.access_first_ask(cast.actor(who), contact.matter.code)
        with pytest.raises(NotAllowed):
            verbs.answer(asked=contact, actor=cast.actor(who), reason="不相干。", at=now())


def test_a_village_agent_is_asked_first_too(cast: Cast) -> None:
    contact = stage.contact(cast, who="agent", way="agent")
    assert contact.first_unit == cast.units["village"]
    verbs.answer(asked=contact, actor=cast.actor("agent"), reason="我代您办。", at=now())


@pytest.mark.parametrize("given", [{"way": "pigeon"}, {"question": "  "}])
def test_what_makes_no_record(cast: Cast, given: dict[str, str]) -> None:
    with pytest.raises(CannotRecord):
        stage.recorded(cast, **given)
    assert not FirstAsk.objects.exists()


def test_a_wrong_record_is_dropped(cast: Cast) -> None:
    contact = stage.contact(cast)
    verbs.drop(asked=contact, actor=cast.actor("wang"), reason="登记重复。", at=now())
    assert stage.first_ask_again(contact).matter.state == "dropped"


def test_who_is_away_is_stood_in_for_by_the_centre(cast: Cast) -> None:
    contact = stage.contact(cast)
    verbs.offer(asked=contact, actor=cast.actor("manager"), unit=cast.units["market"], reason="王芳请假。", at=now())
    assert stage.first_ask_again(contact).matter.state == "offered"
