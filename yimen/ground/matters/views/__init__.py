"""The screens of the calendar. A case's own clock is shown by the modules whose matters they are."""

from __future__ import annotations

from yimen.ground.identity.policies import actor_of as actor_of
