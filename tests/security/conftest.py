"""The world of `world.py`: built once for the tests of a file, and for each test as it was built."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from typing import Any

import pytest
from django.db import transaction

from tests.cast import build_cast
from tests.security.world import World, build_world


@pytest.fixture(scope="module")
def built_world(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    """The cast with Li's cases in every state. Ask for `world` instead: what a test changes is taken back there."""
    with django_db_blocker.unblock(), undone():
        yield build_world(build_cast())


@pytest.fixture
def world(built_world: World) -> Iterator[World]:
    """The cast with Li's cases in every state; all changes are gone with the test."""
    with undone():
        yield deepcopy(built_world)


@contextmanager
def undone() -> Iterator[None]:
    """A transaction that is rolled back at its end, and that the code under test takes for the outermost one."""
    block = transaction.atomic()
    block._from_testcase = True  # type: ignore[attr-defined]  # as Django's own TestCase marks its transactions
    with block:
        yield
        transaction.set_rollback(True)
