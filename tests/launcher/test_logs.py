"""Logs are JSON lines with the request's id and without personal data."""

from __future__ import annotations

import json
import logging
import sys
from pathlib import Path

import pytest
from django.test import RequestFactory
from django.urls import ResolverMatch

from yimen.ground.kit import audit
from yimen.house.config import Config
from yimen.house.logs import RoutesOnly, configuration, json_formatter, rotate, scrubbed


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("Li 11010519491231002X applies", "Li [证件号] applies"),
        ("电话13812342671，请回电", "电话[手机号]，请回电"),
        ("id 1ebf13812342671f stays", "id 1ebf13812342671f stays"),
        ("call 13812342671 now", "call [手机号] now"),
        ("to li.lei@mail.example.cn", "to [邮箱]"),
        ("key (x)\nDETAIL:  Key (name)=(李雷) exists.\nHINT: no", "key (x)\nDETAIL: [略]\nHINT: no"),
        ("step 20261121223012345678901 stays", "step 20261121223012345678901 stays"),
    ],
)
def test_personal_data_is_scrubbed(said: str, kept: str) -> None:
    assert scrubbed(said) == kept


def test_a_line_is_json_with_the_request_id() -> None:
    record = logging.LogRecord("yimen.test", logging.WARNING, __file__, 1, "phone %s", ("13812342671",), None)
    with audit.request_context("req-12345678"):
        line = json.loads(json_formatter().format(record))
    assert line["event"] == "phone [手机号]"
    assert line["request_id"] == "req-12345678"
    assert (line["level"], line["logger"]) == ("warning", "yimen.test")
    assert line["timestamp"].endswith("Z")


@pytest.mark.parametrize(
    ("status", "kept", "traced"), [(404, False, False), (403, False, False), (500, True, True), (503, True, False)]
)
def test_djangos_own_line_names_the_route_and_never_the_address(status: int, kept: bool, traced: bool) -> None:
    request = RequestFactory().get("/track/李禾/0029/")
    request.resolver_match = ResolverMatch(len, (), {}, route="track/<name>/<tail>/")
    request.request_id = "req-12345678"  # type: ignore[attr-defined]  # the shape of our requests
    try:
        raise ValueError("broken")
    except ValueError:
        record = logging.LogRecord("django.request", 40, __file__, 1, "%s: %s", ("No", request.path), sys.exc_info())
    record.request, record.status_code = request, status
    assert RoutesOnly().filter(record) is kept
    if kept:
        line = json_formatter().format(record)
        assert json.loads(line)["event"] == "No: track/<name>/<tail>/"
        assert json.loads(line)["request_id"] == "req-12345678"
        assert "李禾" not in line
        assert ("exception" in json.loads(line)) is traced


def test_every_handler_passes_it(tmp_path: Path) -> None:
    made = configuration(Config(var=tmp_path, log_folder=tmp_path / "log"))
    assert {"stderr", "file"} == made["handlers"].keys()
    assert all(handler["filters"] == ["routes"] for handler in made["handlers"].values())
    assert made["filters"]["routes"]["()"] == f"{RoutesOnly.__module__}.{RoutesOnly.__name__}"


def test_a_traceback_is_scrubbed_too() -> None:
    try:
        raise ValueError("13812342671")
    except ValueError:
        record = logging.LogRecord("yimen.test", logging.ERROR, __file__, 1, "failed", (), sys.exc_info())
    line = json.loads(json_formatter().format(record))
    assert "ValueError: [手机号]" in line["exception"]
    assert "13812342671" not in json.dumps(line)


def test_a_long_log_is_put_aside_and_only_so_many_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("yimen.house.logs.LONGEST_FILE_BYTES", 10)
    for turn in range(8):
        (tmp_path / "web.log").write_text(f"turn {turn} of eight")
        (tmp_path / "worker.log").write_text("short")
        rotate(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == [*(f"web.log.{n}" for n in range(1, 6)), "worker.log"]
    assert (tmp_path / "web.log.1").read_text() == "turn 7 of eight"
