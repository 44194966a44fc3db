"""Clocks that are wrong, and acts at moments that cannot be: nothing happens that the database's own time does not bear out."""

from __future__ import annotations

import logging
from datetime import timedelta

import pytest

from tests.cast import Cast
from yimen.ground.kit import moments
from yimen.ground.kit.moments import now
from yimen.ground.kit.refusals import Refusal
from yimen.ground.matters import tasks
from yimen.ground.matters.models import EffectTaken, Step
from yimen.service.cases import services
from yimen.service.cases.tests.stage import accepted, matter_of, submitted

pytestmark = pytest.mark.django_db


def suspended(cast: Cast) -> str:
    """A case that stands still for a test of three days."""
    code = accepted(cast)
    services.suspend(code=code, procedure="testing", days_needed=3, reason="送检", actor=cast.actor("zhao"), at=now())
    return code


def steps(code: str) -> int:
    return Step.objects.filter(matter__code=code).count()


@pytest.mark.parametrize("days", [1, 30, -3])
def test_nobody_suspends_tomorrow_or_the_day_before_yesterday(cast: Cast, days: int) -> None:
    code = accepted(cast)
    before = steps(code)
    with pytest.raises(Refusal, match=r"不能补录，也不能预先登记|先后颠倒"):
        services.suspend(
            code=code, procedure="testing", days_needed=3, reason="送检", actor=cast.actor("zhao"),
            at=now() + timedelta(days=days),
        )  # fmt: skip
    assert (matter_of(code).state, steps(code)) == ("reviewing", before)


def test_what_stands_still_is_not_stopped_again(cast: Cast) -> None:
    code = suspended(cast)
    before = steps(code)
    with pytest.raises(Refusal):
        services.suspend(
            code=code, procedure="hearing", days_needed=3, reason="听证", actor=cast.actor("zhao"), at=now()
        )
    assert (matter_of(code).state, steps(code)) == ("suspended", before)


def test_what_runs_is_not_resumed(cast: Cast) -> None:
    code = accepted(cast)
    before = steps(code)
    with pytest.raises(Refusal):
        services.resume(code=code, reason="已完成", actor=cast.actor("zhao"), at=now())
    assert (matter_of(code).state, steps(code)) == ("reviewing", before)


@pytest.mark.parametrize("days", [9, -9])
def test_a_host_whose_clock_is_off_moves_nothing(
    cast: Cast, days: int, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The database's clock rules: a host nine days ahead takes no effect early, and says that the two differ."""
    code = submitted(cast)
    real = moments.now
    monkeypatch.setattr(moments, "now", lambda: real() + timedelta(days=days))
    with caplog.at_level(logging.ERROR):
        tasks.watch(timestamp=0)
    assert not EffectTaken.objects.filter(matter__code=code).exists()
    assert matter_of(code).state == "received"
    assert "the database's counts" in caplog.text
