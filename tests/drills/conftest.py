"""The county's places and people without a case, in a database of its own: what a drill is held on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.demo.conftest import database_of_its_own
from tests.demo.conftest import places as places


@pytest.fixture
def hall(places: str, django_db_blocker: Any) -> Iterator[str]:
    """A fresh copy of the county; gives its name."""
    with django_db_blocker.unblock(), database_of_its_own(places, f"{places}_hall"):
        yield f"{places}_hall"
