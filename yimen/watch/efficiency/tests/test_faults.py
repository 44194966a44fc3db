"""The accountability file R234 and the ladder R235."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from tests.cast import Cast
from yimen.ground.kit.moments import now
from yimen.ground.kit.refusals import NotFound, Refusal
from yimen.ground.matters.services import StepNotOpen
from yimen.watch.efficiency import policies, rules, services
from yimen.watch.efficiency.models import Ruling
from yimen.watch.efficiency.services.faults import NoFault, NotYet, Partial
from yimen.watch.efficiency.tests import stage

pytestmark = pytest.mark.django_db
verbs = services.faults


def test_nothing_is_decided_before_the_person_was_heard(cast: Cast) -> None:
    made = stage.fault(cast)
    with pytest.raises(StepNotOpen):
        verbs.decide(fault=made, actor=cast.actor("sun"), sanction="criticism", reason="属实", at=now())
    with pytest.raises(NotYet):
        verbs.silent(fault=made, actor=cast.actor("sun"), at=now())
    due = made.matter.due_at
    assert due is not None


def test_only_the_person_speaks_for_themselves(cast: Cast) -> None:
    made = stage.fault(cast)
    for stranger in ("zhao", "he", "tang"):
        with pytest.raises(Refusal):
            verbs.state(fault=made, actor=cast.actor(stranger), reason="是我。", at=now())
    verbs.state(fault=made, actor=cast.actor("wang"), reason="当天系统故障。", at=now())
    assert stage.fault_again(made).matter.state == "deliberating"


def test_decided_appealed_and_softened_by_somebody_else(cast: Cast) -> None:
    made = stage.decided(cast)
    verbs.appeal(fault=made, actor=cast.actor("wang"), reason="有故障单为证。", at=now())
    made = stage.fault_again(made)
    with pytest.raises(Partial):
        verbs.uphold(fault=made, actor=cast.actor("sun"), reason="维持。", at=now())
    with pytest.raises(NoFault):
        verbs.soften(fault=made, actor=cast.actor("leader"), sanction="admonition", reason="减轻。", at=now())
    verbs.soften(fault=made, actor=cast.actor("leader"), sanction="education", reason="确有故障。", at=now())
    made = stage.fault_again(made)
    assert (made.matter.state, made.sanction) == ("final", "education")
    assert list(made.rulings.order_by("pk").values_list("stage", "sanction")) == [
        ("decision", "criticism"), ("softened", "education"),
    ]  # fmt: skip


def test_an_appeal_comes_in_time_or_not_at_all(cast: Cast) -> None:
    made = stage.decided(cast)
    due = made.matter.due_at
    assert due is not None
    with pytest.raises(NotYet):
        verbs.become_final(fault=made, actor=cast.actor("sun"), at=now())
    with pytest.raises(NotYet):
        verbs.appeal(fault=made, actor=cast.actor("wang"), reason="不服。", at=due + timedelta(minutes=1))


def test_rulings_are_never_changed(cast: Cast) -> None:
    ruling = stage.decided(cast).rulings.get()
    with pytest.raises(IntegrityError), transaction.atomic():
        Ruling.objects.filter(pk=ruling.pk).update(sanction="education")
    with pytest.raises(IntegrityError), transaction.atomic():
        ruling.delete()


def test_nobody_rules_on_themselves(cast: Cast) -> None:
    with pytest.raises(Partial):
        stage.fault(cast, person="sun", unit="supervision")


def test_who_sees_a_fault(cast: Cast) -> None:
    made = stage.fault(cast)
    code = made.matter.code
    for who in ("wang", "he", "sun"):
        assert policies.access_fault(cast.actor(who), code).pk == made.pk
    for who in ("zhao", "tang", "qian_staff"):
        with pytest.raises(NotFound):
            policies.access_fault(cast.actor(who), code)


def test_a_unit_as_such_speaks_through_its_head(cast: Cast) -> None:
    made = stage.stated(cast, None)
    assert made.matter.state == "deliberating"


def test_the_ladder_goes_step_by_step(cast: Cast) -> None:
    one, sun = stage.ladder(cast), cast.actor("sun")
    with pytest.raises(rules.OutOfOrder):
        verbs.take_rung(ladder=one, actor=sun, rung="criticism", reason="空壳运行。", at=now())
    verbs.take_rung(ladder=one, actor=sun, rung="veto", reason="环境评议一票否决。", at=now())
    with pytest.raises(rules.OutOfOrder):
        verbs.take_rung(ladder=one, actor=sun, rung="veto", reason="再来。", at=now())
    verbs.take_rung(
        ladder=one,
        actor=sun,
        rung="admonition",
        reason="诫勉。",
        person="何伟 局长",
        skipped="情节严重，直接诫勉。",
        at=now(),
    )
    with pytest.raises(rules.OutOfOrder):
        verbs.take_rung(ladder=one, actor=sun, rung="criticism", reason="回头。", skipped="回头补", at=now())


@pytest.mark.parametrize(("vertical", "wrong", "right"), [(False, "superior", "party"), (True, "party", "superior")])
def test_a_proposal_goes_to_whom_it_must(cast: Cast, vertical: bool, wrong: str, right: str) -> None:
    one, sun = stage.ladder(cast, vertical=vertical), cast.actor("sun")
    given: dict[str, Any] = {
        "rung": "adjustment",
        "reason": "建议调整。",
        "person": "何伟 局长",
        "skipped": "屡教不改，直接建议。",
    }
    with pytest.raises(NoFault):
        verbs.take_rung(ladder=one, actor=sun, addressed=wrong, addressed_name="县委组织部", at=now(), **given)
    verbs.take_rung(ladder=one, actor=sun, addressed=right, addressed_name="安平市市场监管局", at=now(), **given)
    assert one.rungs.get().addressed == right


def test_one_ladder_a_unit(cast: Cast) -> None:
    one = stage.ladder(cast)
    with pytest.raises(NoFault):
        stage.ladder(cast)
    verbs.relieve(ladder=one, actor=cast.actor("sun"), reason="已进驻。", at=now())
    stage.ladder(cast)
