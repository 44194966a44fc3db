"""Ordinary jobs of the house, run by procrastinate: housekeeping at fixed times. Modules keep theirs in `tasks.py`."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from procrastinate.contrib.django import app

from yimen.ground.kit import moments

log = logging.getLogger(__name__)


DAILY = timedelta(hours=20)


@app.periodic(cron="23 * * * *")
@app.task(name="house.housekeeping", queueing_lock="house.housekeeping")
def housekeeping(timestamp: int) -> dict[str, int]:
    """Forget what need not be kept: ended sessions, old tries, old rate counts, replay answers, deliveries.

    Every hour, since a small centre's machine may be off at night and a tick that was slept through is not made up for.
    Once a day it also makes the figures good, removes bytes whose row was rolled back, stops the accounts of leavers and, in
    production, those that nobody uses, and opens the reviews of rights of a new period. Returns how many of each.
    """
    from yimen.ground.identity.services import forget_ended_sessions, forget_old_tries
    from yimen.ground.kit import idempotency, outbox, ratelimit

    at = moments.now()
    gone = {
        "sessions": forget_ended_sessions(at),
        "tries": forget_old_tries(at),
        "rates": ratelimit.sweep(at),
        "replays": idempotency.sweep(at),
        "deliveries": outbox.sweep(at),
    }
    if _is_due(settings.CONFIG.var / "swept", at):
        gone |= _daily(at)
    log.info("housekeeping done: %s", ", ".join(f"{name} {number}" for name, number in gone.items()))
    return gone


@app.periodic(cron="41 * * * *")
@app.task(name="house.judge_catalogue", queueing_lock="house.judge_catalogue")
def judge_catalogue(timestamp: int) -> int:
    """Judge every edition anew once a day, and note how the departments stand; returns how many were judged."""
    from yimen.service.catalogue.services import check_all

    at = moments.now()
    return check_all(at) if _is_due(settings.CONFIG.var / "judged", at) else 0


@app.periodic(cron="*/5 * * * *")
@app.task(name="house.messages", queueing_lock="house.messages")
def messages(timestamp: int) -> int:
    """Wake the messages whose hour has come (quiet hours, too many to one number) or whose answer was lost."""
    from django.db import transaction

    from yimen.ground.kit import outbox
    from yimen.ground.notices.events import SendingDue
    from yimen.ground.notices.selectors import due_again, give_up_waiting

    at = moments.now()
    with transaction.atomic():
        found = due_again(at)
        for sending in found:
            outbox.publish(SendingDue(sending))
        give_up_waiting(at)
    return len(found)


@app.task(name="house.drill", lock="house.drill")
def drill(run: str) -> str:
    """Carry out a drill that was asked for on the screen, one after another; returns its state."""
    from yimen.ground.kit.refusals import Refusal
    from yimen.house.drilling.running import carry_out
    from yimen.watch.drills.services import end_drill, waiting_drill

    found = waiting_drill(run)
    if found is None:
        return "gone"
    try:
        return carry_out(found).state
    except Refusal as refused:
        return end_drill(found, at=moments.now(), failure=f"{refused.message}{refused.next_step}").state


@app.periodic(cron="*/5 * * * *")
@app.task(name="house.clear_drills", queueing_lock="house.clear_drills")
def clear_drills(timestamp: int) -> int:
    """Find drills whose process was killed; returns how many copies were dropped. One that runs holds its lock and is left alone."""
    from yimen.house.drilling.running import clear_dead

    return len(clear_dead())


def _daily(at: datetime) -> dict[str, int]:
    from yimen.ground.documents.services import sweep_files
    from yimen.ground.identity.rules import SYSTEM
    from yimen.ground.organisations import services as organisations
    from yimen.house import setting_up
    from yimen.service.cases.counting import nightly

    gone = nightly()
    if setting_up.is_alone(settings.CONFIG):
        gone["files"] = sweep_files(at)
    # In the demo county most people never sign in.
    accounts = organisations.close_due(at=at, unused=settings.PRODUCTION).facts()
    gone |= {f"accounts {name}": number for name, number in accounts.items()}
    gone["rights suspended"] = organisations.suspend_overdue(at=at)
    if settings.PRODUCTION:
        gone["reviews"] = organisations.open_period(actor=SYSTEM, at=at)
    return gone


def _is_due(stamp: Path, at: datetime) -> bool:
    """Whether the last time was not today; notes that it is done now."""
    last = stamp.stat().st_mtime if stamp.exists() else 0.0
    if at.timestamp() - last < DAILY.total_seconds():
        return False
    stamp.touch()
    return True
