"""The server and the databases of a benchmark: made here, used by every part, gone afterwards.

With DATABASE_URL that server is used, and databases `<name>_bench_…` are made beside the one it names; else an embedded
one is started with the settings of `make run`, only with more memory, since a table of a million cases is no trial.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql

from yimen.house.launcher import cluster, places, serve_embedded

MEMORY = "shared_buffers = 512MB\nmax_wal_size = 4GB\n"
"""What a centre's own server would have at least."""


@dataclass(slots=True)
class Server:
    """Where databases are made. `home` holds keys and files of this run."""

    owner_url: str
    app_url: str
    home: Path
    made: list[str] = field(default_factory=list)

    def owner(self, name: str) -> str:
        """The owner's URL of one of our databases."""
        return _named(self.owner_url, self.full(name))

    def app(self, name: str) -> str:
        """The runtime role's URL of one of our databases."""
        return _named(self.app_url, self.full(name))

    def full(self, name: str) -> str:
        """The database's name on the server."""
        return f"{_name(self.owner_url)}_bench_{name}"

    def create(self, name: str, template: str = "") -> None:
        """Make a database, as a copy of another of ours if one is named."""
        copied = (
            sql.SQL(" template {} strategy file_copy").format(sql.Identifier(self.full(template)))
            if template
            else sql.SQL("")
        )
        with psycopg.connect(_named(self.owner_url, "postgres"), autocommit=True) as administration:
            new = sql.Identifier(self.full(name))
            administration.execute(sql.SQL("drop database if exists {} with (force)").format(new))
            administration.execute(sql.SQL("create database {}{}").format(new, copied))
        self.made.append(name)

    def drop(self, name: str) -> None:
        """Remove a database."""
        with psycopg.connect(_named(self.owner_url, "postgres"), autocommit=True) as administration:
            administration.execute(
                sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(self.full(name)))
            )

    def environment(self, name: str, *, as_owner: bool = False) -> dict[str, str]:
        """What a process of ours must find in its environment to work on that database."""
        return {
            **os.environ,
            "DATABASE_URL": self.app(name),
            "DATABASE_OWNER_URL": self.owner(name),
            "DJANGO_SETTINGS_MODULE": "yimen.house.settings",
            "YIMEN_AS_OWNER": "1" if as_owner else "0",
            "YIMEN_VAR": str(self.home / "var"),
            "YIMEN_LOG_FOLDER": str(self.home / "log"),
        }


@contextmanager
def server(keep: bool = False) -> Iterator[Server]:
    """A server for this run; its databases are dropped at the end unless `keep`."""
    home = Path(tempfile.mkdtemp(prefix="yimen-bench-"))
    home.chmod(0o755)
    (home / "var").mkdir()
    given = os.environ.get("DATABASE_URL", "")
    try:
        if given:
            owner = os.environ.get("DATABASE_OWNER_URL") or given
            found = Server(owner, given, home)
            try:
                yield found
            finally:
                for name in found.made if not keep else []:
                    found.drop(name)
            return
        with _embedded(home / "postgres") as (owner, app):
            yield Server(owner, app, home)
    finally:
        if not keep:
            shutil.rmtree(home, ignore_errors=True)


@contextmanager
def _embedded(folder: Path) -> Iterator[tuple[str, str]]:
    places.make_folder(folder, mode=0o711)
    place = places.settle(folder)
    cluster.initialise(place)
    local = place.data / "local.conf"
    local.write_text(MEMORY)
    place.account.give(local)
    try:
        with serve_embedded(folder) as database:
            yield database.owner_url, database.url
    finally:
        places.discard(folder)


def _name(url: str) -> str:
    return urlsplit(url).path.lstrip("/") or "yimen"


def _named(url: str, name: str) -> str:
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))
