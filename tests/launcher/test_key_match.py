"""Keys that are not those of the database: nobody serves with them, and the doctor says what to do."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.faults.test_killed_under_load import ask
from tests.installations import ROOT, Installation, set_up
from tests.launcher.test_doctor import findings

SUBJECT = "密钥与数据库"


@pytest.fixture(scope="module")
def peopled() -> Iterator[Installation]:
    """An installation with people in it, so that something is closed with its keys."""
    with set_up() as here:
        ask(here, "build")
        yield here


@contextmanager
def other_keys(installation: Installation, fault: str) -> Iterator[None]:
    """Lose the ring, or put another installation's in its place; the right one is back afterwards."""
    ring, kept = installation.var / "keys" / "ring.json", installation.var / "kept.json"
    shutil.copy2(ring, kept)
    content = json.loads(ring.read_text())
    match fault:
        case "lost":
            ring.unlink()
        case "foreign":
            for key in content["keys"]:
                if key["kind"] == "sm4":
                    key["secret"] = "00" * (len(key["secret"]) // 2)
            ring.write_text(json.dumps(content))
        case "older":
            content["keys"] = [key for key in content["keys"] if key["purpose"] != "index"]
            ring.write_text(json.dumps(content))
    try:
        yield
    finally:
        kept.replace(ring)


def test_the_right_keys_are_said_to_fit(peopled: Installation) -> None:
    code, found = findings(peopled)
    assert code == 0, found
    assert found[SUBJECT]["verdict"] == "well"


@pytest.mark.parametrize(("fault", "said"), [("lost", "打不开"), ("foreign", "打不开"), ("older", "index:1")])
def test_the_doctor_names_what_does_not_fit(peopled: Installation, fault: str, said: str) -> None:
    with other_keys(peopled, fault):
        code, found = findings(peopled)
    assert code == 1
    assert found[SUBJECT]["verdict"] == "bad"
    assert said in found[SUBJECT]["found"]
    assert "密钥备份" in found[SUBJECT]["mend"]


@pytest.mark.parametrize("fault", ["lost", "foreign"])
@pytest.mark.parametrize("verb", ["setup", "worker"])
def test_nobody_begins_with_other_keys_and_none_are_made(peopled: Installation, fault: str, verb: str) -> None:
    with other_keys(peopled, fault):
        before = (peopled.var / "keys" / "ring.json").exists()
        done = peopled.yimen(verb, *(["--no-demo"] if verb == "setup" else []))
        assert (peopled.var / "keys" / "ring.json").exists() == before
    assert done.returncode == 1
    assert "密钥与数据库不是一对" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_site_with_other_keys_is_not_ready(peopled: Installation) -> None:
    script = (
        "import json; from yimen.house.cli.database import provide\n"
        "with provide():\n"
        "    from django.test import Client\n"
        "    print(json.dumps(Client(HTTP_HOST='localhost').get('/readyz').json()))\n"
    )

    def readyz() -> dict[str, dict[str, bool]]:
        done = subprocess.run(
            [sys.executable, "-c", script],
            env=peopled.environment(),
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        )
        return json.loads(done.stdout.splitlines()[-1])  # type: ignore[no-any-return]

    assert readyz()["ready"]
    with other_keys(peopled, "foreign"):
        assert readyz() == {"ready": False, "parts": {"database": True, "keys": False, "files": True}}
