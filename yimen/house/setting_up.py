"""What has to be done before Yimen can serve: tables, rights, static files, the demo. All of it can be repeated."""

from __future__ import annotations

import hashlib
import importlib
import shutil
from collections.abc import Callable
from pathlib import Path

from yimen.ground.kit.refusals import Refusal
from yimen.house.config import ROOT, Config
from yimen.house.launcher import discard_embedded


def prepare(config: Config, *, demo: bool, say: Callable[[str], None] = lambda line: None) -> dict[str, object]:
    """Everything, in order; Django is ready and connected as the owner. Returns what was done."""
    from yimen.house import key_match

    applied = migrate(config)
    if config.mode == "production" and synthetic():
        raise Refusal(
            "这个数据库是演示、模拟或演练用的，正式运行不会打开它，没有动任何数据。",
            next_step="请新建一个空的数据库，改 DATABASE_URL 后再启动。",
        )
    key_match.demand()
    if applied:
        say(f"数据库结构已更新（{applied} 项）。")
    note_installation(config)
    collected = collect_static(config)
    loaded = load_demo(config, say) if demo and config.mode == "trial" else False
    return {"migrations": applied, "static_collected": collected, "demo_loaded": loaded}


def migrate(config: Config) -> int:
    """Apply what is not applied yet, then grant the runtime role its rights; returns how many migrations."""
    from django.core.management import call_command
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    from yimen.house.launcher.grants import grant_runtime_role, role_of

    _expect_version()
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if plan:
        call_command("migrate", interactive=False, verbosity=0)
    grant_runtime_role(role_of(config.database_url))
    return len(plan)


def collect_static(config: Config) -> bool:
    """Gather the static files where any of ours has changed since the last time."""
    from django.core.management import call_command

    stamp = config.var / "static.stamp"
    now = _fingerprint()
    if stamp.exists() and stamp.read_text() == now and (config.var / "static").is_dir():
        return False
    call_command("collectstatic", interactive=False, verbosity=0, clear=True)
    stamp.write_text(now)
    return True


def load_demo(config: Config, say: Callable[[str], None] = lambda line: None) -> bool:
    """The demo county, into a database that has no account yet."""
    from django.contrib.auth import get_user_model

    if get_user_model()._default_manager.exists():
        return False
    try:
        demo = importlib.import_module("yimen.house.demo")
    except ModuleNotFoundError as missing:
        if missing.name != "yimen.house.demo":
            raise
        say("这个版本还没有演示县，跳过。")
        return False
    say("第一次启动，正在装入演示县……")
    demo.load(say)
    return True


def synthetic() -> bool:
    """Whether this database was made by demo, simulation or drill; such a one is never opened in production."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("select exists (select 1 from matters_ledgerhead where synthetic)")
        return bool(cursor.fetchone()[0])


def note_installation(config: Config, *, alone: bool = False) -> None:
    """Write down in `var/installations` that this database uses the file store; `alone` after it was put in place anew."""
    note, mine = config.var / "installations", _installation()
    noted = [] if alone or not note.exists() else note.read_text().split()
    if noted != [mine]:
        note.write_text("\n".join(dict.fromkeys([*noted, mine])) + "\n")


def is_alone(config: Config) -> bool:
    """Whether this database is the only one known to use the file store: then bytes without a row are nobody's."""
    note = config.var / "installations"
    return note.exists() and note.read_text().split() == [_installation()]


def _installation() -> str:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("select installation::text from matters_ledgerhead")
        return str(cursor.fetchone()[0])


def start_over(config: Config) -> None:
    """Remove the embedded database, the files and the demo sign-ins; the keys stay."""
    discard_embedded(config.var / "postgres")
    for name in ("demo-accounts.txt", "installations"):
        (config.var / name).unlink(missing_ok=True)
    shutil.rmtree(config.var / "files", ignore_errors=True)


def _expect_version() -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("show server_version_num")
        version = int(cursor.fetchone()[0])
    if not 150000 <= version < 190000:
        raise Refusal(
            f"数据库是 PostgreSQL {version // 10000}，一门支持 15–18。",
            next_step="请换用受支持的版本，再改 DATABASE_URL。",
        )


def _fingerprint() -> str:
    """Names, sizes and times of our own static files, and the list of installed versions."""
    seen = hashlib.sha256((ROOT / "requirements" / "run.txt").read_bytes() if _has_requirements() else b"")
    for path in sorted((ROOT / "yimen").glob("**/static/**/*")):
        if path.is_file():
            found = path.stat()
            seen.update(f"{path.relative_to(ROOT)} {found.st_size} {found.st_mtime_ns}\n".encode())
    return seen.hexdigest()


def _has_requirements() -> bool:
    return Path(ROOT / "requirements" / "run.txt").exists()
