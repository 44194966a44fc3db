"""Tests that kill need an installation of their own (`tests/installations.py`) and people who act in it."""

from __future__ import annotations

from tests.security.conftest import built_world, world

__all__ = ["built_world", "world"]
