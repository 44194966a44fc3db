"""Jobs at fixed times."""

from __future__ import annotations

import logging

from procrastinate.contrib.django import app

from yimen.ground.kit import moments

log = logging.getLogger(__name__)


@app.periodic(cron="7 0 * * *")
@app.task(name="certificates.expire", queueing_lock="certificates.expire")
def expire(timestamp: int) -> int:
    """Just after midnight: what ended yesterday is written down as expired."""
    from yimen.service.certificates.services import expire_due

    found = expire_due(moments.now())
    log.info("certificates: %s expired", found)
    return found
