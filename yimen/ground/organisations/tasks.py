"""Jobs of the organisation: carrying reorganisations out."""

from __future__ import annotations

from uuid import UUID

from procrastinate.contrib.django import app

from yimen.ground.kit import moments
from yimen.ground.organisations.services import carry_on, unfinished


@app.task(name="organisations.reorganise")
def reorganise(plan: str) -> str:
    """Go on with a reorganisation that has begun; returns its state."""
    return carry_on(UUID(plan), moments.now).state


@app.periodic(cron="* * * * *")
@app.task(name="organisations.resume", queueing_lock="organisations.resume")
def resume(timestamp: int) -> int:
    """Take up what a killed worker left; whoever is at it already is not disturbed."""
    found = unfinished()
    for plan in found:
        carry_on(plan, moments.now)
    return len(found)
