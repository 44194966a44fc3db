"""The restore drill: one command backs up, restores elsewhere, verifies, signs in and opens a letter; what fails is said."""

from __future__ import annotations

import json

import pytest

from tests.installations import Installation

STEPS = ["备份", "恢复", "核验账本", "选一份文书", "登录", "打开文书"]


def drilled(installation: Installation, *words: str) -> dict[str, object]:
    done = installation.yimen("restore-drill", *words, "--json")
    found = json.loads(done.stdout)
    assert isinstance(found, dict)
    return found


@pytest.mark.long
@pytest.mark.timeout(900)
def test_a_trial_comes_back_from_its_backup_elsewhere_and_in_place(installation: Installation) -> None:
    assert installation.yimen("setup").returncode == 0
    elsewhere = drilled(installation)
    assert elsewhere["passed"], elsewhere
    assert [step["name"] for step in elsewhere["steps"]] == STEPS  # type: ignore[attr-defined]
    assert not list(installation.var.glob("drill-*"))
    in_place = drilled(installation, "--in-place")
    assert in_place["passed"], in_place
    assert "销毁" in [step["name"] for step in in_place["steps"]]  # type: ignore[attr-defined]
    log = (installation.var / "drills.jsonl").read_text("utf-8").splitlines()
    assert [json.loads(line)["passed"] for line in log] == [True, True]


def test_a_broken_backup_fails_the_drill_and_is_written_down(prepared: Installation) -> None:
    broken = prepared.var / "broken.tar"
    broken.write_bytes(b"not a backup")
    done = prepared.yimen("restore-drill", str(broken), "--json")
    assert done.returncode == 1
    found = json.loads(done.stdout)
    assert not found["passed"]
    assert "读不出备份文件" in found["failure"]
    assert json.loads((prepared.var / "drills.jsonl").read_text("utf-8").splitlines()[-1])["passed"] is False


def test_a_real_database_is_never_destroyed(prepared: Installation) -> None:
    done = prepared.yimen("restore-drill", "--in-place", DATABASE_URL="postgresql://nobody@127.0.0.1:1/none")
    assert done.returncode == 1
    assert "没有动任何数据" in done.stderr
