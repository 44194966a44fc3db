"""Jobs at fixed times."""

from __future__ import annotations

import logging

from procrastinate.contrib.django import app

from yimen.ground.kit import moments

log = logging.getLogger(__name__)


@app.periodic(cron="37 8 * * *")
@app.task(name="windows.remind_of_papers", queueing_lock="windows.remind_of_papers")
def remind_of_papers(timestamp: int) -> int:
    """Every morning, on any machine: a centre is told once a month."""
    from yimen.service.windows.services.reminding import remind_of_papers as remind

    found = remind(moments.now())
    log.info("windows: %s centres lack papers", found)
    return found
