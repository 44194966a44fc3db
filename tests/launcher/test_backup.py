"""The restore drill: what was backed up comes back whole, or nothing is touched."""

from __future__ import annotations

import json
import os
import shutil
import stat
import tarfile
from pathlib import Path

import psycopg
import pytest

from tests.installations import Installation
from yimen.house.launcher import serve_embedded

WORD = "䶮𠮷 '\\ \t换行"


def put(installation: Installation, word: str) -> None:
    with serve_embedded(installation.home) as database, psycopg.connect(database.owner_url) as connection:
        connection.execute("delete from kit_serial where series = 'drill'")
        connection.execute("insert into kit_serial (series, last) values ('drill', 41)")
        connection.execute("create table if not exists drill (word text)")
        connection.execute("delete from drill")
        connection.execute("insert into drill values (%s)", [word])


def word_of(installation: Installation) -> str:
    with serve_embedded(installation.home) as database, psycopg.connect(database.owner_url) as connection:
        row = connection.execute("select word from drill").fetchone()
    return row[0] if row else ""


def make(installation: Installation, folder: Path) -> tuple[Path, Path]:
    done = installation.yimen("backup", str(folder), "--json")
    assert done.returncode == 0, done.stderr
    made = json.loads(done.stdout)
    return Path(made["archive"]), Path(made["keys"])


def test_the_drill(prepared: Installation, installation: Installation, tmp_path: Path) -> None:
    put(prepared, WORD)
    stored = prepared.var / "files" / "ab" / "abcdef"
    stored.parent.mkdir(parents=True, exist_ok=True)
    stored.write_bytes(os.urandom(3_000_000))
    archive, keys = make(prepared, tmp_path)
    assert stat.S_IMODE(archive.stat().st_mode) == stat.S_IMODE(keys.stat().st_mode) == 0o600

    done = installation.yimen("restore", str(archive))

    assert done.returncode == 0, done.stderr
    assert word_of(installation) == WORD
    assert (installation.var / "files" / "ab" / "abcdef").read_bytes() == stored.read_bytes()
    assert (installation.var / "keys" / "secret_key").read_bytes() == (
        prepared.var / "keys" / "secret_key"
    ).read_bytes()
    assert installation.yimen("doctor").returncode == 0
    with serve_embedded(installation.home) as database, psycopg.connect(database.url, autocommit=True) as connection:
        assert connection.execute("select last from kit_serial where series = 'drill'").fetchone() == (41,)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("delete from matters_step")
    again = installation.yimen("backup", str(tmp_path / "again"))
    assert again.returncode == 0, "a restored installation can be backed up"


def test_data_that_is_there_is_not_overwritten_unless_told(prepared: Installation, tmp_path: Path) -> None:
    put(prepared, "before")
    archive, _ = make(prepared, tmp_path)
    put(prepared, "after")
    refused = prepared.yimen("restore", str(archive))
    assert refused.returncode == 1
    assert "--replace" in refused.stderr
    assert word_of(prepared) == "after"
    assert prepared.yimen("restore", str(archive), "--replace").returncode == 0
    assert word_of(prepared) == "before"
    assert list(prepared.var.glob("keys.before-*")), "what was there is put aside"


def test_nothing_is_touched_while_somebody_is_connected(prepared: Installation, tmp_path: Path) -> None:
    put(prepared, "before")
    archive, _ = make(prepared, tmp_path)
    with serve_embedded(prepared.home) as database, psycopg.connect(database.url):
        refused = prepared.yimen("restore", str(archive), "--replace")
    assert refused.returncode == 1
    assert "停止" in refused.stderr


@pytest.fixture(scope="module")
def whole(prepared: Installation, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """One backup, for all tests that spoil a copy of it."""
    put(prepared, "before")
    return make(prepared, tmp_path_factory.mktemp("whole"))


@pytest.mark.parametrize("fault", ["one byte", "cut short", "other keys", "no keys", "an extra member"])
def test_a_backup_that_is_not_whole_changes_nothing(
    prepared: Installation, whole: tuple[Path, Path], tmp_path: Path, fault: str
) -> None:
    archive, keys = (Path(shutil.copy(each, tmp_path)) for each in whole)
    put(prepared, "after")
    content = bytearray(archive.read_bytes())
    match fault:
        case "one byte":
            content[2000] ^= 1
            archive.write_bytes(content)
        case "cut short":
            archive.write_bytes(content[:3000])
        case "other keys":
            other = tmp_path / "other"
            with tarfile.open(keys) as tar:
                tar.extractall(other)  # noqa: S202 (our own archive)
            manifest = json.loads((other / "manifest.json").read_text())
            (other / "manifest.json").write_text(json.dumps({**manifest, "keys": {"field:1": "0" * 16}}))
            with tarfile.open(keys, "w") as tar:
                for path in sorted(other.rglob("*")):
                    if path.is_file():
                        tar.add(path, str(path.relative_to(other)))
        case "no keys":
            keys.unlink()
        case "an extra member":
            with tarfile.open(archive, "a") as tar:
                tar.add(keys, "files/../../evil")
    refused = prepared.yimen("restore", str(archive), "--replace")
    assert refused.returncode == 1
    assert refused.stderr.strip()
    assert "Traceback" not in refused.stderr
    assert word_of(prepared) == "after"
    assert not (prepared.var.parent / "evil").exists()


def test_a_backup_of_a_newer_version_is_refused(prepared: Installation, tmp_path: Path) -> None:
    put(prepared, "before")
    with serve_embedded(prepared.home) as database, psycopg.connect(database.owner_url, autocommit=True) as connection:
        connection.execute("insert into django_migrations (app, name, applied) values ('kit', '9999_later', now())")
        archive, _ = make(prepared, tmp_path)
        connection.execute("delete from django_migrations where name = '9999_later'")
    refused = prepared.yimen("restore", str(archive), "--replace")
    assert refused.returncode == 1
    assert "更新的版本" in refused.stderr
