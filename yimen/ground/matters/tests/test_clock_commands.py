"""`yimen due` and `yimen clock`, in the fixed forms that others script."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from yimen.ground.calendar.models import CalendarDay
from yimen.ground.kit import commands as verbs
from yimen.ground.matters.commands import clock, due

EXAMPLE = {
    "limit": 20,
    "unit": "workday",
    "events": [{"at": "2026-09-24T10:00:00+08:00", "event": "started"}],
}


@pytest.fixture(autouse=True)
def no_database(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verbs, "_serving", lambda: False)


def run_due(*arguments: str) -> Result:
    return CliRunner().invoke(due, list(arguments))


def run_clock(script: object, *options: str) -> Result:
    text = script if isinstance(script, bytes | str) else json.dumps(script)
    return CliRunner().invoke(clock, ["-", *options], input=text)


def with_events(*more: dict[str, Any], **terms: Any) -> dict[str, Any]:
    return EXAMPLE | {"events": [*EXAMPLE["events"], *more]} | terms  # type: ignore[misc]


def test_due_prints_the_date_alone() -> None:
    assert run_due("2026-09-24", "20").stdout == "2026-10-29\n"
    assert run_due("2026-09-03", "30", "--unit", "calendar").stdout == "2026-10-08\n"
    assert run_due("2026-10-01", "0").stdout == "2026-10-01\n"


def test_due_says_on_the_side_that_a_date_is_provisional() -> None:
    found = run_due("2026-12-20", "20")
    assert (found.stdout, found.exit_code) == ("2027-01-18\n", 0)
    assert "暂定" in found.stderr


def test_due_explains_each_run_of_days() -> None:
    told = run_due("2026-09-24", "20", "--explain").stdout
    for part in (
        "中秋节放假：3 日不计",
        "国庆节调休上班：计 1 日，累计 6",
        "《行政许可法》第八十二条",
        "2026年10月29日(周四) 届满",
    ):
        assert part in told


def test_due_as_json() -> None:
    answer = json.loads(run_due("2026-09-24", "20", "--json").stdout)
    assert answer["due_on"] == "2026-10-29"
    assert answer["calendar"] == "shipped"
    assert "derivation" not in answer
    explained = json.loads(run_due("2026-09-24", "20", "--json", "--explain").stdout)
    assert len(explained["derivation"]) == 35


@pytest.mark.parametrize(
    "arguments",
    [
        ("2026-02-30", "5"), ("0000-01-01", "5"), ("9999-12-31", "5"), ("昨天", "5"), ("", "5"),
        ("2026-09-24", "五"), ("2026-09-24", "2.5"), ("2026-09-24", "999999999999"), ("2026-09-24", "9999"),
        ("2026-09-24", ""), ("2199-12-30", "20"), ("2026-09-24", "２０"),
    ],
)  # fmt: skip
def test_due_refuses_nonsense_in_chinese(arguments: tuple[str, str]) -> None:
    found = run_due(*arguments)
    assert (found.exit_code, found.stdout) == (1, "")
    assert found.stderr.strip()
    assert "Traceback" not in found.stderr


@pytest.mark.parametrize("arguments", [("2026-09-24",), ("2026-09-24", "5", "--unit", "hour"), ("2026-09-24", "-5")])
def test_due_called_wrongly_fails(arguments: tuple[str, ...]) -> None:
    assert run_due(*arguments).exit_code != 0


def test_clock_answers_a_script() -> None:
    found = run_clock(EXAMPLE)
    answer = json.loads(found.stdout)
    assert found.exit_code == 0
    assert (answer["due_on"], answer["state"], answer["limit"]) == ("2026-10-29", "running", 20)
    assert answer["derivation"][0] == {"day": "2026-09-25", "counted": False, "why": "中秋节放假"}
    assert answer["derivation"][-1] == {"day": "2026-10-29", "counted": True, "why": "工作日"}
    assert sum(entry["counted"] for entry in answer["derivation"]) == 20


def test_clock_follows_the_events() -> None:
    stopped = {"at": "2026-09-28T10:00:00+08:00", "event": "stopped", "why": "correction"}
    resumed = {"at": "2026-10-12T10:00:00+08:00", "event": "resumed"}
    extended = {"at": "2026-10-12T11:00:00+08:00", "event": "extended", "by": 10}
    answer = json.loads(run_clock(with_events(stopped)).stdout)
    assert (answer["due_on"], answer["state"], answer["counted"]) == (None, "stopped", 1)
    answer = json.loads(run_clock(with_events(stopped, resumed)).stdout)
    assert (answer["due_on"], answer["state"]) == ("2026-11-06", "running")
    answer = json.loads(run_clock(with_events(stopped, resumed, extended)).stdout)
    assert (answer["due_on"], answer["limit"]) == ("2026-11-20", 30)


def test_clock_answers_a_list_with_a_list_and_refuses_only_the_impossible() -> None:
    resumed = {"at": "2026-10-12T10:00:00+08:00", "event": "resumed"}
    found = run_clock([EXAMPLE, with_events(resumed), EXAMPLE])
    answers = json.loads(found.stdout)
    assert found.exit_code == 1
    assert [each.get("due_on") for each in answers] == ["2026-10-29", None, "2026-10-29"]
    assert "没有停止过" in answers[1]["refused"]
    assert json.loads(run_clock([]).stdout) == []


def test_clock_reads_a_file(tmp_path: Path) -> None:
    path = tmp_path / "脚本.json"
    path.write_text("\ufeff" + json.dumps(EXAMPLE), encoding="utf-8")
    assert json.loads(CliRunner().invoke(clock, [str(path)]).stdout)["due_on"] == "2026-10-29"
    missing = CliRunner().invoke(clock, [str(tmp_path / "none.json")])
    assert (missing.exit_code, missing.stdout) == (1, "")
    assert "读不了文件" in missing.stderr
    assert CliRunner().invoke(clock, [str(tmp_path)]).exit_code == 1


def test_clock_reads_what_a_windows_shell_writes() -> None:
    assert json.loads(run_clock(json.dumps(EXAMPLE).encode("utf-16")).stdout)["due_on"] == "2026-10-29"


def test_a_limit_given_twice_is_refused_and_named() -> None:
    found = run_clock(json.dumps(EXAMPLE).replace('"limit": 20', '"limit": 5, "limit": 20'))
    assert (found.exit_code, found.stdout) == (1, "")
    assert "“limit”写了两次" in found.stderr


@pytest.mark.parametrize(
    "script",
    [
        b"", b"{", b"\xff\xfe", b"NaN", b"[" * 100_000, b"1" * 5000, "null", "5", '"text"',
        {}, {"limit": 5}, {"events": []}, EXAMPLE | {"events": {}}, EXAMPLE | {"events": []}, EXAMPLE | {"limit": -1},
        EXAMPLE | {"limit": "20"}, EXAMPLE | {"limit": 1e308}, EXAMPLE | {"limit": None}, EXAMPLE | {"limit": 10**40},
        EXAMPLE | {"unit": "hour"}, EXAMPLE | {"unit": "fortnight"}, EXAMPLE | {"unit": []},
        EXAMPLE | {"business_close": "25:00"}, EXAMPLE | {"events": [5]}, EXAMPLE | {"events": [{}]},
        with_events({"at": "2026-10-12T10:00:00+08:00"}), with_events({"event": "stopped"}),
        with_events({"at": "2026-02-30T10:00:00+08:00", "event": "stopped"}),
        with_events({"at": "0000-01-01T10:00:00+08:00", "event": "stopped"}),
        with_events({"at": "9999-12-31T23:59:59-12:00", "event": "stopped"}),
        with_events({"at": "2026-10-12T10:00:00", "event": "stopped"}),
        with_events({"at": 20261012, "event": "stopped"}),
        with_events({"at": "2026-10-12T10:00:00+08:00", "event": "stopped", "why": "\ud800"}),
        with_events({"at": "2026-10-12T10:00:00+08:00", "event": "stopped", "why": "x" * 1_000_000}),
        with_events({"at": "2026-10-12T10:00:00+08:00", "event": "extended"}),
        with_events({"at": "2026-10-12T10:00:00+08:00", "event": "extended", "by": "10"}),
        with_events({"at": "2026-10-12T10:00:00+08:00", "event": "\ud800\x00"}),
    ],
)  # fmt: skip
def test_clock_refuses_nonsense_in_chinese(script: object) -> None:
    found = run_clock(script)
    assert (found.exit_code, found.stdout) == (1, ""), found.exception
    assert any("\u4e00" <= letter <= "\u9fff" for letter in found.stderr)
    assert json.loads(run_clock(script, "--json").stdout)["refused"]["message"]


@pytest.mark.django_db
def test_a_serving_database_gives_its_own_calendar(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verbs, "_serving", lambda: True)
    CalendarDay.objects.filter(day="2026-10-08").update(kind="holiday", name="县庆放假")
    answer = json.loads(run_due("2026-09-24", "20", "--json").stdout)
    assert (answer["due_on"], answer["calendar"]) == ("2026-10-30", "database")


def test_a_database_that_cannot_be_reached_is_said_and_done_without(monkeypatch: pytest.MonkeyPatch) -> None:
    class OperationalError(Exception):
        """Stands for the driver's own."""

    @contextmanager
    def broken(*, as_owner: bool) -> Iterator[None]:
        raise OperationalError
        yield

    monkeypatch.setattr(verbs, "_serving", lambda: True)
    monkeypatch.setattr(verbs, "_provider", broken)
    found = run_due("2026-09-24", "20")
    assert (found.stdout, found.exit_code) == ("2026-10-29\n", 0)
    assert "数据库连不上" in found.stderr


def test_due_starts_without_django() -> None:
    """It is asked often and by scripts; loading the framework would make it several times slower."""
    code = "import sys, yimen.ground.matters.commands as c; sys.exit(any(m.startswith('django') for m in sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
