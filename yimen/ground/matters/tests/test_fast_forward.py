"""A made-up ledger is written in its own time; a real one never is."""

from __future__ import annotations

from datetime import timedelta

import pytest

from yimen.ground.kit.moments import now
from yimen.ground.matters import fast_forward, services
from yimen.ground.matters.models import Step
from yimen.ground.matters.services import EnteredAfterwards
from yimen.ground.matters.tests.stage import clerk, errand, reread

pytestmark = pytest.mark.django_db


def test_a_made_up_ledger_keeps_its_own_time() -> None:
    fast_forward.mark_synthetic()
    wang, then = clerk(), now() - timedelta(days=40)
    with fast_forward.in_its_own_time():
        opened = errand(wang, at=then)
        services.take_step(matter=opened.matter_id, action="finish", actor=wang, at=then + timedelta(days=3))
    steps = list(Step.objects.filter(matter=opened.matter_id).order_by("seq"))
    assert [step.recorded_at for step in steps] == [step.happened_at for step in steps]
    assert reread(opened).closed_at == then + timedelta(days=3)


def test_a_real_ledger_refuses_the_past_even_so() -> None:
    with fast_forward.in_its_own_time(), pytest.raises(EnteredAfterwards):
        errand(clerk(), at=now() - timedelta(days=40))


def test_outside_the_block_the_database_says_the_time() -> None:
    fast_forward.mark_synthetic()
    opened = errand(clerk())
    step = Step.objects.get(matter=opened.matter_id)
    assert step.recorded_at > step.happened_at


def test_a_ledger_with_steps_stays_real() -> None:
    errand(clerk())
    with pytest.raises(fast_forward.LedgerIsReal):
        fast_forward.mark_synthetic()
    assert not fast_forward.is_synthetic()
