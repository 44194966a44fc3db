"""The quick way through the migrations ends with the same database as Django's own."""

from __future__ import annotations

import os
import re
import subprocess
import sys

import pytest

from tests.installations import ROOT
from yimen.house.launcher import client_tool, throw_away

HOW = {
    "ours": "call_command('migrate', verbosity=0)",
    "Django's": "from django.core.management.commands.migrate import Command; call_command(Command(), verbosity=0)",
}
RANDOM = re.compile(
    r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d[.\d]*\+\d\d|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
)


def _migrated(how: str) -> list[str]:
    """The dump of a database of its own, without moments and random numbers."""
    with throw_away() as database:
        environment = {**os.environ, "DATABASE_URL": database.owner_url, "DATABASE_OWNER_URL": database.owner_url}
        environment["DJANGO_SETTINGS_MODULE"] = "yimen.house.settings"
        code = f"import django; django.setup(); from django.core.management import call_command; {how}"
        subprocess.run([sys.executable, "-W", "ignore", "-c", code], env=environment, cwd=ROOT, check=True, timeout=900)
        dump = [client_tool("pg_dump", 18), "--restrict-key=same", "--no-owner", database.owner_url]
        said = subprocess.run(dump, env=environment, capture_output=True, text=True, check=True, timeout=120).stdout
    return RANDOM.sub("", said).splitlines()


@pytest.mark.long
@pytest.mark.timeout(1200)
def test_the_tables_are_those_of_djangos_own_way() -> None:
    ours, usual = (_migrated(HOW[name]) for name in ("ours", "Django's"))
    assert len(ours) > 10_000
    assert ours == usual
