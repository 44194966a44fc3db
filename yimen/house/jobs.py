"""Ordinary jobs of the house, run by procrastinate: housekeeping at fixed times. Modules keep theirs in `tasks.py`."""

from __future__ import annotations

import logging

from django.conf import settings
from procrastinate.contrib.django import app

from yimen.ground.kit import moments

log = logging.getLogger(__name__)


@app.periodic(cron="23 3 * * *")
@app.task(name="house.housekeeping", queueing_lock="house.housekeeping")
def housekeeping(timestamp: int) -> dict[str, int]:
    """Each night, forget what need not be kept: ended sessions, old tries, old rate counts, replay answers, deliveries,
    and bytes whose row was rolled back.

    In production it also stops staff accounts that nobody has used for 90 days. Returns how many of each.
    """
    from yimen.ground.documents.services import sweep_files
    from yimen.ground.identity.services import disable_unused, forget_ended_sessions, forget_old_tries
    from yimen.ground.kit import idempotency, outbox, ratelimit
    from yimen.house import setting_up

    at = moments.now()
    gone = {
        "sessions": forget_ended_sessions(at),
        "tries": forget_old_tries(at),
        "rates": ratelimit.sweep(at),
        "replays": idempotency.sweep(at),
        "deliveries": outbox.sweep(at),
    }
    if setting_up.is_alone(settings.CONFIG):
        gone["files"] = sweep_files(at)
    if settings.PRODUCTION:  # in the demo county most people never sign in
        gone["accounts"] = disable_unused(at=at)
    log.info("housekeeping done: %s", ", ".join(f"{name} {number}" for name, number in gone.items()))
    return gone
