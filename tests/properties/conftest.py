"""A synthetic ledger with the cast, built once for the tests of a file, and transactions that take everything back."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.cast import Cast, build_cast
from tests.undone import undone
from yimen.ground.matters.fast_forward import mark_synthetic


@pytest.fixture(scope="module")
def drill(django_db_setup: None, django_db_blocker: Any) -> Iterator[Cast]:
    """The cast over a ledger that may be written in a time of its own."""
    with django_db_blocker.unblock(), undone():
        mark_synthetic()
        yield build_cast()
