"""migrate, doctor, backup, restore, manage: keeping an installation in order."""

from __future__ import annotations

import os
from pathlib import Path

import click

from yimen.ground.kit import moments
from yimen.ground.kit.commands import Answer, Verb, command
from yimen.house.cli.database import provide
from yimen.house.config import Config


@command("migrate", needs_database=False)
def migrate() -> Answer:
    """升级数据库结构到这个版本，并重新授予运行角色权限。可重复运行。"""
    from yimen.house import setting_up

    with provide(as_owner=True, unprepared=True):
        applied = setting_up.migrate(Config.read())
    return Answer(f"已更新 {applied} 项。" if applied else "数据库结构已是最新。", {"migrations": applied})


@command("doctor", needs_database=False)
def doctor() -> Answer:
    """检查这个安装：逐项说明哪里不对、怎样修好。有必须修的问题时退出码为 1。"""
    from yimen.house.doctor import examine

    findings = examine()
    bad = [finding for finding in findings if finding.verdict == "bad"]
    lines = [finding.told() for finding in findings]
    lines.append(f"\n有 {len(bad)} 处必须修复。" if bad else "\n没有必须修复的问题。")
    data = [{"subject": f.subject, "verdict": f.verdict, "found": f.found, "mend": f.mend} for f in findings]
    return Answer("\n".join(lines), data, failed=bool(bad))


@command("backup", needs_database=False)
@click.argument("folder", required=False, type=click.Path(path_type=Path, file_okay=False))
def backup(folder: Path | None) -> Answer:
    """备份数据库、文件和密钥到 FOLDER（默认 var/backups），写完后读回核对。

    数据与密钥是两个文件，请分开保存：两个在一起，谁拿到谁就能读出全部个人信息。
    """
    from yimen.house import backup as making

    config = Config.read()
    with provide(as_owner=True):
        made = making.make(config, os.environ["DATABASE_OWNER_URL"], folder or config.var / "backups", moments.now())
    return Answer(
        f"数据：{made.archive}（{made.size / 1e6:.1f} MB，{made.rows} 行，{made.files} 个文件，已核对）\n"
        f"密钥：{made.keys}（请与数据分开保存）"
        + (f"\n注意：数据库里有 {made.missing} 个文件在文件目录中找不到，备份里也没有。" if made.missing else ""),
        {
            "archive": made.archive,
            "keys": made.keys,
            "size": made.size,
            "rows": made.rows,
            "files": made.files,
            "missing": made.missing,
        },
    )


@command("restore", needs_database=False)
@click.argument("archive", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--keys", type=click.Path(path_type=Path, dir_okay=False), help="密钥备份；默认是旁边的 …-keys.tar。")
@click.option("--replace", is_flag=True, help="覆盖现有数据；现有的文件和密钥会改名留存。")
def restore(archive: Path, keys: Path | None, replace: bool) -> Answer:
    """从 ARCHIVE 恢复数据库、文件和密钥。先核对再动手；数据库在一个事务里替换，失败则保持原样。"""
    from yimen.house import backup as making

    config = Config.read()
    config.var.mkdir(parents=True, exist_ok=True)
    with provide(as_owner=True, unprepared=True):
        from django.db.migrations.loader import MigrationLoader

        from yimen.house import setting_up

        known = {f"{app}.{name}" for app, name in MigrationLoader(None).disk_migrations or {}}
        owner_url = os.environ["DATABASE_OWNER_URL"]
        rows = making.restore(
            config, owner_url, archive, keys, replace=replace, known_migrations=known, at=moments.now()
        )
        applied = setting_up.migrate(config)
        setting_up.note_installation(config, alone=True)
    return Answer(f"已恢复 {rows} 行，与清单一致。", {"rows": rows, "migrations": applied})


@command("restore-drill", needs_database=False)
@click.argument("archive", required=False, type=click.Path(path_type=Path, dir_okay=False))
@click.option("--keys", type=click.Path(path_type=Path, dir_okay=False), help="密钥备份；默认是旁边的 …-keys.tar。")
@click.option("--in-place", is_flag=True, help="先销毁再恢复，只用于试用的内置数据库。")
def restore_drill(archive: Path | None, keys: Path | None, in_place: bool) -> Answer:
    """恢复演练：备份（或用 ARCHIVE）、恢复到另一个地方、核验账本、登录、打开一份文书，逐步计时。

    不碰现有数据，也不会发出任何消息；演练的结果写在 var/drills.jsonl，在“运行情况”页可见。
    """
    from yimen.house import drill as holding

    config = Config.read()
    config.var.mkdir(parents=True, exist_ok=True)
    done = holding.hold(
        config,
        moments.now(),
        archive=archive,
        keys=keys,
        in_place=in_place,
        say=lambda line: click.echo(line, err=True),
    )
    plain = f"演练通过，共用 {done.seconds:.1f} 秒。" if done.passed else f"演练没有通过：{done.failure}"
    return Answer(plain, done.as_data(), failed=not done.passed)


@command("operations")
def operations() -> Answer:
    """运行情况：消息、封印、后台任务、日历、备份、磁盘，哪里要处理。有必须处理的退出码为 1。"""
    from yimen.house import operations as looking

    signs = looking.look(moments.now())
    marks = {"well": "✓", "watch": "！", "bad": "✗"}
    lines = [f"{marks[s.verdict]} {s.subject}：{s.found}" + (f"\n    → {s.mend}" if s.mend else "") for s in signs]
    return Answer("\n".join(lines), looking.as_data(signs), failed=any(s.verdict == "bad" for s in signs))


@click.command(
    "manage",
    cls=Verb,
    add_help_option=False,
    context_settings={"ignore_unknown_options": True, "allow_extra_args": True},
)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def manage(arguments: tuple[str, ...]) -> None:
    """转给 Django 自己的管理命令，例如 yimen manage shell。"""
    from django.core.management import execute_from_command_line

    with provide(as_owner=True, unprepared=True):
        execute_from_command_line(["yimen manage", *arguments])
