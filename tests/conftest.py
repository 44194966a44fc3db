"""What every test of this folder may ask for: one Chromium a worker, and the site it drives (`tests/browser/driving.py`)."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.browser.driving import axe, browse, chromium, desk, look, page, phone, site

__all__ = ["axe", "browse", "chromium", "desk", "look", "page", "phone", "site"]

BROWSER = Path(__file__).parent / "browser"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Every test of the folder `browser` drives one."""
    for item in items:
        if BROWSER in item.path.parents:
            item.add_marker(pytest.mark.browser)
