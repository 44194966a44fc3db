"""Bytes on disk under their SM3 hash: `var/files/ab/cd/<hash>`. Written once, never changed, checked at every reading.

Bytes are stored before the row that names them is committed; where that transaction is rolled back they are left without
one. `sweep` takes such bytes away, a day later, and under a lock that no storing of the same bytes can slip past.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import io
import logging
import os
import re
import tempfile
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from django.conf import settings

from yimen.ground.kit import crypto
from yimen.ground.kit.refusals import Refusal

logger = logging.getLogger(__name__)

_CHUNK = 256 * 1024
_AT_ONCE = 1000
_DIGEST = re.compile(r"sm3:([0-9a-f]{64})")


class DamagedFile(Refusal):
    """The bytes on disk are gone or are not those that were stored."""

    status = 410
    code = "damaged_file"


class StoreFull(Refusal):
    """The disk of the file store is full, or nothing can be written to it."""

    status = 503
    code = "file_store_full"


def put(file: BinaryIO) -> tuple[str, int]:
    """Store the bytes from where `file` stands; returns (`sm3:<hex>`, size). Equal bytes are stored once.

    A reader sees the whole file or none: it is written beside, flushed to disk, then renamed. Raises `StoreFull`.
    """
    try:
        return _put(file)
    except ConnectionError:  # the sender is gone, not the disk
        raise
    except OSError as failure:
        logger.error("file store cannot be written: %s", failure)
        raise StoreFull(
            "文件没有存下：存放文件的磁盘已满或不能写入。您填写的内容还在。",
            next_step="请稍后再上传；急需办理的，请先在窗口交纸质件。系统管理员已能在日志里看到这件事。",
        ) from failure


def _put(file: BinaryIO) -> tuple[str, int]:
    root = _root()
    root.mkdir(parents=True, exist_ok=True, mode=0o700)
    waiting = root / "new"
    waiting.mkdir(exist_ok=True, mode=0o700)
    with tempfile.NamedTemporaryFile(dir=waiting, delete=False) as fresh:
        try:
            digest, size = _copy(file, fresh)
            fresh.flush()
            os.fsync(fresh.fileno())
            with _placing(fcntl.LOCK_SH):
                _move(Path(fresh.name), path_of(digest))
        except BaseException:
            Path(fresh.name).unlink(missing_ok=True)
            raise
    return digest, size


def get(digest: str) -> BinaryIO:
    """The bytes, checked against their hash; raises `DamagedFile`."""
    try:
        data = path_of(digest).read_bytes()
    except OSError:
        data = None
    if data is None or f"sm3:{crypto.sm3(data).hex()}" != digest:
        logger.error("stored file %s is %s", digest, "missing" if data is None else "changed")
        raise DamagedFile(
            "文件已损坏，打不开：存档内容与存入时不一致。", next_step="请联系系统管理员从备份中恢复该文件。"
        )
    return io.BytesIO(data)


def path_of(digest: str) -> Path:
    """Where the bytes with this hash lie; raises ValueError for what is no hash of ours."""
    found = _DIGEST.fullmatch(digest)
    if not found:
        raise ValueError(f"not a digest: {digest[:80]!r}")
    name = found[1]
    return _root() / name[:2] / name[2:4] / name


def all_digests() -> Iterator[str]:
    """The hash of every file on disk, for the comparison with the database."""
    for path in _root().glob("[0-9a-f][0-9a-f]/[0-9a-f][0-9a-f]/*"):
        yield f"sm3:{path.name}"


def sweep(older_than: datetime, unknown: Callable[[list[str]], set[str]]) -> int:
    """Remove bytes stored before `older_than` that no row names, and half-written files as old; returns how many.

    `unknown` says which of some digests no row names. It is asked once more under the lock: whoever stored the same
    bytes in between has either renewed their age, or waits and finds them gone and puts its own there.
    """
    limit, gone = older_than.timestamp(), 0
    for path in _root().glob("new/*"):
        gone += _remove_if_older(path, limit)
    old = [digest for digest in all_digests() if _is_older(path_of(digest), limit)]
    for first in range(0, len(old), _AT_ONCE):
        for digest in unknown(old[first : first + _AT_ONCE]):
            with _placing(fcntl.LOCK_EX):
                if unknown([digest]):
                    gone += _remove_if_older(path_of(digest), limit)
    return gone


def _is_older(path: Path, limit: float) -> bool:
    try:
        return path.stat().st_mtime < limit
    except FileNotFoundError:
        return False


def _remove_if_older(path: Path, limit: float) -> bool:
    if not _is_older(path, limit):
        return False
    path.unlink(missing_ok=True)
    return True


@contextlib.contextmanager
def _placing(kind: int) -> Iterator[None]:
    """Whoever puts bytes in their place shares this lock; the sweep holds it alone."""
    descriptor = os.open(_root() / "placing.lock", os.O_CREAT | os.O_RDWR, 0o600)
    try:
        fcntl.flock(descriptor, kind)
        yield
    finally:
        os.close(descriptor)


def _root() -> Path:
    return Path(settings.YIMEN_VAR) / "files"


def _copy(source: BinaryIO, target: BinaryIO | object) -> tuple[str, int]:
    hasher, size = hashlib.new("sm3"), 0
    while chunk := source.read(_CHUNK):
        hasher.update(chunk)
        size += len(chunk)
        target.write(chunk)  # type: ignore[union-attr]  # a named temporary file has no type of its own
    return f"sm3:{hasher.hexdigest()}", size


def _move(fresh: Path, place: Path) -> None:
    """Put the file in its place, unless the same bytes lie there already and are whole."""
    place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    fresh.chmod(0o400)
    if place.exists():
        with contextlib.suppress(DamagedFile):
            get(f"sm3:{place.name}")
            os.utime(place)  # they are wanted again: for the sweep they are new
            fresh.unlink()
            return
    fresh.replace(place)
    folder = os.open(place.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
