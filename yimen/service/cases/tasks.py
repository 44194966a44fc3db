"""Jobs at fixed times: the watch over the limits of cases."""

from __future__ import annotations

import logging

from procrastinate.contrib.django import app

from yimen.ground.kit import moments

log = logging.getLogger(__name__)


@app.periodic(cron="17 * * * *")
@app.task(name="cases.remind", queueing_lock="cases.remind")
def remind(timestamp: int) -> int:
    """Every hour, on any machine: what is told already is not told again."""
    from yimen.service.cases.services import remind_of_limits

    told = remind_of_limits(moments.now())
    log.info("cases: %s reminders", told)
    return told
