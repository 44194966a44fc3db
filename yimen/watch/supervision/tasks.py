"""Jobs at fixed times: rules that come into force, and the nightly comparison of the board's counts."""

from __future__ import annotations

import logging

from procrastinate.contrib.django import app

from yimen.ground.kit import moments

log = logging.getLogger(__name__)


@app.periodic(cron="* * * * *")
@app.task(name="supervision.come_into_force")
def come_into_force(timestamp: int) -> int:
    """Every minute, on any machine: versions whose moment has come are brought to the open matters, once."""
    from yimen.watch.supervision.services.rules import begin_those_due

    return begin_those_due(moments.now())


@app.periodic(cron="23 2 * * *")
@app.task(name="supervision.recount", queueing_lock="supervision.recount")
def recount(timestamp: int) -> int:
    """Every night: the board's counts beside a count of the matters; a difference is put right and named in the log."""
    from yimen.ground.identity.rules import SYSTEM
    from yimen.watch.supervision.services import recount_board

    found = recount_board(actor=SYSTEM, at=moments.now(), mend=True)
    for each in found:
        log.error("the board said %s and there are %s: %s", each.said, each.found, each)
    return len(found)


@app.periodic(cron="47 1 * * *")
@app.task(name="supervision.nightly", queueing_lock="supervision.nightly")
def nightly(timestamp: int) -> int:
    """Every night: what shows only over time. What has its alert gets no second one."""
    from yimen.watch.supervision.services import nightly as look

    return look(moments.now())
