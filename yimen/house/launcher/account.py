"""Under which OS account the server runs. PostgreSQL refuses root; an account is used, never created."""

from __future__ import annotations

import os
import pwd
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from yimen.house.launcher.refusals import LauncherRefusal

UNPRIVILEGED = ("postgres", "nobody")


@dataclass(frozen=True, slots=True)
class Account:
    """The OS account of the server; `switch` is whether we have to change to it (we are root)."""

    name: str
    uid: int
    gid: int
    switch: bool

    def run(self, command: Sequence[str], *, timeout: float = 180) -> subprocess.CompletedProcess[str]:
        """Run a program as this account, with a clean environment, in a folder that everybody can enter."""
        environment = {"PATH": "/usr/local/bin:/usr/bin:/bin", "LC_ALL": "C.UTF-8", "LANG": "C.UTF-8"}
        return subprocess.run(
            list(command),
            capture_output=True,
            text=True,
            errors="replace",
            timeout=timeout,
            cwd="/",
            env=environment,
            stdin=subprocess.DEVNULL,
            check=False,
            user=self.uid if self.switch else None,
            group=self.gid if self.switch else None,
            extra_groups=[] if self.switch else None,
        )

    def reaches(self, path: Path) -> bool:
        """Whether this account can enter that folder, or run that program, through all of its parents."""
        return self.run(["/bin/sh", "-c", 'test -x "$1"', "sh", str(path)]).returncode == 0

    def give(self, path: Path) -> None:
        """Make a folder or file that *we made* this account's own."""
        if self.switch:
            os.chown(path, self.uid, self.gid)


def server_account(data: Path) -> Account:
    """Who runs the server for this data: ourselves; or, for root, the data's owner, else `postgres`, else `nobody`.

    Raises `LauncherRefusal` where the data belongs to another person, or root has no account to use.
    """
    owner = data.stat().st_uid if data.exists() else None
    me = os.geteuid()
    if me != 0:
        if owner is not None and owner != me:
            raise LauncherRefusal(
                f"数据目录 {data} 属于账号 {_name(owner)}，当前账号 {_name(me)} 不能使用。",
                next_step=f"请换成 {_name(owner)}（或 root）启动，或设 YIMEN_VAR 指向自己的目录。",
            )
        if not _has_name(me):  # initdb asks for it and gives up
            raise LauncherRefusal(
                f"当前的用户编号 {me} 在本机没有账号名，PostgreSQL 不能用它运行。",
                next_step="请用有账号名的用户启动（容器里可在 /etc/passwd 加一行），或设 DATABASE_URL 使用已有的数据库。",
            )
        return Account(_name(me), me, os.getegid(), switch=False)
    if owner:
        return _account(pwd.getpwuid(owner))
    for name in UNPRIVILEGED:
        try:
            return _account(pwd.getpwnam(name))
        except KeyError:
            continue
    raise LauncherRefusal(
        "PostgreSQL 不能用 root 运行，而本机没有 postgres 或 nobody 账号可用。一门不会自行建立账号。",
        next_step="请用普通用户启动，或先建立 postgres 账号。",
    )


def _account(entry: pwd.struct_passwd) -> Account:
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid, switch=True)


def _has_name(uid: int) -> bool:
    return _name(uid) != str(uid)


def _name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)
