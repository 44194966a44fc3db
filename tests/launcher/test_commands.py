"""Every verb: Chinese help, `--json`, exit codes; a verb that needs the database starts it and stops it again."""

from __future__ import annotations

import json

import pytest

from tests.installations import Installation
from tests.launcher.test_start_and_stop import runs
from yimen.house.cli import VERBS


@pytest.mark.parametrize("verb", [name for name in VERBS if name != "manage"])
def test_each_verb_has_chinese_help(installation: Installation, verb: str) -> None:
    told = installation.yimen(verb, "--help")
    assert told.returncode == 0, told.stderr
    assert "用法：" in told.stdout
    assert "显示这份说明。" in told.stdout
    assert "Show this message" not in told.stdout


def test_the_list_of_verbs_loads_none_of_them(installation: Installation) -> None:
    told = installation.yimen("--help")
    assert told.returncode == 0
    assert all(name in told.stdout for name in VERBS)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nothing"], "没有这个命令：nothing"),
        (["doctor", "--nothing"], "没有这个选项：--nothing"),
        (["restore"], "缺少参数：ARCHIVE"),
        (["serve", "--port", "many"], "参数 --port 不能用"),
    ],
)
def test_wrong_usage_is_exit_code_2(installation: Installation, arguments: list[str], said: str) -> None:
    wrong = installation.yimen(*arguments)
    assert wrong.returncode == 2
    assert said in wrong.stderr
    assert "Error" not in wrong.stderr


def test_a_refusal_is_exit_code_1_with_the_reason(prepared: Installation) -> None:
    refused = prepared.yimen("restore", "/nowhere.tar")
    assert refused.returncode == 1
    assert "读不出备份文件" in refused.stderr
    as_json = prepared.yimen("restore", "/nowhere.tar", "--json")
    assert as_json.returncode == 1
    assert json.loads(as_json.stdout)["refused"]["code"] == "backup_refused"


def test_nonsense_in_the_environment_stops_every_verb(installation: Installation) -> None:
    refused = installation.yimen("doctor", YIMEN_MODE="prod")
    assert refused.returncode == 1
    assert "YIMEN_MODE" in refused.stdout + refused.stderr
    assert "Traceback" not in refused.stderr


def test_a_server_that_is_away_is_one_plain_line(installation: Installation) -> None:
    refused = installation.yimen("migrate", DATABASE_URL="postgresql://nobody@127.0.0.1:1/none")
    assert refused.returncode == 1
    assert "连不上数据库" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_a_verb_starts_the_server_and_stops_it_again(prepared: Installation) -> None:
    assert not runs(prepared.home)
    done = prepared.yimen("migrate", "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {"migrations": 0}
    assert not runs(prepared.home)


def test_a_verb_before_setup_says_what_to_do_first(installation: Installation) -> None:
    refused = installation.yimen("backup")
    assert refused.returncode == 1
    assert "yimen setup" in refused.stderr


def test_setup_can_be_repeated(prepared: Installation) -> None:
    again = prepared.yimen("setup", "--no-demo", "--json")
    assert again.returncode == 0, again.stderr
    assert json.loads(again.stdout) == {"migrations": 0, "static_collected": False, "demo_loaded": False}


def test_manage_passes_everything_on(prepared: Installation) -> None:
    told = prepared.yimen("manage", "showmigrations", "kit", "--plan")
    assert told.returncode == 0, told.stderr
    assert "[X]  kit.0001_initial" in told.stdout
