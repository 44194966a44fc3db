"""The world of `world.py`: built once for the tests of a file, and for each test as it was built."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import pytest
from django.test import Client

from tests.cast import build_cast
from tests.security.crawler import Form, forms_of
from tests.security.world import World, build_world
from tests.undone import undone


@pytest.fixture(scope="module")
def built_world(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    """The cast with Li's cases in every state. Ask for `world` instead: what a test changes is taken back there."""
    with django_db_blocker.unblock(), undone():
        yield build_world(build_cast())


ROLES = {
    "": "", "li": "citizen", "wang": "staff", "wu": "staff", "zhao": "staff", "chen": "staff", "he": "staff",
    "manager": "staff", "editor": "staff", "legal": "staff", "system": "staff", "security": "staff", "audit": "staff",
}  # fmt: skip
"""Who walks, and what kind of person that is; the first to meet a form tries it."""


@pytest.fixture(scope="module")
def forms(built_world: World) -> list[tuple[str, Form]]:
    """Every different form that a walk through the site meets, with the first role that meets it."""
    found: dict[Any, tuple[str, Form]] = {}
    for role, kind in ROLES.items():
        client = built_world.cast.client(role) if role else Client()
        for signature, form in forms_of(client, kind).items():
            found.setdefault(signature, (role, form))
    assert len(found) > 60
    return list(found.values())


@pytest.fixture
def world(built_world: World) -> Iterator[World]:
    """The cast with Li's cases in every state; all changes are gone with the test."""
    with undone():
        yield deepcopy(built_world)
