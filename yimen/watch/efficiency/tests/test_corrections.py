"""整改通知 R216, R240: problem → notification → rectification → verification, each with its clock."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.cast import Cast
from yimen.ground.documents.selectors import letter_by_code
from yimen.ground.kit.moments import now
from yimen.ground.kit.refusals import NotAllowed, NotFound, Refusal
from yimen.ground.matters.services import StepNotOpen
from yimen.watch.efficiency import policies, services
from yimen.watch.efficiency.models import LimitTold
from yimen.watch.efficiency.services import limits
from yimen.watch.efficiency.services.corrections import CannotOrder, OwnCase, SentBackEnough
from yimen.watch.efficiency.tests import stage

pytestmark = pytest.mark.django_db
verbs = services.corrections


def test_an_order_has_a_number_a_limit_and_a_letter(cast: Cast) -> None:
    order = stage.ordered(cast)
    assert order.matter.code.startswith("ZG-519911-")
    assert order.matter.clock == "rectifying"
    assert order.matter.due_on is not None
    letter = letter_by_code(order.letter_code)
    assert letter is not None
    assert "窗口缺岗两小时" in letter.facts


def test_the_whole_loop(cast: Cast) -> None:
    order = stage.ordered(cast)
    verbs.sign(correction=order, actor=cast.actor("he"), at=now())
    verbs.report(correction=stage.correction_again(order), actor=cast.actor("he"), reason="已补齐人员。", at=now())
    order = stage.correction_again(order)
    assert order.matter.state == "reported"
    assert order.matter.on_time is True
    verbs.verify(correction=order, actor=cast.actor("sun"), reason="到场看过。", at=now())
    order = stage.correction_again(order)
    assert (order.matter.state, order.result) == ("verified", "到场看过。")
    assert order.matter.closed_at is not None


def test_it_is_sent_back_only_so_often(cast: Cast) -> None:
    order = stage.ordered(cast)
    services.set_settings(actor=cast.actor("sun"), given={"send_backs": 1}, at=now())
    for turn in range(2):
        verbs.report(correction=stage.correction_again(order), actor=cast.actor("he"), reason="改了。", at=now())
        order = stage.correction_again(order)
        if turn:
            with pytest.raises(SentBackEnough):
                verbs.send_back(correction=order, actor=cast.actor("sun"), reason="没有改。", at=now())
        else:
            verbs.send_back(correction=order, actor=cast.actor("sun"), reason="没有改。", at=now())
    verbs.escalate(correction=stage.correction_again(order), actor=cast.actor("sun"), reason="两次没有改。", at=now())
    assert stage.correction_again(order).matter.state == "escalated"


def test_nobody_verifies_what_they_had_to_put_right(cast: Cast) -> None:
    order = stage.ordered(cast, unit="centre")
    verbs.report(correction=order, actor=cast.actor("manager"), reason="改了。", at=now())
    with pytest.raises((OwnCase, NotFound, NotAllowed)):
        verbs.verify(correction=stage.correction_again(order), actor=cast.actor("manager"), reason="好。", at=now())
    with pytest.raises(CannotOrder):
        services.open_correction(
            actor=cast.actor("sun"), unit=cast.units["supervision"], problem="x", demand="y", source="daily", at=now()
        )


def test_a_stranger_finds_nothing(cast: Cast) -> None:
    order = stage.ordered(cast)
    with pytest.raises(NotFound):
        policies.access_correction(cast.actor("tang"), order.matter.code)
    with pytest.raises(Refusal):
        verbs.report(correction=order, actor=cast.actor("tang"), reason="改了。", at=now())


def test_steps_out_of_order_are_refused(cast: Cast) -> None:
    order = stage.ordered(cast)
    with pytest.raises(StepNotOpen):
        verbs.verify(correction=order, actor=cast.actor("sun"), reason="好。", at=now())


def test_a_limit_is_told_once_near_and_once_past(cast: Cast) -> None:
    matter, at = stage.ordered(cast).matter, now()
    matter.warn_at = at - timedelta(hours=2)
    for due in (at + timedelta(hours=1), at - timedelta(hours=1), at - timedelta(hours=1)):
        matter.due_at = due
        limits.look([matter], at)
    assert list(LimitTold.objects.order_by("level").values_list("level", flat=True)) == [0, 1]
    assert matter.steps.filter(action="remind").count() == 2


def test_the_centre_orders_and_verifies_its_own(cast: Cast) -> None:
    order = stage.ordered(cast, who="manager")
    verbs.report(correction=order, actor=cast.actor("he"), reason="改了。", at=now())
    verbs.verify(correction=stage.correction_again(order), actor=cast.actor("manager"), reason="好。", at=now())
    other = stage.ordered(cast)  # by the organ of supervision
    verbs.report(correction=other, actor=cast.actor("he"), reason="改了。", at=now())
    with pytest.raises((NotFound, NotAllowed)):
        verbs.verify(correction=stage.correction_again(other), actor=cast.actor("manager"), reason="好。", at=now())
