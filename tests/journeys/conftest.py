"""Journeys drive the same Chromium as the pages' own tests."""

from __future__ import annotations

from tests.browser.conftest import axe, browse, chromium, desk, look, page, phone, site

__all__ = ["axe", "browse", "chromium", "desk", "look", "page", "phone", "site"]
