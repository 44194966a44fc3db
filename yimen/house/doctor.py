"""What is wrong with this installation, and how to mend it, said to the person who keeps it running."""

from __future__ import annotations

import os
import shutil
import socket
import stat
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal
from urllib.request import urlopen

import psycopg

from yimen.ground.kit import moments
from yimen.ground.kit.refusals import Refusal
from yimen.house.config import Config, ConfigError
from yimen.house.launcher import Database, embedded_state, serve_database

Verdict = Literal["well", "watch", "bad"]
MARKS: dict[Verdict, str] = {"well": "✓", "watch": "！", "bad": "✗"}
LEAST_FREE_BYTES = 1_000_000_000
FURTHEST_CLOCK_APART = timedelta(seconds=60)
OLDEST_BACKUP = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at: what was found, and for anything but `well` how to mend it."""

    subject: str
    verdict: Verdict
    found: str
    mend: str = ""

    def told(self) -> str:
        """One or two lines."""
        line = f"{MARKS[self.verdict]} {self.subject}：{self.found}"
        return f"{line}\n    → {self.mend}" if self.mend else line


def examine() -> list[Finding]:
    """Look at everything, from the ground up. What cannot be looked at because of an earlier fault is left out."""
    try:
        config = Config.read()
    except ConfigError as wrong:
        return [Finding("环境变量", "bad", str(wrong), "改正后再运行一次 yimen doctor。")]
    findings = [Finding("环境变量", "well", f"可用，{'正式运行' if config.mode == 'production' else '试用'}")]
    for look in (_python, _folder, _keys, _fonts, _backups, _port, _live):
        findings += _carefully(look, config)
    findings += _carefully(_place_of_database, config)
    try:
        with serve_database(config) as database:
            findings += _carefully(_server, config, database)
            if all(finding.verdict != "bad" for finding in findings if finding.subject == "数据库"):
                findings += _carefully(_inside, config, database)
    except Refusal as refusal:
        findings.append(Finding("数据库", "bad", refusal.message, refusal.next_step))
    return findings


def _carefully(look: Callable[..., Iterator[Finding]], *given: Any) -> list[Finding]:
    """A look that fails is itself a finding: the doctor never falls ill."""
    found: list[Finding] = []
    try:
        found.extend(look(*given))
    except Refusal as refusal:
        found.append(Finding(look.__doc__ or "检查", "bad", refusal.message, refusal.next_step))
    except Exception as failure:
        found.append(Finding(look.__doc__ or "检查", "bad", f"没有查成：{failure}", "请把这一行交给维护人员。"))
    return found


def _python(config: Config) -> Iterator[Finding]:
    """运行环境"""
    version = ".".join(str(part) for part in sys.version_info[:3])
    yield Finding("运行环境", "well", f"Python {version}")
    from yimen.ground.kit import crypto

    crypto.sm2()
    if crypto.sm3(b"abc").hex()[:16] != "66c7f0f462eeedd9":
        yield Finding("国密算法", "bad", "SM3 的结果不对", "请重新安装：make clean-all && make setup。")


def _folder(config: Config) -> Iterator[Finding]:
    """数据目录"""
    folder = config.var
    if not folder.exists():
        yield Finding("数据目录", "watch", f"{folder} 还没有建立", "第一次运行 make run 时会自动建立。")
        return
    if not os.access(folder, os.W_OK | os.X_OK):
        yield Finding("数据目录", "bad", f"{folder} 不可写", f"请执行：chown -R $(id -un) {folder}")
        return
    free = shutil.disk_usage(folder).free
    enough = free >= LEAST_FREE_BYTES
    yield Finding(
        "数据目录",
        "well" if enough else "bad",
        f"{folder}，剩余 {free / 1e9:.1f} GB",
        "" if enough else "请清理磁盘，或把 YIMEN_VAR 移到更大的磁盘；空间用完时数据库会停止写入。",
    )


def _keys(config: Config) -> Iterator[Finding]:
    """密钥"""
    folder = config.var / "keys"
    if not folder.exists():
        return
    for path in (folder, *folder.iterdir()):
        if path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
            yield Finding("密钥", "bad", f"{path} 能被其他账号读取", f"请执行：chmod go-rwx {path}")
            return
    from yimen.ground.kit.keyring import KeyRing, KeyRingError

    try:
        number = len(KeyRing(folder).fingerprints())
    except KeyRingError as broken:
        yield Finding("密钥", "bad", str(broken), "请从密钥备份恢复 var/keys/ring.json；没有它读不出加密字段。")
        return
    yield Finding("密钥", "well", f"{number} 把，仅本账号可读")


def _fonts(config: Config) -> Iterator[Finding]:
    """文书字体"""
    import importlib.util

    missing = [name for name in ("typst", "pylopdf_fonts_zh_cn") if importlib.util.find_spec(name) is None]
    if missing:
        yield Finding("文书字体", "watch", f"缺少 {'、'.join(missing)}", "请重新安装依赖：make setup。")


def _backups(config: Config) -> Iterator[Finding]:
    """备份"""
    made = [path.stat().st_mtime for path in (config.var / "backups").glob("yimen-*.tar")]
    if config.mode == "production" and not made:
        yield Finding(
            "备份", "watch", f"{config.var / 'backups'} 里没有备份", "请每天运行 yimen backup，并把备份存到别的机器。"
        )
    elif made:
        age = moments.now() - datetime.fromtimestamp(max(made), tz=moments.CHINA)
        late = age > OLDEST_BACKUP
        yield Finding(
            "备份",
            "watch" if late else "well",
            f"最近一次在 {moments.say_span(age)}前",
            "请运行 yimen backup，并检查定时任务。" if late else "",
        )


def _port(config: Config) -> Iterator[Finding]:
    """端口"""
    with socket.socket(socket.AF_INET6 if ":" in config.address else socket.AF_INET) as trial:
        trial.settimeout(1)
        if trial.connect_ex((config.address, config.port)) == 0:
            yield Finding(
                "端口", "watch", f"{config.port} 已有程序在监听", "若不是正在运行的一门，启动时会改用下一个端口。"
            )


def _live(config: Config) -> Iterator[Finding]:
    """实时推送"""
    if config.live_way != "proxy":
        return  # under `yimen serve` it is one of the parts, and comes back by itself
    try:
        with urlopen(f"http://{_bracketed(config.address)}:{config.live_port}/healthz", timeout=2):
            yield Finding("实时推送", "well", f"在 {config.live_port} 应答")
    except OSError:
        yield Finding(
            "实时推送",
            "watch",
            f"{config.address}:{config.live_port} 没有应答，监察页面每 30 秒自己更新一次",
            "请启动 python -m yimen.house.live；它在另一台机器上时不必理会。没有它也不影响办件。",
        )


def _bracketed(address: str) -> str:
    return f"[{address}]" if ":" in address else address


def _place_of_database(config: Config) -> Iterator[Finding]:
    """内置数据库"""
    if config.database_url:
        return
    state = embedded_state(config.var / "postgres")
    if state is None:
        yield Finding("内置数据库", "watch", "还没有建立", "第一次运行 make run 时会自动建立。")
        return
    place, server = state
    where = f"{place.data}，账号 {place.account.name}，PostgreSQL {place.binaries.version}，{'运行中' if server else '未运行'}"
    if place.private:
        where += f"。因为 {config.var} 的上级目录不对账号 {place.account.name} 开放，数据放在这个专用目录"
    yield Finding("内置数据库", "well", where)


def _server(config: Config, database: Database) -> Iterator[Finding]:
    """数据库"""
    try:
        with psycopg.connect(database.url, connect_timeout=5) as connection:
            row = connection.execute(
                """select current_setting('server_version_num')::int, current_setting('server_encoding'), datctype,
                          coalesce(to_jsonb(d) ->> 'datlocale', to_jsonb(d) ->> 'daticulocale', ''), clock_timestamp()
                     from pg_database d where datname = current_database()"""
            ).fetchone()
    except psycopg.OperationalError as failure:
        yield Finding(
            "数据库",
            "bad",
            f"连不上：{str(failure).strip().splitlines()[0]}",
            "请检查 DATABASE_URL、数据库是否运行、网络与口令。",
        )
        return
    if row is None:
        return
    version, encoding, ctype, locale, there = row
    if not 150000 <= version < 190000:
        yield Finding("数据库", "bad", f"PostgreSQL {version // 10000}", "一门支持 15–18，请换用受支持的版本。")
    elif encoding != "UTF8":
        yield Finding("数据库", "bad", f"编码是 {encoding}", "请用 UTF8 编码新建数据库，再从备份恢复。")
    elif ctype in ("C", "POSIX") and not locale:
        yield Finding("数据库", "bad", f"字符分类是 {ctype}，中文检索会不对", "请用 C.UTF-8 新建数据库，再从备份恢复。")
    else:
        yield Finding("数据库", "well", f"PostgreSQL {version // 10000}.{version % 100}，{encoding}，{locale or ctype}")
    apart = abs(there - moments.now())
    if apart > FURTHEST_CLOCK_APART:
        yield Finding(
            "时钟",
            "bad",
            f"本机与数据库相差 {moments.say_span(apart)}",
            "请让两台机器都与时间服务器同步；相差过大时账本会拒绝记录。",
        )


def _inside(config: Config, database: Database) -> Iterator[Finding]:
    """库内情况"""
    os.environ |= {**database.environment(), "DJANGO_SETTINGS_MODULE": "yimen.house.settings"}
    import django

    django.setup()
    from django.db import connection, connections

    try:
        with connection.cursor() as cursor:
            cursor.execute("select to_regclass('public.django_migrations') is not null")
            if not cursor.fetchone()[0]:
                yield Finding("数据结构", "watch", "还是空的", "请运行 yimen setup（或 make run）。")
                return
        yield from _structure()
        yield from _rights(database)
        yield from _keys_inside()
        yield from _numbers(config)
    finally:
        connections.close_all()


def _structure() -> Iterator[Finding]:
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    missing = len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
    unknown = set(executor.loader.applied_migrations) - set(executor.loader.disk_migrations or {})
    if unknown:
        yield Finding("数据结构", "bad", "数据库来自更新的版本", "请升级一门，不要用旧版本打开新数据。")
    elif missing:
        yield Finding("数据结构", "bad", f"有 {missing} 项更新没有执行", "请运行 yimen migrate。")
    else:
        yield Finding("数据结构", "well", "与程序一致")


def _rights(database: Database) -> Iterator[Finding]:
    from yimen.house.launcher.grants import owns_tables, role_of, tables_it_could_rewrite

    role = role_of(database.url)
    if owns_tables(role):
        yield Finding(
            "数据库权限",
            "watch",
            f"运行角色 {role} 就是表的所有者，账本只靠触发器保护",
            "请另建一个角色写入 DATABASE_URL，所有者写入 DATABASE_OWNER_URL，再运行 yimen migrate。见 docs/howto/production.md。",
        )
    elif tables := tables_it_could_rewrite(role):
        yield Finding("数据库权限", "bad", f"{role} 能改写 {'、'.join(tables)}", "请运行 yimen migrate 重新授予权限。")
    else:
        yield Finding("数据库权限", "well", f"运行角色 {role} 不能改写账本、审计和封印")


def _keys_inside() -> Iterator[Finding]:
    from yimen.house import key_match

    faults = list(key_match.thoroughly())
    if faults:
        yield Finding("密钥与数据库", "bad", "".join(faults), key_match.MEND)
    else:
        yield Finding("密钥与数据库", "well", "数据库里用过的每一把密钥都在，加密内容打得开")


def _numbers(config: Config) -> Iterator[Finding]:
    from yimen.house.health import counts

    now = counts()
    if parked := now["yimen_outbox_parked"]:
        yield Finding("消息派送", "bad", f"{parked} 条多次失败后搁置", "请在“运行情况”页查看原因并重试。")
    if (waiting := now["yimen_outbox_waiting"]) > 1000:
        yield Finding("消息派送", "watch", f"{waiting} 条等待派送", "请确认后台任务（yimen worker）在运行。")
    if (unsealed := now["yimen_steps_unsealed"]) > 1000:
        yield Finding("账本封印", "watch", f"{unsealed} 步等待封印", "请确认后台任务（yimen worker）在运行。")
    if config.mode == "production":
        yield from _second_factors()
    from yimen.house.setting_up import synthetic

    if config.mode == "production" and synthetic():
        yield Finding("账本", "bad", "这是演示或模拟数据库，正式运行不会打开它", "请新建数据库，改 DATABASE_URL。")


def _second_factors() -> Iterator[Finding]:
    """Whoever holds rights and has no second factor can do nothing until they bind one: better said before the first day."""
    from yimen.ground.organisations.selectors.closing import without_second_factor

    names = list(without_second_factor().values_list("name", "sign_in_name")[:200])
    if names:
        said = "、".join(f"{name}（{sign_in}）" for name, sign_in in names[:5])
        more = f"等 {len(names)} 人" if len(names) > 5 else ""
        yield Finding(
            "动态验证码",
            "bad",
            f"有权限而没有绑定动态验证码：{said}{more}",
            "请通知本人登录一次，按提示绑定；不再使用的账号请停用。见 docs/howto/production.md。",
        )
    else:
        yield Finding("动态验证码", "well", "有权限的工作人员账号都已绑定")
