"""The doctor says in Chinese what is wrong and how to mend it, and itself never falls ill."""

from __future__ import annotations

import json

import psycopg
import pytest

from tests.installations import Installation
from yimen.house.launcher import serve_embedded


def findings(installation: Installation, **more: str) -> tuple[int, dict[str, dict[str, str]]]:
    done = installation.yimen("doctor", "--json", **more)
    assert "Traceback" not in done.stderr, done.stderr
    return done.returncode, {found["subject"]: found for found in json.loads(done.stdout)}


def test_a_sound_installation_has_nothing_to_mend(prepared: Installation) -> None:
    code, found = findings(prepared)
    assert code == 0, found
    assert {"数据结构", "数据库权限", "密钥", "内置数据库"} <= found.keys()
    assert {each["verdict"] for each in found.values()} <= {"well", "watch"}


def test_a_new_clone_is_told_what_comes_first(installation: Installation) -> None:
    code, found = findings(installation)
    assert code == 0
    assert "yimen setup" in found["数据结构"]["mend"]


@pytest.mark.parametrize(
    ("statement", "undo", "subject", "said"),
    [
        (
            "grant update on matters_step to yimen_app",
            "revoke update on matters_step from yimen_app",
            "数据库权限",
            "matters_step",
        ),
        (
            "insert into django_migrations (app, name, applied) values ('kit', '9999_later', now())",
            "delete from django_migrations where name = '9999_later'",
            "数据结构",
            "更新的版本",
        ),
    ],
)
def test_a_fault_inside_is_named_with_its_cure(
    prepared: Installation, statement: str, undo: str, subject: str, said: str
) -> None:
    with serve_embedded(prepared.home) as database, psycopg.connect(database.owner_url, autocommit=True) as connection:
        connection.execute(statement.encode())
        code, found = findings(prepared)
        connection.execute(undo.encode())
    assert code == 1
    assert found[subject]["verdict"] == "bad"
    assert said in found[subject]["found"]
    assert found[subject]["mend"]


def test_keys_that_others_can_read_are_a_fault(prepared: Installation) -> None:
    key = prepared.var / "keys" / "secret_key"
    key.chmod(0o644)
    code, found = findings(prepared)
    key.chmod(0o600)
    assert code == 1
    assert "chmod" in found["密钥"]["mend"]


def test_a_server_that_is_away_is_a_finding(prepared: Installation) -> None:
    code, found = findings(prepared, DATABASE_URL="postgresql://nobody:geheim@127.0.0.1:1/none")
    assert code == 1
    assert "连不上" in found["数据库"]["found"]
    assert "geheim" not in json.dumps(found)


def test_one_role_for_all_is_pointed_out(prepared: Installation) -> None:
    with serve_embedded(prepared.home) as database:
        _, found = findings(prepared, DATABASE_URL=database.owner_url)
    assert found["数据库权限"]["verdict"] == "watch"
    assert "DATABASE_OWNER_URL" in found["数据库权限"]["mend"]
