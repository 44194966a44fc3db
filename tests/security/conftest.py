"""The world of `world.py`: built once for the tests of a file, and for each test as it was built."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import pytest

from tests.cast import build_cast
from tests.security.world import World, build_world
from tests.undone import undone


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
