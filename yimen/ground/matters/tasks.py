"""Jobs at fixed times: the watch over every clock, the daily digest of the ledger."""

from __future__ import annotations

import logging
from datetime import timedelta

from procrastinate.contrib.django import app

from yimen.ground.kit import moments
from yimen.ground.matters.proof import publishing
from yimen.ground.matters.tallies import fold
from yimen.ground.matters.watching import database_now, sweep_all

log = logging.getLogger(__name__)

CLOCKS_APART = timedelta(minutes=1)
"""A host whose clock is further from the database's than this is named in the log."""


@app.periodic(cron="* * * * *")
@app.task(name="matters.watch")
def watch(timestamp: int) -> dict[str, int]:
    """Every minute, on any machine and on several at once: what one holds the others pass over.

    The database's clock rules, since its times stand in the ledger; a host whose clock is another only says so.
    """
    at = database_now()
    if (apart := abs(moments.now() - at)) > CLOCKS_APART:
        log.error("this host's clock is %s off the database's; the database's counts", apart)
    done = sweep_all(at)
    fold()
    if done.looked:
        log.info("watch: looked at %s matters, %s put off", done.looked, done.failed)
    return {"looked": done.looked, "failed": done.failed}


@app.periodic(cron="10 * * * *")
@app.task(name="matters.digest", queueing_lock="matters.digest")
def digest(timestamp: int) -> int:
    """Publish the digest of the days that are over; every hour, since a machine may be off at midnight. Returns how many."""
    made = publishing.publish(database_now())
    for each in made:
        log.info("published digest %s: %s steps of %s matters", each.number, each.steps, each.matters)
    return len(made)
