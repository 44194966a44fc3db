"""Jobs at fixed times."""

from __future__ import annotations

import logging

from procrastinate.contrib.django import app

from yimen.ground.kit import moments

log = logging.getLogger(__name__)


@app.periodic(cron="12 0 * * *")
@app.task(name="hall.expire", queueing_lock="hall.expire")
def expire(timestamp: int) -> int:
    """Every night, on any machine: what stands open of a period that is over is closed; halls that keep their line keep it."""
    from yimen.service.hall.selectors import queue
    from yimen.service.hall.services import acts

    at, done = moments.now(), 0
    for hall in queue.open_halls():
        done += acts.expire(at=at, period=queue.period_now(hall, at), hall=hall)
    log.info("hall: %s tickets of yesterday closed", done)
    return done
