"""What every test stands on: a database. Fixtures of a module live in that module's own `tests/conftest.py`.

With `DATABASE_URL` set, that server is used. Without it, a throw-away embedded cluster is started, shared by all xdist
workers, and gone at the end (also after kill -9).
"""

from __future__ import annotations

import fcntl
import itertools
import os
import tempfile
from collections import deque
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote, urlunsplit

import pytest

if TYPE_CHECKING:
    from tests.cast import Cast

_ending = ExitStack()


def _provide_database() -> None:
    """pytest-django has read the settings when this file is loaded, and connects later: put the address in both."""
    if os.environ.get("DATABASE_URL"):
        return
    from yimen.house.launcher import throw_away

    database = _ending.enter_context(throw_away())
    os.environ |= {"DATABASE_URL": database.owner_url, "DATABASE_OWNER_URL": database.owner_url}
    from django.conf import settings

    from yimen.house.settings import database as entry

    settings.DATABASES["default"].update(entry(database.owner_url))


_provide_database()


def pytest_unconfigure() -> None:
    """Only the process that started the cluster has something to end here."""
    _ending.close()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The marker `commits` and the fixture `committed_db` mean each other."""
    for item in items:
        names = getattr(item, "fixturenames", [])
        if item.get_closest_marker("commits") and "committed_db" not in names:
            names.append("committed_db")
        elif "committed_db" in names:
            item.add_marker(pytest.mark.commits)


@pytest.fixture(autouse=True)
def _counted_from_nothing() -> None:
    """Django keeps the last 9000 questions; with a full list `CaptureQueriesContext` counts none, and no ceiling can break."""
    from django.db import connection

    if connection.queries_log.maxlen is not None:
        connection.queries_log = deque(maxlen=None)
    connection.queries_log.clear()


@pytest.fixture
def cast(db: None) -> Cast:
    """The invented city with Li, Wang, Zhao, Chen, Sun and Qian (`tests/cast.py`), gone with the test."""
    from tests.cast import cast_again

    return cast_again()


@dataclass(frozen=True)
class CommittedDatabase:
    """A database of one test's own, made from the migrated template; real commits are allowed.

    `owner_url` may do all; `app_url` is the runtime role, which may not rewrite ledger, audit and seals. Both are for
    child processes and direct connections; Django in this process is already connected as the owner.
    """

    name: str
    owner_url: str
    app_url: str

    def environment(self) -> dict[str, str]:
        """For a child process that runs Yimen on this database, as in production."""
        return {**os.environ, "DATABASE_URL": self.app_url, "DATABASE_OWNER_URL": self.owner_url}


def _url(settings: dict[str, object], *, user: str, name: str) -> str:
    password = f":{quote(str(settings['PASSWORD']), safe='')}" if settings["PASSWORD"] else ""
    host = str(settings["HOST"])
    query = f"host={quote(host, safe='')}" if host else ""
    port = f":{settings['PORT']}" if settings["PORT"] else ""
    return urlunsplit(("postgresql", f"{quote(user, safe='')}{password}@{port}", f"/{name}", query, ""))


@pytest.fixture(scope="session")
def django_db_setup(
    django_test_environment: None, django_db_blocker: pytest.FixtureRequest, django_db_modify_db_settings: None
) -> Iterator[None]:
    """The migrated test database, also for a run whose tests all commit (pytest-django makes it only for `django_db`).

    Of several workers one runs the migrations; the others copy what it made, which takes a second instead of twenty.
    """
    from django.db import connection
    from django.test.utils import setup_databases, teardown_databases

    with django_db_blocker.unblock():  # type: ignore[attr-defined]  # pytest-django exports no type for it
        run = os.environ.get("PYTEST_XDIST_TESTRUNUID")
        migrated = f"test_yimen_{run}" if run else None
        with _alone(migrated):
            own = connection.creation._get_test_db_name()  # type: ignore[attr-defined]
            copied = migrated is not None and _exists(migrated)
            if copied:
                _administer(f'drop database if exists "{own}"', f'create database "{own}" template "{migrated}"')
            made = setup_databases(verbosity=0, interactive=False, aliases=None, keepdb=copied)
            if migrated and not copied:
                connection.close()
                _send_away(own)
                _administer(f'create database "{migrated}" template "{own}"')
    yield
    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        _send_away(str(connection.settings_dict["NAME"]))
        teardown_databases(made, verbosity=0)
        if migrated:
            _administer(f'drop database if exists "{migrated}" with (force)')


@pytest.fixture(scope="session")
def committed_template(django_db_setup: None, django_db_blocker: pytest.FixtureRequest) -> Iterator[str]:
    """The migrated database, copied once a worker before its first test with real commits."""
    from django.db import connection

    from yimen.house.launcher.grants import grant_runtime_role

    source = str(connection.settings_dict["NAME"])
    template = f"{source}_template"
    with django_db_blocker.unblock():  # type: ignore[attr-defined]  # pytest-django exports no type for it
        grant_runtime_role()
        connection.close()
        _send_away(source)
        _administer(
            f'drop database if exists "{template}" with (force)', f'create database "{template}" template "{source}"'
        )
        yield template
        _administer(f'drop database if exists "{template}" with (force)')


@pytest.fixture
def committed_db(committed_template: str, django_db_blocker: pytest.FixtureRequest) -> Iterator[CommittedDatabase]:
    """A fresh database for one test; Django is connected to it, in all threads, until the test ends."""
    from django.db import connection, connections

    settings = connection.settings_dict
    # A name of its own: what a process keeps for good of a database, it keeps under the database's name.
    usual, name = settings["NAME"], f"{committed_template}_{next(_copies)}"
    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        connections.close_all()
        _administer(
            f'drop database if exists "{name}" with (force)',
            f'create database "{name}" template "{committed_template}"',
        )
        settings["NAME"] = name
        app = "yimen_app" if _has_app_role() else str(settings["USER"])
        try:
            yield CommittedDatabase(
                name=name,
                owner_url=_url(settings, user=str(settings["USER"]), name=name),
                app_url=_url(settings, user=app, name=name),
            )
        finally:
            connections.close_all()
            settings["NAME"] = usual
            _administer(f'drop database if exists "{name}" with (force)')


_copies = itertools.count(1)


def _send_away(name: str) -> None:
    """End every connection to a database. Once Playwright's loop runs in this thread, Django keeps its connections apart,
    and one made before is out of reach."""
    _administer(f"select pg_terminate_backend(pid) from pg_stat_activity where datname = '{name}'")  # noqa: S608 (ours)


def _administer(*statements: str) -> list[tuple[object, ...]]:
    """Run statements that no transaction may hold, in the server's own `postgres` database; the rows of the last one."""
    import psycopg
    from django.db import connection

    settings = connection.settings_dict
    with psycopg.connect(
        _url(settings, user=str(settings["USER"]), name="postgres"), autocommit=True
    ) as administration:
        for statement in statements:
            answer = administration.execute(statement)
        return answer.fetchall() if answer.description else []


@contextmanager
def _alone(name: str | None) -> Iterator[None]:
    """One worker of a run at a time."""
    if name is None:
        yield
        return
    with (Path(tempfile.gettempdir()) / f"{name}.lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield


def _exists(name: str) -> bool:
    return bool(_administer("select 1 from pg_database where datname = '" + name + "'"))  # noqa: S608 (ours)


def _has_app_role() -> bool:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("select 1 from pg_roles where rolname = 'yimen_app' and rolcanlogin")
        return cursor.fetchone() is not None
