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


@app.periodic(cron="17 * * * *")
@app.task(name="hall.tell_of_bookings", queueing_lock="hall.tell_of_bookings")
def tell_of_bookings(timestamp: int) -> int:
    """Every hour, on any machine: what a closure has shut is cancelled, then who comes within a day is reminded."""
    from yimen.service.hall.services import watching_slots

    at = moments.now()
    shut = watching_slots.shut(at=at)
    told = watching_slots.remind(at=at)
    log.info("hall: %s bookings shut, %s people reminded", shut, told)
    return shut + told


@app.periodic(cron="22 0 * * *")
@app.task(name="hall.close_bookings", queueing_lock="hall.close_bookings")
def close_bookings(timestamp: int) -> int:
    """Every night, on any machine: who did not come is marked, and banned where that was too often."""
    from yimen.service.hall.selectors import queue
    from yimen.service.hall.services import watching_slots

    at = moments.now()
    done = sum(watching_slots.close_day(hall=hall, at=at) for hall in queue.open_halls())
    log.info("hall: %s bookings of past days closed", done)
    return done
