"""Backup and restore: database, files and, apart from both, the keys.

A backup is two archives. `yimen-….tar` holds the dump of the database, every stored file, and `manifest.json` with
size, SHA-256 and SM3 of each member, the number of rows of each table in the very snapshot that was dumped, and the
fingerprints of the keys. `yimen-…-keys.tar` holds the key ring; without it the sensitive fields cannot be read, so
whoever keeps both in one place keeps neither safe. A backup is read again and checked before it counts as made.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import IO, Any

import psycopg
from cryptography.hazmat.primitives import hashes
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from yimen.ground.kit.refusals import Refusal
from yimen.house.config import Config
from yimen.house.launcher import client_tool

FORMAT = 1
DUMP = "database.dump"
MANIFEST = "manifest.json"
CHUNK = 1 << 20
LIBPQ = {
    "host": "PGHOST",
    "port": "PGPORT",
    "user": "PGUSER",
    "password": "PGPASSWORD",
    "dbname": "PGDATABASE",
    "sslmode": "PGSSLMODE",
    "sslrootcert": "PGSSLROOTCERT",
}
"""Addresses go to the client programs by environment: on a command line every user of the machine could read them."""


class BackupRefusal(Refusal):
    """A backup cannot be made, or cannot be restored; nothing was changed."""

    code = "backup_refused"


@dataclass(frozen=True, slots=True)
class Made:
    """A backup that was written, read again and found whole."""

    archive: Path
    keys: Path
    files: int
    rows: int
    size: int
    missing: int
    """How many files the database names that the file store does not hold: lost before, and lost in this backup too."""


def make(config: Config, owner_url: str, folder: Path, at: datetime) -> Made:
    """Write both archives into `folder`, readable by their owner alone, and verify them.

    Raises `BackupRefusal` when the dump fails or what was written does not read back as it should.
    """
    folder.mkdir(parents=True, exist_ok=True)
    name = f"yimen-{at:%Y%m%d-%H%M%S}"
    archive, keys = folder / f"{name}.tar", folder / f"{name}-keys.tar"
    with tempfile.TemporaryDirectory(prefix="yimen-backup-", dir=folder) as scratch:
        dump = Path(scratch) / DUMP
        facts = _dump(owner_url, dump)
        named = set(facts.pop("digests"))
        manifest = {
            "format": FORMAT,
            "made_at": at.isoformat(),
            "yimen": version("yimen"),
            "keys": _fingerprints(config),
            **facts,
        }
        _write(archive, [(DUMP, dump), *_stored_files(config)], manifest)
        _write(keys, _key_files(config), {"format": FORMAT, "made_at": at.isoformat(), "keys": manifest["keys"]})
    checked = verify(archive)
    verify(keys)
    files = checked["members"].keys() - {DUMP}
    missing = named - {f"sm3:{name.rpartition('/')[2]}" for name in files}
    return Made(archive, keys, len(files), sum(checked["rows"].values()), archive.stat().st_size, len(missing))


def verify(archive: Path) -> dict[str, Any]:
    """Read the whole archive and compare every member with the manifest, which is returned. Raises `BackupRefusal`."""
    seen: dict[str, dict[str, object]] = {}
    manifest: dict[str, Any] | None = None
    try:
        with tarfile.open(archive) as tar:
            for member in tar:
                content = tar.extractfile(member)
                if content is None:
                    raise BackupRefusal(f"备份 {archive.name} 里有不应存在的内容：{member.name}")
                if member.name == MANIFEST:
                    manifest = json.load(content)
                else:
                    seen[member.name] = _digests(content)
    except (tarfile.TarError, OSError, ValueError) as broken:
        raise BackupRefusal(
            f"读不出备份文件 {archive}：{broken}", next_step="请换用另一份备份，或重新从备份介质复制一次。"
        ) from None
    if manifest is None or manifest.get("format") != FORMAT:
        raise BackupRefusal(f"{archive.name} 不是一门的备份，或由更新的版本制作。", next_step="请用制作它的版本恢复。")
    expected = manifest["members"]
    wrong = sorted(name for name in expected.keys() | seen.keys() if expected.get(name) != seen.get(name))
    if wrong:
        raise BackupRefusal(
            f"备份 {archive.name} 与清单不符，共 {len(wrong)} 项，例如 {wrong[0]}。没有动任何数据。",
            next_step="这份备份已损坏或被改动，请换用另一份。",
        )
    return manifest


def restore(
    config: Config,
    owner_url: str,
    archive: Path,
    keys: Path | None,
    *,
    replace: bool,
    known_migrations: set[str],
    at: datetime,
) -> int:
    """Bring database, files and keys back to what the archive holds; returns the number of rows.

    Everything is verified before anything is touched, and the database changes in one transaction. With `replace`,
    what was there is overwritten, except files and keys, which are put aside. Raises `BackupRefusal`.
    """
    keys = keys or archive.with_name(f"{archive.stem}-keys.tar")
    manifest = verify(archive)
    if not keys.exists():
        raise BackupRefusal(
            f"找不到密钥备份 {keys}，没有它就读不出证件号等加密字段。", next_step="请用 --keys 指明位置。"
        )
    if verify(keys)["keys"] != manifest["keys"]:
        raise BackupRefusal("密钥备份与数据备份不是同一次制作的。", next_step="请用 --keys 指明与它同名的那一份。")
    if unknown := sorted(set(manifest["migrations"]) - known_migrations):
        raise BackupRefusal(
            f"备份由更新的版本（{manifest['yimen']}）制作，这个版本没有它的结构：{unknown[0]}。",
            next_step="请先升级一门，再恢复。",
        )
    _expect_room(owner_url, replace=replace)
    with tempfile.TemporaryDirectory(prefix="yimen-restore-", dir=config.var) as scratch:
        unpacked = Path(scratch)
        _unpack(archive, unpacked, manifest)
        _unpack(keys, unpacked / "ring", verify(keys))
        _load(owner_url, unpacked / DUMP)
        rows = _compare_rows(owner_url, manifest["rows"])
        _swap(unpacked / "files", config.var / "files", at)
        _swap(unpacked / "ring" / "keys", config.var / "keys", at)
    return rows


def _dump(owner_url: str, target: Path) -> dict[str, Any]:
    """Dump in one snapshot, in which the rows are counted too."""
    with psycopg.connect(owner_url) as connection:
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        row = connection.execute(
            "select pg_export_snapshot(), to_regclass('public.matters_ledgerhead') is null"
        ).fetchone()
        if row is None or row[1]:
            raise BackupRefusal("数据库还是空的，没有可备份的内容。", next_step="请先运行 yimen setup。")
        major = connection.info.server_version // 10000
        command = [client_tool("pg_dump", major), "-Fc", "--no-owner", "--no-privileges", f"--snapshot={row[0]}"]
        _run([*command, "-f", str(target)], owner_url, "备份数据库")
        head = connection.execute("select installation::text, synthetic from matters_ledgerhead").fetchone() or (
            "",
            False,
        )
        return {
            "server": connection.info.server_version,
            "installation": head[0],
            "synthetic": head[1],
            "migrations": [
                name for (name,) in connection.execute("select app || '.' || name from django_migrations order by 1")
            ],
            "rows": _count_rows(connection),
            "digests": [digest for (digest,) in connection.execute("select distinct digest from documents_storedfile")],
        }


def _count_rows(connection: psycopg.Connection[Any]) -> dict[str, int]:
    counts = {}
    tables = connection.execute("select tablename from pg_tables where schemaname = 'public' order by 1").fetchall()
    for (table,) in tables:
        query = sql.SQL("select count(*) from {}").format(sql.Identifier("public", table))
        row = connection.execute(query).fetchone()
        counts[table] = row[0] if row else 0
    return counts


def _compare_rows(owner_url: str, expected: dict[str, int]) -> int:
    with psycopg.connect(owner_url) as connection:
        found = _count_rows(connection)
    wrong = [table for table in expected.keys() | found.keys() if expected.get(table) != found.get(table)]
    if wrong:
        raise BackupRefusal(
            f"恢复后的数据与清单不符：{'、'.join(sorted(wrong))}。", next_step="请换用另一份备份再恢复一次。"
        )
    return sum(found.values())


def _expect_room(owner_url: str, *, replace: bool) -> None:
    """Nobody else is connected; and there is nothing yet, or it may be replaced."""
    with psycopg.connect(owner_url) as connection:
        others, tables = connection.execute(
            """select (select count(*) from pg_stat_activity
                        where datname = current_database() and pid <> pg_backend_pid() and backend_type = 'client backend'),
                      (select count(*) from pg_tables where schemaname = 'public')"""
        ).fetchone() or (0, 0)
    if others:
        raise BackupRefusal(f"有 {others} 个连接正在使用数据库。", next_step="请先停止一门（网站和后台任务），再恢复。")
    if tables and not replace:
        raise BackupRefusal(
            "数据库里已有数据，没有动它。", next_step="确要用备份覆盖，请加 --replace；建议先运行 yimen backup。"
        )


def _load(owner_url: str, dump: Path) -> None:
    """The old tables go and the new ones come in one transaction: a failure leaves everything as it was."""
    with psycopg.connect(owner_url) as connection:
        major = connection.info.server_version // 10000
    script = dump.with_suffix(".sql")
    command = [client_tool("pg_restore", major), "--no-owner", "--no-privileges", "-f", str(script), str(dump)]
    _run(command, owner_url, "读取备份")
    clear = "drop schema public cascade; create schema public authorization pg_database_owner; " + (
        "grant usage on schema public to public"
    )
    psql = [client_tool("psql", major), "-X", "-q", "-o", os.devnull, "-v", "ON_ERROR_STOP=1", "--single-transaction"]
    _run([*psql, "-c", "set client_min_messages = warning", "-c", clear, "-f", str(script)], owner_url, "恢复数据库")
    script.unlink()


def _run(command: list[str], url: str, doing: str) -> None:
    address = {LIBPQ[key]: str(value) for key, value in conninfo_to_dict(url).items() if key in LIBPQ}
    done = subprocess.run(
        command, env={**os.environ, **address}, capture_output=True, text=True, errors="replace", check=False
    )
    if done.returncode and "max_locks_per_transaction" in done.stderr:
        raise BackupRefusal(
            f"{doing}没有成功：数据库一次能锁住的对象不够，原有数据没有动。",
            next_step="请把数据库的 max_locks_per_transaction 调到 256，重启数据库后再恢复。",
        )
    if done.returncode:
        why = [line for line in done.stderr.strip().splitlines() if "DETAIL" not in line][-1:] or ["没有说明"]
        raise BackupRefusal(f"{doing}没有成功：{why[0]}", next_step="请检查磁盘空间和数据库权限，再试一次。")


def _stored_files(config: Config) -> list[tuple[str, Path]]:
    """What lies under its hash; read after the dump, so that whatever the dump names is among it. `new/` is unfinished."""
    root = config.var / "files"
    found = sorted(path for path in root.glob("*/**/*") if path.is_file())
    return [(f"files/{path.relative_to(root)}", path) for path in found if path.relative_to(root).parts[0] != "new"]


def _key_files(config: Config) -> list[tuple[str, Path]]:
    root = config.var / "keys"
    return [
        (f"keys/{path.relative_to(root)}", path)
        for path in sorted(root.rglob("*"))
        if path.is_file() and path.suffix not in (".lock", ".new")
    ]


def _fingerprints(config: Config) -> dict[str, str]:
    from yimen.ground.kit.keyring import KeyRing

    return KeyRing(config.var / "keys").fingerprints()


def _write(archive: Path, members: list[tuple[str, Path]], manifest: dict[str, Any]) -> None:
    """Beside its name first, then renamed: there is never half an archive. A file that vanishes meanwhile is left out."""
    digests: dict[str, dict[str, object]] = {}
    with _private(archive) as out, tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for name, path in members:
            try:
                content = path.open("rb")
            except FileNotFoundError:
                continue
            with content:
                digests[name] = _digests(content)
                content.seek(0)
                entry = tarfile.TarInfo(name)
                entry.size = int(str(digests[name]["size"]))
                entry.mode = 0o600
                tar.addfile(entry, content)
        text = json.dumps({**manifest, "members": digests}, ensure_ascii=False, indent=1).encode()
        entry = tarfile.TarInfo(MANIFEST)
        entry.size, entry.mode = len(text), 0o600
        tar.addfile(entry, io.BytesIO(text))


@contextmanager
def _private(archive: Path) -> Iterator[IO[bytes]]:
    fresh = archive.with_suffix(".part")
    descriptor = os.open(fresh, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as out:
            yield out
            out.flush()
            os.fsync(out.fileno())
        fresh.replace(archive)
    finally:
        fresh.unlink(missing_ok=True)


def _digests(content: IO[bytes]) -> dict[str, object]:
    size, sha256, sm3 = 0, hashlib.sha256(), hashes.Hash(hashes.SM3())
    while chunk := content.read(CHUNK):
        size += len(chunk)
        sha256.update(chunk)
        sm3.update(chunk)
    return {"size": size, "sha256": sha256.hexdigest(), "sm3": sm3.finalize().hex()}


def _unpack(archive: Path, target: Path, manifest: dict[str, Any]) -> None:
    """Only regular files that the manifest names, and never outside `target` (Debian 12's Python has no tar filters)."""
    with tarfile.open(archive) as tar:
        for member in tar:
            content = tar.extractfile(member) if member.isreg() and member.name in manifest["members"] else None
            if content is None:
                continue
            path = Path(os.path.normpath(target / member.name))
            if target not in path.parents:
                raise BackupRefusal(f"备份 {archive.name} 里有不应存在的内容：{member.name}")
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("wb") as out:
                shutil.copyfileobj(content, out, CHUNK)


def _swap(fresh: Path, place: Path, at: datetime) -> None:
    """The restored folder takes the place; what was there is kept beside it, for a person to remove."""
    if place.exists() and any(place.iterdir()):
        place.rename(place.with_name(f"{place.name}.before-{at:%Y%m%d-%H%M%S}"))
    elif place.exists():
        place.rmdir()
    if fresh.exists():
        for path in (fresh, *fresh.rglob("*")):
            path.chmod(0o700 if path.is_dir() else 0o600)
        shutil.move(fresh, place)
