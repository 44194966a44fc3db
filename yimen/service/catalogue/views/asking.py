"""Who asks, as the middleware has found out."""

from __future__ import annotations

from yimen.ground.identity.policies import actor_of as actor_of
