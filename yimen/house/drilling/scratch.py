"""The copy: a database of its own on the same server, made from a source that goes on working, and marked as made up for good.

`CREATE DATABASE … TEMPLATE` would need a source to which nobody is connected; so three streams of one snapshot are piped from
`pg_dump` to `psql`, and nothing of it ever lies in a file. Between the rows and their triggers the copy gets its mark: production
never opens it, and only there may a step bring its own time.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from yimen.ground.kit.refusals import Refusal
from yimen.house.backup import LIBPQ
from yimen.house.launcher import client_tool

PREFIX = "yimen_drill_"
LEFT_OUT = ("public.kit_outboxevent", "public.kit_delivery", "public.procrastinate_*")
"""Rows that stay behind: news and jobs of the source, which are done there."""
LOOK_SECONDS = 1.0
SECTIONS = ("pre-data", "data", "post-data")


class NoScratch(Refusal):
    """The copy cannot be made; the source was only read."""

    code = "drill_no_scratch"


def url_of(source: str, name: str) -> str:
    """The address of another database on the same server."""
    parts = urlsplit(source)
    return f"{parts.scheme}://{parts.netloc}/{name}" + (f"?{parts.query}" if parts.query else "")


def demand_room(source: str) -> None:
    """Raise `NoScratch` unless the role may make a database, and the programs that copy it are there."""
    with psycopg.connect(source) as connection:
        row = connection.execute(
            "select current_user, (select rolcreatedb or rolsuper from pg_roles where rolname = current_user),"
            " to_regclass('public.matters_ledgerhead') is not null"
        ).fetchone()
        major = connection.info.server_version // 10000
    role, may, prepared = row or ("", False, False)
    if not prepared:
        raise NoScratch("数据库还是空的，没有可演练的内容。", next_step="请先运行 yimen setup。")
    if not may:
        raise NoScratch(
            f"数据库角色 {role} 不能新建数据库，演练要在一份副本里进行，没有动任何数据。",
            next_step=f"请数据库管理员执行 ALTER ROLE {role} CREATEDB，或设 DATABASE_OWNER_URL 为可以新建数据库的角色后再运行。",
        )
    for tool in ("pg_dump", "psql"):
        client_tool(tool, major)


def make(source: str, name: str, run: str, say: Callable[[str], None], look: Callable[[], None] = lambda: None) -> None:
    """Make the copy `name` of the source as it stands at this moment. Raises `NoScratch`.

    `look` is called every second; what it raises ends the copying, and is raised here.
    """
    _create(source, name, run)
    target = url_of(source, name)
    with psycopg.connect(source) as exporter:
        exporter.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        row = exporter.execute("select pg_export_snapshot()").fetchone()
        major = exporter.info.server_version // 10000
        snapshot = row[0] if row else ""
        for section, said in zip(SECTIONS, ("正在复制结构", "正在复制数据", "正在建立索引"), strict=True):
            say(said)
            _pipe(source, target, major, snapshot, section, look)
            if section == "data":
                _mark(target)
    with psycopg.connect(target, autocommit=True) as connection:
        connection.execute("analyze")


def _create(source: str, name: str, run: str) -> None:
    with psycopg.connect(source, autocommit=True) as connection:
        row = connection.execute(
            "select datcollate, datctype, datlocprovider::text from pg_database where datname = current_database()"
        ).fetchone()
        collate, ctype, provider = row or ("C.UTF-8", "C.UTF-8", "c")
        locale = (
            sql.SQL(" lc_collate {} lc_ctype {}").format(sql.Literal(collate), sql.Literal(ctype))
            if provider == "c"
            else sql.SQL("")
        )
        made = sql.SQL("create database {} template template0 encoding 'UTF8'").format(sql.Identifier(name)) + locale
        try:
            connection.execute(made)
        except psycopg.Error as refused:
            why = str(refused).strip().splitlines()[0]
            raise NoScratch(f"不能新建演练用的数据库：{why}", next_step="请检查数据库的权限和磁盘空间。") from None
        connection.execute(
            sql.SQL("comment on database {} is {}").format(
                sql.Identifier(name), sql.Literal(f"{_ours(connection)}{run}")
            )
        )
        # What is thrown away need not survive a power cut.
        connection.execute(sql.SQL("alter database {} set synchronous_commit = off").format(sql.Identifier(name)))


def _pipe(
    source: str, target: str, major: int, snapshot: str, section: str, look: Callable[[], None] = lambda: None
) -> None:
    dumping = [
        client_tool("pg_dump", major), "--no-owner", "--no-privileges", f"--snapshot={snapshot}", f"--section={section}",
        *(f"--exclude-table-data={table}" for table in LEFT_OUT),
    ]  # fmt: skip
    loading = [
        client_tool("psql", major),
        "-X",
        "-q",
        "-o",
        os.devnull,
        "-v",
        "ON_ERROR_STOP=1",
        "--single-transaction",
    ]
    with (
        subprocess.Popen(dumping, env=_environment(source), stdout=subprocess.PIPE, stderr=subprocess.PIPE) as dump,
        subprocess.Popen(
            loading, env=_environment(target), stdin=dump.stdout, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
        ) as load,
    ):
        if dump.stdout is not None:
            dump.stdout.close()  # the loader's alone, so that the dump notices when it ends
        said = _waited(dump, load, look).decode("utf-8", "replace").strip().splitlines()
        said += (dump.stderr.read() if dump.stderr else b"").decode("utf-8", "replace").strip().splitlines()
        if load.returncode or dump.wait():
            why = next((line for line in said if "ERROR" in line or "error" in line), said[-1] if said else "没有说明")
            raise NoScratch(f"复制数据库没有成功：{why[:300]}", next_step="请检查磁盘空间和数据库权限，再试一次。")


def _waited(dump: subprocess.Popen[bytes], load: subprocess.Popen[bytes], look: Callable[[], None]) -> bytes:
    """What the loader complains of once it is done; both ends are killed where `look` raises."""
    while True:
        try:
            return load.communicate(timeout=LOOK_SECONDS)[1]
        except subprocess.TimeoutExpired:
            try:
                look()
            except BaseException:
                load.kill()
                dump.kill()
                raise


def _mark(target: str) -> None:
    """Before its triggers stand: from here on the copy is made up, for good, and another ledger than the source's."""
    with psycopg.connect(target) as connection:
        connection.execute("update matters_ledgerhead set synthetic = true, installation = gen_random_uuid()")


def drop(source: str, name: str) -> None:
    """The copy goes; nothing happens where it is gone already. Only what bears our name and our comment is ever dropped."""
    with psycopg.connect(source, autocommit=True) as connection:
        row = connection.execute(
            "select shobj_description(oid, 'pg_database') from pg_database where datname = %s", [name]
        ).fetchone()
        if row is None or not name.startswith(PREFIX) or not (row[0] or "").startswith(_ours(connection)):
            return
        connection.execute(sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(name)))


def left(source: str) -> dict[str, str]:
    """The copies of this installation on the server by name, each with the run it was made for."""
    with psycopg.connect(source) as connection:
        ours = _ours(connection)
        rows = connection.execute(
            "select datname, coalesce(shobj_description(oid, 'pg_database'), '') from pg_database where datname like %s",
            [PREFIX.replace("_", r"\_") + "%"],
        ).fetchall()
    return {name: said.removeprefix(ours) for name, said in rows if said.startswith(ours)}


def _ours(connection: psycopg.Connection[Any]) -> str:
    """How the comment of a copy of this very installation begins: another one on the same server has copies of its own."""
    row = connection.execute("select installation::text from matters_ledgerhead").fetchone()
    return f"yimen drill {row[0] if row else ''} "


def furnish(place: Path, keys: Path) -> None:
    """A folder of its own for the drill's files, with a copy of the key ring: what is closed in the rows must be opened."""
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True, mode=0o700)
    if keys.exists():
        shutil.copytree(keys, place / "keys")


def _environment(url: str) -> dict[str, str]:
    address = {LIBPQ[key]: str(value) for key, value in conninfo_to_dict(url).items() if key in LIBPQ}
    return {**os.environ, **address}
