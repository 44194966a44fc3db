"""A million cases: written in reasonable time, in flat memory, with a sound ledger."""

from __future__ import annotations

import resource
import time

import pytest

from tests.demo.conftest import database_of_its_own
from yimen.ground.matters import sealing
from yimen.ground.matters.models import Matter
from yimen.house.simulate.entrance import simulate

CASES = 1_000_000
MINUTES = 30
MEGABYTES = 600


@pytest.mark.long
@pytest.mark.timeout(7200)
def test_a_million_cases(places: str, django_db_blocker: pytest.FixtureRequest) -> None:
    with django_db_blocker.unblock(), database_of_its_own(places, f"{places}_million"):  # type: ignore[attr-defined]
        started = time.monotonic()
        done = simulate(cases=CASES, seed=1)
        assert time.monotonic() - started < MINUTES * 60
        assert done["rows_per_second"] > 20_000
        assert Matter.objects.count() == CASES
        assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss < MEGABYTES * 1024
        assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss < MEGABYTES * 1024
        verdict = sealing.verify()
        assert verdict.faults == []
        assert verdict.steps == done["steps"]
