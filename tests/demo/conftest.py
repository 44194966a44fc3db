"""The demo county, loaded once for all tests here into a database of its own; they only read it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection, connections

from conftest import _administer
from yimen.ground.kit.moments import now
from yimen.house.demo import load
from yimen.house.simulate.entrance import county_first

SHARE = 0.15


@contextmanager
def database_of_its_own(template: str, name: str, *, keep: bool = False) -> Iterator[None]:
    """Connect Django to a fresh copy of the template until the block ends, and then drop it."""
    usual = connection.settings_dict["NAME"]
    connections.close_all()
    _administer(f'drop database if exists "{name}" with (force)', f'create database "{name}" template "{template}"')
    connection.settings_dict["NAME"] = name
    try:
        yield
    finally:
        connections.close_all()
        connection.settings_dict["NAME"] = usual
        if not keep:
            _administer(f'drop database if exists "{name}" with (force)')


@pytest.fixture(scope="module")
def county(
    committed_template: str, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, Any]]:
    """The loaded county; gives what `load` returned, with the folder `var`."""
    var: Path = tmp_path_factory.mktemp("var")
    usual = settings.YIMEN_VAR
    with django_db_blocker.unblock(), database_of_its_own(committed_template, f"{committed_template}_county"):
        settings.YIMEN_VAR = var
        try:
            yield {**load(share=SHARE), "var": var}
        finally:
            settings.YIMEN_VAR = usual


@pytest.fixture(scope="session")
def places(committed_template: str, django_db_blocker: Any) -> Iterator[str]:
    """A template with the county's places, people and items, but no case; gives its name."""
    name = f"{committed_template}_places"
    with django_db_blocker.unblock():
        with database_of_its_own(committed_template, name, keep=True):
            county_first(now(), villages=False)
        yield name
        _administer(f'drop database if exists "{name}" with (force)')
