"""Tests that kill need an installation of their own: see `tests/launcher/conftest.py`."""

from __future__ import annotations

from tests.launcher.conftest import installation, prepared, short_folder
from tests.security.conftest import built_world, world

__all__ = ["built_world", "installation", "prepared", "short_folder", "world"]
