"""A database with real commits: a copy of the test database, dropped afterwards, since guards forbid TRUNCATE."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from django.db import connections


@pytest.fixture
def committed(django_db_setup: None, django_db_blocker: Any) -> Iterator[str]:
    """Point the default connection, of every thread, at a fresh copy of the test database; yields its name."""
    with django_db_blocker.unblock():
        wrapper = connections["default"]
        connections.close_all()
        template = wrapper.settings_dict["NAME"]
        fresh = f"{template}_{os.getpid()}"
        server = {
            key: wrapper.settings_dict[name]
            for key, name in (("host", "HOST"), ("port", "PORT"), ("user", "USER"), ("password", "PASSWORD"))
            if wrapper.settings_dict[name]
        }
        with psycopg.connect(dbname="postgres", autocommit=True, **server) as admin:
            admin.execute(f'drop database if exists "{fresh}" with (force)')
            admin.execute(f'create database "{fresh}" template "{template}"')
            wrapper.settings_dict["NAME"] = fresh
            try:
                yield fresh
            finally:
                connections.close_all()
                wrapper.settings_dict["NAME"] = template
                admin.execute(f'drop database if exists "{fresh}" with (force)')
