"""`yimen import-items` as scripts call it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from yimen.service.catalogue.commands import import_items
from yimen.service.catalogue.models import ServiceItem
from yimen.service.catalogue.tests.conftest import CODES, row, table

pytestmark = pytest.mark.django_db


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Three rows, one of them bad."""
    path = tmp_path / "目录.csv"
    path.write_bytes(table(row(CODES[0]), row(CODES[1], "乙"), row("坏")))
    return path


def run(*arguments: object) -> Result:
    return CliRunner().invoke(import_items, [str(each) for each in arguments])


def test_counts_and_reasons(file: Path) -> None:
    done = run(file, "--json")
    said = json.loads(done.stdout)
    assert done.exit_code == 0, "rejected rows are no failure"
    assert {name: said[name] for name in ("rows", "new", "changed", "unchanged", "rejected")} == {
        "rows": 3, "new": 2, "changed": 0, "unchanged": 0, "rejected": 1,
    }  # fmt: skip
    assert said["rejects"][0]["line"] == 4
    assert "以外的字符" in said["rejects"][0]["reasons"][0]
    again = json.loads(run(file, "--json").stdout)
    assert (again["new"], again["unchanged"]) == (0, 2)


def test_a_dry_run_changes_nothing(file: Path) -> None:
    done = run(file, "--dry-run")
    assert "rows=3 new=2 changed=0 unchanged=0 rejected=1" in done.stdout
    assert "第 4 行" in done.stdout
    assert ServiceItem.objects.count() == 0


def test_publish_founds_departments_and_says_what_stays(file: Path) -> None:
    said = json.loads(run(file, "--publish", "--json").stdout)
    assert said["published"] == 2
    assert ServiceItem.objects.filter(current__isnull=False).count() == 2


@pytest.mark.parametrize("content", [b"", b"no table at all", b"a,b\n1,2"])
def test_an_unreadable_file_is_a_failure(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes(content)
    assert run(path).exit_code == 1
    assert run(tmp_path / "nowhere.csv", "--json").exit_code == 1
    assert json.loads(run(path, "--json").stdout)["refused"]["message"]
