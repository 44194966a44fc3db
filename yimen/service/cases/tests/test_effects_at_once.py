"""Three sweeps at once over the same hundred cases: each effect comes once, each warning is given once, with real commits."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.db import transaction
from django.db.models import Count

from tests.cast import Cast, build_cast
from yimen.ground.kit.moments import CHINA
from yimen.ground.matters import watching
from yimen.ground.matters.fast_forward import in_its_own_time, mark_synthetic
from yimen.ground.matters.models import EffectTaken, EffectWarning, Matter, Step
from yimen.ground.organisations.tests.at_once import at_once
from yimen.service.cases.tests.stage import published, submitted

MONDAY = datetime(2026, 10, 12, 10, tzinfo=CHINA)
CASES = 60


@pytest.fixture
def committed_cast(committed_db: object) -> Cast:
    """The cast in a database where commits are real, and whose time is an argument."""
    with transaction.atomic():
        mark_synthetic()
        return build_cast()


def swept(at: datetime) -> int:
    """One sweeper, in a thread of its own."""
    with in_its_own_time():
        return watching.sweep_all(at, most=7).looked


def looked(at: datetime) -> int:
    """What three sweepers at once looked at, together."""
    return sum(int(str(each)) for each in at_once([lambda: swept(at)] * 3))


def test_three_sweepers_take_each_effect_once(committed_cast: Cast) -> None:
    with in_its_own_time(), transaction.atomic():
        item = published(committed_cast, at=MONDAY - timedelta(days=1))
        for minute in range(CASES):
            submitted(committed_cast, item, at=MONDAY + timedelta(minutes=minute))
    near = datetime(2026, 10, 14, 8, tzinfo=CHINA)
    assert looked(near) == CASES
    assert EffectWarning.objects.count() == CASES
    late = datetime(2026, 10, 20, 0, 1, tzinfo=CHINA)
    assert looked(late) >= CASES  # whoever shines is looked at once more after its step
    assert EffectTaken.objects.count() == CASES
    twice = Step.objects.filter(action="deem_accepted").values("matter").annotate(n=Count("id")).filter(n__gt=1)
    assert not twice.exists()
    assert Matter.objects.filter(state="reviewing").count() == CASES
