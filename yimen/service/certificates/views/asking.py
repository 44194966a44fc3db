"""Who asks, and what every list does."""

from __future__ import annotations

from datetime import date

from yimen.ground.kit import moments


def today() -> date:
    """The day of the request."""
    return moments.day_of(moments.now())
