"""A synthetic ledger with the cast, built once for the tests of a file, and transactions that take everything back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import transaction

from tests.cast import Cast, build_cast
from yimen.ground.matters.fast_forward import mark_synthetic


@contextmanager
def undone() -> Iterator[None]:
    """A transaction that is rolled back at its end, and that the code under test takes for the outermost one."""
    block = transaction.atomic()
    block._from_testcase = True  # type: ignore[attr-defined]  # as Django's own TestCase marks its transactions
    with block:
        yield
        transaction.set_rollback(True)


@pytest.fixture(scope="module")
def drill(django_db_setup: None, django_db_blocker: Any) -> Iterator[Cast]:
    """The cast over a ledger that may be written in a time of its own."""
    with django_db_blocker.unblock(), undone():
        mark_synthetic()
        yield build_cast()
