"""Rules are data: who may set them, what is refused, and that a change reaches what is open already."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from tests.cast import Cast
from yimen.ground.kit.models import OutboxEvent
from yimen.ground.kit.moments import CHINA
from yimen.ground.kit.refusals import Invalid, NotAllowed
from yimen.ground.matters import watching
from yimen.ground.matters.fast_forward import in_its_own_time, mark_synthetic
from yimen.ground.matters.models import Matter
from yimen.ground.matters.tests.stage import clerk, errand
from yimen.watch.supervision import selectors, services
from yimen.watch.supervision.models import Relook, RuleVersion
from yimen.watch.supervision.services.rules import begin_those_due

MONDAY = datetime(2026, 9, 14, 10, tzinfo=CHINA)


@pytest.fixture(autouse=True)
def own_time(db: None) -> Iterator[None]:
    mark_synthetic()
    with in_its_own_time():
        yield


def draft(**change: Any) -> services.RuleDraft:
    params = {"measure": "promised", "warn": 5, "yellow": 1, "red": 0, "procedures": ["errand"], "clocks": []}
    return services.RuleDraft(
        kind="signal",
        label="试办信号灯",
        params={**params, **change.pop("params", {})},
        **change,
    )


def test_a_longer_horizon_is_kept_by_what_comes_and_by_what_is_open(cast: Cast) -> None:
    before = errand(clerk(), MONDAY, limit=10).matter_id  # due on Monday the 28th
    services.add_rule(actor=cast.actor("sun"), code="far", draft=draft(), at=MONDAY)
    relook = Relook.objects.get()
    assert services.relook(relook.pk, MONDAY) is False
    after = errand(clerk(), MONDAY, limit=10).matter_id
    watching.sweep_all(MONDAY + timedelta(minutes=1))
    for matter in (before, after):
        assert Matter.objects.get(pk=matter).watch_at == datetime(2026, 9, 20, tzinfo=CHINA)  # a worked Sunday
    watching.sweep_all(datetime(2026, 9, 20, 0, 1, tzinfo=CHINA))
    assert {Matter.objects.get(pk=matter).light for matter in (before, after)} == {"warn"}


def test_a_change_turns_the_light_of_what_is_open(cast: Cast) -> None:
    matter = errand(clerk(), MONDAY).matter_id
    noon = datetime(2026, 9, 18, 12, tzinfo=CHINA)
    watching.sweep_all(noon)
    assert Matter.objects.get(pk=matter).light == "yellow"
    rule = selectors.rule_by_code("stage-limit")
    whole = selectors.rule_by_code("whole-limit")
    for each in (rule, whole):
        services.change_rule(
            actor=cast.actor("sun"), rule=each, at=noon, seen=1,
            draft=services.RuleDraft(kind="signal", label="信号灯", in_use=False, why="试停",
                                     params={"measure": "promised", "warn": 3, "yellow": 1, "red": 0, "procedures": [], "clocks": []}),
        )  # fmt: skip
    for relook in Relook.objects.all():
        services.relook(relook.pk, noon)
    watching.sweep_all(noon + timedelta(minutes=1))
    assert Matter.objects.get(pk=matter).light == ""
    assert not [each for each in selectors.rules_in_force(noon) if each.kind == "signal"]


def test_a_version_comes_into_force_by_itself_at_its_moment(cast: Cast) -> None:
    errand(clerk(), MONDAY, limit=10)
    tomorrow = MONDAY + timedelta(days=1)
    made = services.add_rule(actor=cast.actor("sun"), code="far", draft=draft(valid_from=tomorrow), at=MONDAY)
    assert made.pk not in {each.version for each in selectors.signal_terms(MONDAY)}
    assert made.pk in {each.version for each in selectors.signal_terms(tomorrow)}
    assert begin_those_due(MONDAY) == 0
    assert begin_those_due(tomorrow) == 1
    assert begin_those_due(tomorrow) == 0
    assert OutboxEvent.objects.filter(name="supervision.RelookDue").count() == 1


def test_who_may_and_what_is_refused(cast: Cast) -> None:
    with pytest.raises(NotAllowed):
        services.add_rule(actor=cast.actor("wang"), code="far", draft=draft(), at=MONDAY)
    with pytest.raises(Invalid) as refused:
        services.add_rule(actor=cast.actor("sun"), code="far", draft=draft(params={"yellow": 9}), at=MONDAY)
    assert "不能早于" in refused.value.fields["yellow"]
    with pytest.raises(Invalid):
        services.add_rule(actor=cast.actor("sun"), code="stage-limit", draft=draft(), at=MONDAY)
    with pytest.raises(Invalid):
        services.add_rule(
            actor=cast.actor("sun"), code="far", draft=draft(valid_from=MONDAY - timedelta(days=1)), at=MONDAY
        )
    made = services.add_rule(actor=cast.actor("sun"), code="far", draft=draft(), at=MONDAY)
    with pytest.raises(Invalid):
        services.change_rule(actor=cast.actor("sun"), rule=made.rule, draft=draft(), at=MONDAY, seen=1)
    with pytest.raises(services.NoChange):
        services.change_rule(actor=cast.actor("sun"), rule=made.rule, draft=draft(why="再存"), at=MONDAY, seen=1)
    services.change_rule(
        actor=cast.actor("sun"), rule=made.rule, draft=draft(why="放宽", params={"warn": 6}), at=MONDAY, seen=1
    )
    with pytest.raises(services.StaleRule):
        services.change_rule(
            actor=cast.actor("sun"), rule=made.rule, draft=draft(why="收紧", params={"warn": 4}), at=MONDAY, seen=1
        )


def test_no_version_is_ever_rewritten(cast: Cast) -> None:
    services.add_rule(actor=cast.actor("sun"), code="far", draft=draft(), at=MONDAY)
    with pytest.raises(IntegrityError), transaction.atomic():
        RuleVersion.objects.update(label="改写")


def test_the_matters_of_other_procedures_are_left_alone(cast: Cast) -> None:
    errand(clerk(), MONDAY, limit=10)
    services.add_rule(actor=cast.actor("sun"), code="far", draft=draft(params={"procedures": ["case"]}), at=MONDAY)
    relook = Relook.objects.get()
    services.relook(relook.pk, MONDAY)
    relook.refresh_from_db()
    assert relook.turned == 0 and relook.finished_at is not None
    with connection.cursor() as cursor:
        cursor.execute("select days from matters_watchahead")
        assert cursor.fetchone() == (24,)
