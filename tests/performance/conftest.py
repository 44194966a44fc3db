"""The world of the security tests: every address has an object there."""

from __future__ import annotations

from tests.security.conftest import built_world, world

__all__ = ["built_world", "world"]
