"""The target of issue 4: thirty days of a county, three thousand cases over 国庆, in at most ten minutes on two cores."""

from __future__ import annotations

from datetime import date

import pytest

from yimen.ground.identity.rules import SYSTEM
from yimen.ground.kit.moments import now
from yimen.house.drilling import running
from yimen.watch.drills import services
from yimen.watch.drills.rules import Parameters

MOST_SECONDS = 600
COUNTY = Parameters(days=30, since=date(2026, 9, 14), cases=3000, seed=1, workers=3)


@pytest.mark.long
@pytest.mark.timeout(1800)
def test_thirty_days_of_a_county(hall: str) -> None:
    asked = services.ask_drill(actor=SYSTEM, parameters=COUNTY, at=now(), title="三千件，国庆")
    done = running.carry_out(asked, say=print)
    assert done.state == "done", done.failure
    print(done.seconds, done.totals, done.results["proof"])
    assert 2700 <= done.totals["arrived"] <= 3300
    assert done.results["proof"]["twice"] == done.results["proof"]["broken_links"] == 0
    assert done.seconds is not None
    assert done.seconds <= MOST_SECONDS
