"""The world of `world.py`: built once for the tests of a file, and for each test as it was built."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import pytest

from tests.cast import build_cast
from tests.security.crawler import Form
from tests.security.walks import ROLES, Walks
from tests.security.world import World, build_world
from tests.undone import undone


@pytest.fixture(scope="module")
def built_world(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    """The cast with Li's cases in every state. Ask for `world` instead: what a test changes is taken back there."""
    with django_db_blocker.unblock(), undone():
        yield build_world(build_cast())


@pytest.fixture(scope="module")
def walks(built_world: World) -> Walks:
    """The site as each person finds it, walked when it is first asked for."""
    return Walks(built_world)


@pytest.fixture(scope="module")
def forms(walks: Walks) -> list[tuple[str, Form]]:
    """Every different form that a walk through the site meets, with the first role that meets it."""
    found: dict[Any, tuple[str, Form]] = {}
    for role in ROLES:
        for page in walks.of(role):
            for form in page.forms:
                found.setdefault(form.signature, (role, form))
    assert len(found) > 60
    return list(found.values())


@pytest.fixture
def world(built_world: World) -> Iterator[World]:
    """The cast with Li's cases in every state; all changes are gone with the test."""
    with undone():
        yield deepcopy(built_world)
