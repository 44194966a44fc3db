"""From the finding to the end: explained, carded, appealed by whom it was given to, reviewed by somebody else."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from tests.cast import Cast
from yimen.ground.kit.refusals import Invalid, NotFound
from yimen.ground.matters import watching
from yimen.ground.matters.fast_forward import in_its_own_time, mark_synthetic
from yimen.ground.matters.policies import NoPermission
from yimen.ground.matters.services import StepNotOpen
from yimen.watch.supervision import policies, selectors, services
from yimen.watch.supervision.models import Alert, Card, CardChange
from yimen.watch.supervision.tests.stage import alert_of, at, begun, carded, found, strict


@pytest.fixture(autouse=True)
def own_time(db: None) -> Iterator[None]:
    mark_synthetic()
    with in_its_own_time():
        yield


LATE = at("02-12T10:00")


@pytest.fixture
def alert(cast: Cast) -> Alert:
    """A red-level finding on an errand in Zhao's hands."""
    strict(cast)
    return alert_of(begun(cast), "errand-red", LATE)


def test_raised_once_with_its_evidence(cast: Cast, alert: Alert) -> None:
    services.raise_overdue([alert.about_id or 0], LATE + timedelta(hours=1))
    assert Alert.objects.filter(version__rule__code="errand-red").count() == 1
    assert (alert.level, alert.person_name, alert.matter.department_id) == ("red", "赵强", cast.units["market"].pk)
    assert alert.evidence["due_on"] == "2027-02-10" and alert.evidence["version"] == 1
    assert sum(run[2] for run in alert.evidence["derivation"]["runs"] if run[3]) >= 10
    assert alert.matter.state == "raised" and alert.matter.due_on is not None


def test_the_whole_course_to_a_softer_card(cast: Cast, alert: Alert) -> None:
    card = carded(cast, alert, LATE)
    assert (card.level, card.standing, card.evidence) == ("red", "open", alert.evidence)
    zhao = cast.actor("zhao")
    services.appeal(alert=found(alert), actor=zhao, reason="当日系统停电，有证明。", at=LATE)
    services.soften(alert=found(alert), actor=cast.actor("leader"), reason="情况属实，减轻。", at=LATE)
    card.refresh_from_db()
    assert (card.level, card.given_level, card.standing) == ("yellow", "red", "final")
    said = [each.what for each in selectors.changes_of(card)]
    assert said == ["given", "appealed", "softened"]
    assert found(alert).matter.closed_at is not None


def test_a_stranger_may_not_appeal(cast: Cast, alert: Alert) -> None:
    carded(cast, alert, LATE)
    for name in ("sun", "he", "chen"):
        with pytest.raises(policies.NotCarded) as refused:
            services.appeal(alert=found(alert), actor=cast.actor(name), reason="替他申诉。", at=LATE)
        assert "只有被发牌的本人或单位可以申诉" in refused.value.message
    with pytest.raises(NotFound):
        policies.access_alert(cast.actor("qian_staff"), alert.matter.code)
    assert policies.access_alert(cast.actor("zhao"), alert.matter.code) == alert
    assert Card.objects.get().standing == "open"


def test_who_gave_the_card_does_not_review_it(cast: Cast, alert: Alert) -> None:
    carded(cast, alert, LATE)
    services.appeal(alert=found(alert), actor=cast.actor("zhao"), reason="请复核。", at=LATE)
    with pytest.raises(policies.OwnCard):
        services.confirm(alert=found(alert), actor=cast.actor("sun"), reason="维持。", at=LATE)
    services.confirm(alert=found(alert), actor=cast.actor("leader"), reason="维持。", at=LATE)
    assert Card.objects.get().standing == "final"


def test_no_card_before_the_explanation_and_no_red_where_the_rule_says_yellow(cast: Cast) -> None:
    yellow = alert_of(begun(cast), "overdue", LATE)
    assert yellow.level == "yellow"
    with pytest.raises(StepNotOpen):
        services.give_card(alert=yellow, actor=cast.actor("sun"), level="yellow", reason="超期。", at=LATE)
    services.explain(alert=yellow, actor=cast.actor("zhao"), text="正在办理中。", at=LATE)
    with pytest.raises(Invalid):
        services.give_card(alert=found(yellow), actor=cast.actor("sun"), level="red", reason="超期。", at=LATE)
    with pytest.raises(NoPermission):
        services.give_card(alert=found(yellow), actor=cast.actor("manager"), level="yellow", reason="超期。", at=LATE)


def test_silence_moves_on_by_itself(cast: Cast, alert: Alert) -> None:
    watching.sweep_all(at("02-25T10:00"))
    alert = found(alert)
    assert (alert.matter.state, alert.explanation) == ("explained", "")
    services.give_card(alert=alert, actor=cast.actor("sun"), level="red", reason="逾期未说明。", at=at("02-25T11:00"))
    with pytest.raises(StepNotOpen):
        watching.sweep_all(at("03-20T10:00"))
        services.appeal(alert=found(alert), actor=cast.actor("zhao"), reason="晚了。", at=at("03-20T11:00"))
    card = Card.objects.get()
    assert (card.standing, found(alert).matter.state) == ("final", "confirmed")
    assert selectors.changes_of(card)[-1].what == CardChange.What.LAPSED


def test_a_supervisor_raises_by_hand(cast: Cast) -> None:
    matter = begun(cast)
    with pytest.raises(Invalid):
        services.raise_alert(actor=cast.actor("sun"), violation="slow", text="慢", at=LATE, about=matter)
    raised = services.raise_alert(
        actor=cast.actor("sun"),
        violation="extortion",
        text="群众反映窗口人员态度生硬。",
        level="red",
        at=LATE,
        about=matter,
    )
    assert (raised.source, raised.person_name) == ("hand", "赵强")
    with pytest.raises(services.AlreadyRaised):
        services.raise_alert(
            actor=cast.actor("sun"), violation="extortion", text="群众反映窗口人员态度生硬。", at=LATE, about=matter
        )
    unit = services.raise_alert(
        actor=cast.actor("sun"), violation="arbitrary", text="擅自撤回派驻人员。", at=LATE, unit=cast.units["market"]
    )
    assert unit.per == "unit" and policies.concerns(cast.actor("he"), unit)
