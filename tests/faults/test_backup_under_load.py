"""A backup made while people work is one consistent moment: what it restores is sound, and every file it names is there."""

from __future__ import annotations

import json
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.faults.loader import Loader
from tests.faults.test_killed_under_load import ask
from tests.installations import Installation, set_up, wait_until
from tests.launcher.test_serve import Serving
from yimen.house.launcher import serve_embedded


@pytest.fixture
def serving() -> Iterator[Serving]:
    """`yimen serve` on an installation of its own."""
    with set_up() as here:
        serving = Serving(here)
        try:
            wait_until(serving.answers, what="an answer")
            yield serving
        finally:
            serving.process.terminate()
            serving.process.wait(60)


def drawn(serving: Serving) -> int:
    """How many letters the worker has drawn and stored so far."""
    return sum(1 for path in (serving.installation.var / "files").glob("??/??/*"))


def counted(installation: Installation, statement: str, *values: Any) -> Any:
    with serve_embedded(installation.home) as database, psycopg.connect(database.owner_url) as connection:
        row = connection.execute(statement.encode(), values).fetchone()
    return row[0] if row else None


def test_it_restores_to_one_moment(serving: Serving, installation: Installation, tmp_path: Path) -> None:
    stage = ask(serving.installation, "build")
    loader = Loader(serving.port, stage["item"], tokens=stage["tokens"]).start()
    try:
        wait_until(lambda: len(loader.accepted) > 10 and drawn(serving) > 5, what="work and letters")
        unfinished = serving.installation.var / "files" / "new" / "half"
        unfinished.write_bytes(b"half a fi")
        before, letters = list(loader.accepted), drawn(serving)
        done = serving.installation.yimen("backup", str(tmp_path), "--json")
        assert done.returncode == 0, done.stderr
        wait_until(lambda: drawn(serving) > letters, what="more letters")
    finally:
        loader.stop()
    assert loader.strange == []
    made = json.loads(done.stdout)
    assert made["missing"] == 0
    assert made["files"] >= letters
    with tarfile.open(made["archive"]) as tar:
        assert not [name for name in tar.getnames() if "/new/" in name or name.endswith(".lock")]

    restored = installation.yimen("restore", made["archive"])

    assert restored.returncode == 0, restored.stderr
    verified = installation.yimen("verify-ledger", "--json")
    assert json.loads(verified.stdout)["sound"], verified.stdout
    kept = "select count(*) from matters_matter where code = any(%s) and state <> 'received'"
    assert counted(installation, kept, before) == len(before), "all that was acknowledged before it began"
    for (digest,) in digests(installation):
        name = digest.removeprefix("sm3:")
        assert (installation.var / "files" / name[:2] / name[2:4] / name).exists()
    doctor = installation.yimen("doctor", "--json")
    assert doctor.returncode == 0, doctor.stdout


def digests(installation: Installation) -> list[tuple[str]]:
    """What the restored database names."""
    with serve_embedded(installation.home) as database, psycopg.connect(database.owner_url) as connection:
        found = connection.execute("select distinct digest from documents_storedfile").fetchall()
    assert found
    return found
