"""效能投诉 R236, R238: lodged, accepted within a day, investigated, found, answered, followed up."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.cast import Cast
from yimen.ground.kit.moments import now
from yimen.ground.kit.ratelimit import TooFast
from yimen.ground.kit.refusals import Invalid, NotFound
from yimen.ground.matters.services import StepNotOpen
from yimen.watch.efficiency import services
from yimen.watch.efficiency.models import Complaint
from yimen.watch.efficiency.services.complaints import CannotComplain, NoMoreTime
from yimen.watch.efficiency.tests import stage

pytestmark = pytest.mark.django_db
verbs, own = services.complaints, services.complainant


def test_from_lodging_to_the_end(cast: Cast) -> None:
    made = stage.lodged(cast)
    complaint = stage.complaint_again(made.complaint)
    assert complaint.matter.clock == "accepting"
    verbs.accept(complaint=complaint, actor=cast.actor("sun"), at=now())
    complaint = stage.complaint_again(complaint)
    assert (complaint.matter.clock, complaint.accepted_in_time) == ("investigating", True)
    verbs.note(complaint=complaint, actor=cast.actor("sun"), text="调看了监控。", at=now())
    verbs.find_effective(
        complaint=stage.complaint_again(complaint), actor=cast.actor("sun"), reason="属实属实。", at=now()
    )
    verbs.answer(complaint=stage.complaint_again(complaint), actor=cast.actor("sun"), reason="已责令整改。", at=now())
    own.rate(complaint=stage.complaint_again(complaint), satisfied=True, text="", at=now())
    complaint = stage.complaint_again(complaint)
    assert (complaint.matter.state, complaint.found, complaint.satisfied) == ("closed", "effective", True)
    assert complaint.matter.on_time is True


def test_the_query_needs_number_and_secret(cast: Cast) -> None:
    made = stage.lodged(cast)
    assert own.look_up(code=made.code.lower(), secret=made.secret.lower(), address="192.0.2.1").pk == made.complaint.pk
    with pytest.raises(NotFound) as wrong_secret:
        own.look_up(code=made.code, secret="AAAAAAAA", address="192.0.2.2")
    with pytest.raises(NotFound) as wrong_code:
        own.look_up(code="TS-519911-2026-99999", secret=made.secret, address="192.0.2.3")
    assert str(wrong_secret.value) == str(wrong_code.value)
    with pytest.raises(NotFound):
        own.look_up(code=made.code, secret=stage.PHONE[-4:], address="192.0.2.4")


def test_guessing_is_slowed_down(cast: Cast) -> None:
    made = stage.lodged(cast)
    with pytest.raises(TooFast):
        for turn in range(10):
            with pytest.raises(NotFound):
                own.look_up(code=made.code, secret=f"AAAA{turn}", address=f"192.0.2.{turn}")


@pytest.mark.parametrize(
    "wrong",
    [
        {"statement": "短"},
        {"violation": "nonsense"},
        {"kind": "nonsense"},
        {"name": ""},
        {"phone": "abc"},
        {"statement": "x" * 4001},
        {"name": "张\x00三"},
    ],
)
def test_what_makes_no_complaint_is_refused(cast: Cast, wrong: dict[str, str]) -> None:
    with pytest.raises(Invalid):
        stage.lodged(cast, **wrong)
    assert not Complaint.objects.exists()


def test_the_government_is_no_unit_to_complain_of(cast: Cast) -> None:
    with pytest.raises(CannotComplain):
        stage.lodged(cast, unit="government")


def test_only_a_question_is_answered_at_once(cast: Cast) -> None:
    complaint = stage.complaint_again(stage.lodged(cast).complaint)
    with pytest.raises(CannotComplain):
        verbs.answer_at_once(complaint=complaint, actor=cast.actor("sun"), reason="是这样的。", at=now())
    question = stage.complaint_again(stage.lodged(cast, kind="question").complaint)
    verbs.answer_at_once(complaint=question, actor=cast.actor("sun"), reason="带身份证即可。", at=now())
    assert stage.complaint_again(question).matter.state == "closed"


def test_the_handling_is_prolonged_once_and_so_far(cast: Cast) -> None:
    complaint = stage.accepted(cast)
    with pytest.raises(NoMoreTime):
        verbs.extend(complaint=complaint, actor=cast.actor("sun"), days=16, reason="要鉴定。", at=now())
    verbs.extend(complaint=complaint, actor=cast.actor("sun"), days=5, reason="要鉴定。", at=now())
    with pytest.raises(NoMoreTime):
        verbs.extend(
            complaint=stage.complaint_again(complaint), actor=cast.actor("sun"), days=1, reason="又。", at=now()
        )


def test_taken_back_or_added_to_only_while_it_is_open(cast: Cast) -> None:
    complaint = stage.accepted(cast)
    own.supplement(complaint=complaint, text="当时还有两个人在场。", at=now())
    own.withdraw(complaint=stage.complaint_again(complaint), text="已经解决。", at=now())
    with pytest.raises(StepNotOpen):
        own.supplement(complaint=stage.complaint_again(complaint), text="再补充。", at=now())


def test_a_late_acceptance_is_kept(cast: Cast) -> None:
    complaint = stage.complaint_again(stage.lodged(cast).complaint)
    due = complaint.matter.due_at
    assert due is not None
    complaint.matter.due_at = now() - timedelta(hours=1)
    verbs.accept(complaint=complaint, actor=cast.actor("sun"), at=now())
    assert stage.complaint_again(complaint).accepted_in_time is False


def test_staff_take_down_a_call_but_not_about_their_own_unit(cast: Cast) -> None:
    given = services.Given(
        kind="complaint", accused=cast.units["market"], violation="slow", statement=stage.STATEMENT, anonymous=True
    )
    made = services.register(given=given, actor=cast.actor("manager"), at=now(), channel="phone")
    assert len(made.secret) == 8
    mine = services.Given(
        kind="complaint", accused=cast.units["centre"], violation="slow", statement=stage.STATEMENT, anonymous=True
    )
    with pytest.raises(CannotComplain):
        services.register(given=mine, actor=cast.actor("manager"), at=now(), channel="phone")
