"""Jobs at fixed times: what waits to be handed to other systems, and who has to be reminded of a special path."""

from __future__ import annotations

import logging

from procrastinate.contrib.django import app

from yimen.ground.kit import moments

log = logging.getLogger(__name__)


@app.periodic(cron="* * * * *")
@app.task(name="cases.push", queueing_lock="cases.push")
def push(timestamp: int) -> int:
    """Every minute, on any machine: no two call for the same case at once."""
    from yimen.service.cases.services import push_due

    called = push_due(moments.now())
    if called:
        log.info("cases: %s calls to external systems", called)
    return called


@app.periodic(cron="17 * * * *")
@app.task(name="cases.paths", queueing_lock="cases.paths")
def paths(timestamp: int) -> int:
    """Every hour, on any machine: what is told already is not told again."""
    from yimen.service.cases.services import remind_of_paths

    told = remind_of_paths(moments.now())
    log.info("cases: %s reminders of special paths", told)
    return told
