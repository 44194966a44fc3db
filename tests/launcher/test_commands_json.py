"""`--json` answers with JSON and nothing else on standard output, whatever went wrong."""

from __future__ import annotations

import json

import pytest

from tests.installations import Installation


@pytest.mark.parametrize(
    ("arguments", "exit_code", "code"),
    [
        (["due", "2026-09-24", "5", "--unit", "hour", "--json"], 2, "usage"),
        (["due", "--json"], 2, "usage"),
        (["nothing", "--json"], 2, "usage"),
        (["simulate", "--cases", "-3", "--json"], 2, "usage"),
        (["due", "2026-09-24", "-5", "--json"], 1, "invalid"),
        (["due", "\udcff\udcfe", "5", "--json"], 1, "no_such_day"),
        (["clock", "/nowhere/\udcff.json", "--json"], 1, "unreadable_file"),
        (["clock", "/", "--json"], 1, "unreadable_file"),
    ],
)
def test_each_reason_is_json(installation: Installation, arguments: list[str], exit_code: int, code: str) -> None:
    told = installation.yimen(*arguments, DATABASE_URL="postgresql://nobody@127.0.0.1:1/none")
    assert told.returncode == exit_code, told.stderr
    refused = json.loads(told.stdout)["refused"]
    assert refused["code"] == code
    assert "No such file" not in refused["message"]
    assert "Traceback" not in told.stderr


@pytest.mark.parametrize(
    ("url", "code"), [("postgresql://nobody@127.0.0.1:1/none", "no_database"), ("nonsense", "configuration")]
)
def test_a_database_that_is_away_is_json_too(installation: Installation, url: str, code: str) -> None:
    told = installation.yimen("status", "X", "--json", DATABASE_URL=url)
    assert told.returncode == 1
    assert json.loads(told.stdout)["refused"]["code"] == code


def test_a_wrong_number_of_days_is_named(installation: Installation) -> None:
    told = installation.yimen("due", "2026-09-24", "-5")
    assert told.returncode == 1
    assert "天数“-5”应为 0 或正整数" in told.stderr
