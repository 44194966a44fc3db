"""The embedded server starts when first needed, is shared, keeps its data, and stops with its last user."""

from __future__ import annotations

import time
from pathlib import Path

import psycopg

from yimen.house.launcher import embedded_state, serve_embedded


def runs(home: Path) -> bool:
    state = embedded_state(home)
    return state is not None and state[1] is not None


def test_it_starts_is_shared_and_stops_with_the_last(home: Path) -> None:
    with serve_embedded(home) as first:
        with serve_embedded(home) as second:
            assert second.url == first.url
        assert runs(home), "the first user is still here"
    assert not runs(home)


def test_data_is_there_again_after_a_stop(home: Path) -> None:
    with serve_embedded(home) as database, psycopg.connect(database.owner_url) as connection:
        connection.execute("create table kept (word text)")
        connection.execute("insert into kept values ('𠮷䶮')")
    began = time.monotonic()
    with serve_embedded(home) as database:
        taken = time.monotonic() - began
        with psycopg.connect(database.owner_url) as connection:
            assert connection.execute("select word from kept").fetchone() == ("𠮷䶮",)
    assert taken < 5, f"a warm start took {taken:.1f} s"


def test_the_cluster_is_made_for_chinese_and_for_safety(home: Path) -> None:
    with serve_embedded(home) as database, psycopg.connect(database.url) as connection:
        row = connection.execute(
            """select current_setting('server_encoding'), current_setting('data_checksums'), current_setting('fsync'),
                      current_setting('listen_addresses'), datcollate, datctype
                 from pg_database where datname = current_database()"""
        ).fetchone()
    assert row == ("UTF8", "on", "on", "", "C.UTF-8", "C.UTF-8")


def test_two_roles_one_of_them_without_power(home: Path) -> None:
    with serve_embedded(home) as database:
        with psycopg.connect(database.url) as connection:
            who = "select current_user, rolsuper, rolcreaterole, rolcreatedb from pg_roles where rolname = current_user"
            assert connection.execute(who).fetchone() == ("yimen_app", False, False, False)
        with psycopg.connect(database.owner_url) as connection:
            assert connection.execute("select current_user").fetchone() == ("yimen_owner",)


def test_an_initdb_that_was_cut_short_is_begun_again(home: Path) -> None:
    (home / "data.new").mkdir(parents=True)
    home.parent.chmod(0o755)
    home.chmod(0o755)
    (home / "data.new" / "half").write_text("made")
    with serve_embedded(home) as database, psycopg.connect(database.url) as connection:
        assert connection.execute("select 1").fetchone() == (1,)
    assert not (home / "data.new").exists()


def test_only_the_server_account_can_enter_the_data(home: Path) -> None:
    with serve_embedded(home) as database:
        assert database.server is not None
        assert database.server.place.data.stat().st_mode & 0o077 == 0
        assert database.server.socket_folder.stat().st_mode & 0o077 == 0
