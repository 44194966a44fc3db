"""Ordinary jobs of the house, run by procrastinate: housekeeping at fixed times. Modules keep theirs in `tasks.py`."""

from __future__ import annotations

from procrastinate.contrib.django import app


@app.periodic(cron="23 3 * * *")
@app.task(name="house.clear_expired_sessions", queueing_lock="house.clear_expired_sessions")
def clear_expired_sessions(timestamp: int) -> None:
    """Remove sessions that ended, each night: they hold nothing that may be kept."""
    from importlib import import_module

    from django.conf import settings

    import_module(settings.SESSION_ENGINE).SessionStore.clear_expired()
