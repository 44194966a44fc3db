"""What every test of this folder may ask for: one Chromium a worker and the site it drives (`tests/browser/driving.py`), and
one installation a worker, begun as a person begins one (`tests/installations.py`)."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.browser.driving import axe, browse, chromium, desk, look, page, phone, site
from tests.installations import home, installation, prepared, short_folder

__all__ = [
    "axe", "browse", "chromium", "desk", "home", "installation", "look", "page", "phone", "prepared", "short_folder", "site",
]  # fmt: skip

BROWSER = Path(__file__).parent / "browser"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Every test of the folder `browser` drives one."""
    for item in items:
        if BROWSER in item.path.parents:
            item.add_marker(pytest.mark.browser)
