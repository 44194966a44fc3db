"""The database of one command: join the server that runs, or start the embedded one and stop it again."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

from yimen.ground.kit.refusals import Refusal


class NotSetUp(Refusal):
    """There is a server, but Yimen's tables have not been made in it."""

    code = "not_set_up"


@contextmanager
def provide(*, as_owner: bool = False, unprepared: bool = False) -> Iterator[None]:
    """Django, ready, on the installation's database.

    Raises `NotSetUp` before the first migration unless `unprepared`.
    """
    from yimen.house.config import Config
    from yimen.house.launcher import serve_database

    with serve_database(Config.read()) as database:
        os.environ |= {**database.environment(), "DJANGO_SETTINGS_MODULE": "yimen.house.settings"}
        os.environ["YIMEN_AS_OWNER"] = "1" if as_owner else "0"
        import django

        django.setup()
        from django.db import connections

        try:
            if not unprepared:
                _expect_tables()
            yield
        finally:
            connections.close_all()


def serving() -> bool:
    """Whether a database serves already: the given one, taken at its word, or the embedded one if it runs."""
    from yimen.house.config import Config
    from yimen.house.launcher import embedded_state

    config = Config.read()
    if config.database_url:
        return True
    try:
        state = embedded_state(config.var / "postgres")
    except (Refusal, OSError):
        return False
    return state is not None and state[1] is not None


def _expect_tables() -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("select to_regclass('public.django_migrations') is not null")
        if not cursor.fetchone()[0]:
            raise NotSetUp("数据库还是空的，没有建立一门的表。", next_step="请先运行 yimen setup（或 make run）。")
