"""Two file locks in the cluster's home, both given back by the kernel when their holder dies, however it dies.

`start.lock` is held, exclusively, while somebody starts or stops the server. `users.lock` is held, shared, for as long
as a process uses it: who can take it exclusively at the end is the last one, and stops the server. No lists of pids,
which a kill -9 would leave wrong for ever.
"""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from yimen.house.launcher.refusals import LauncherRefusal

START_WAIT_SECONDS = 300


@contextmanager
def starting(home: Path) -> Iterator[None]:
    """Only one at a time starts or stops the server of this home; the others wait here."""
    descriptor = _open(home / "start.lock")
    try:
        deadline = time.monotonic() + START_WAIT_SECONDS
        while not _try(descriptor, fcntl.LOCK_EX):
            if time.monotonic() > deadline:
                raise LauncherRefusal(
                    "另一个一门进程正在启动或停止数据库，等了 5 分钟仍未完成。",
                    next_step="请查看那个进程是否停住了；必要时结束它，然后重试。",
                )
            time.sleep(0.05)
        yield
    finally:
        os.close(descriptor)


def use(home: Path) -> int:
    """Count this process among the users; returns the descriptor to close when done."""
    descriptor = _open(home / "users.lock")
    fcntl.flock(descriptor, fcntl.LOCK_SH)
    return descriptor


def leave(descriptor: int) -> None:
    """Stop counting. Closed, not unlocked: a child made by fork shares the lock and may still need it."""
    os.close(descriptor)


def nobody_left(home: Path) -> bool:
    """Whether no process uses the server any more. Ask under `starting`."""
    descriptor = _open(home / "users.lock")
    try:
        return _try(descriptor, fcntl.LOCK_EX)
    finally:
        os.close(descriptor)


def _open(path: Path) -> int:
    try:
        return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    except PermissionError:
        raise LauncherRefusal(
            f"没有权限使用 {path.parent}：它属于另一个账号。",
            next_step="请换成原来的账号（或 root）启动，或设 YIMEN_VAR 指向自己的目录。",
        ) from None


def _try(descriptor: int, kind: int) -> bool:
    try:
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
