"""Jobs at fixed times."""

from __future__ import annotations

import logging

from procrastinate.contrib.django import app

from yimen.ground.kit import moments

log = logging.getLogger(__name__)


@app.periodic(cron="12 9 * * *")
@app.task(name="delivery.remind", queueing_lock="delivery.remind")
def remind(timestamp: int) -> int:
    """Every morning: whoever has not come for a result is told again."""
    from yimen.service.delivery.services import remind_due

    found = remind_due(moments.now())
    log.info("delivery: %s reminded", found)
    return found
