"""serve, setup, worker: bringing Yimen up."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from ipaddress import ip_address
from itertools import count
from urllib.error import URLError
from urllib.request import urlopen

import click

from yimen.ground.kit.commands import Answer, Verb, command
from yimen.ground.kit.refusals import Refusal
from yimen.house.cli.database import provide
from yimen.house.config import Config
from yimen.house.launcher import Database, serve_database

PORTS_TO_TRY = 50
LOOKS_BETWEEN_ROTATIONS = 240


class NoPort(Refusal):
    """No port could be had."""

    code = "no_port"


class SetupFailed(Refusal):
    """The preparation did not end well; it has said why itself."""

    code = "setup_failed"


@click.command("serve", cls=Verb)
@click.option("--host", default=None, help="网站监听的地址，默认 127.0.0.1（YIMEN_ADDRESS）。")
@click.option("--port", default=None, type=click.IntRange(1, 65535), help="网站端口，默认 8000；被占用时用下一个。")
@click.option("--no-demo", is_flag=True, help="第一次启动时不装入演示县。")
def serve(host: str | None, port: int | None, no_demo: bool) -> None:
    """启动一门：数据库、网站、后台任务、实时推送。按 Ctrl-C 全部停止；某一部分意外结束会自动重新启动。"""
    from yimen.house.supervisor import Part, Supervisor

    config = Config.read()
    host, port = host or config.address, port or config.port
    with serve_database(config) as database:
        _prepare(database, demo=not no_demo)
        free = next_free_port(host, port)
        environment = {**os.environ, **database.environment(), "YIMEN_AS_OWNER": "0"}
        live = next_free_port(host, max(config.live_port, free + 1))
        environment |= {"YIMEN_ADDRESS": host, "YIMEN_PORT": str(free), "YIMEN_LIVE_PORT": str(live)}
        environment.setdefault("YIMEN_LOG_FOLDER", str(config.var / "log"))
        # Whoever named the site's origin has a proxy in front; else the browser finds the live process at its own port.
        environment.setdefault("YIMEN_LIVE", "proxy" if "YIMEN_ORIGIN" in environment else "direct")
        environment.setdefault("YIMEN_ORIGIN", f"http://{_name(host)}:{free}")
        supervisor = Supervisor(
            parts=[
                Part("网站", "yimen.house.web"),
                Part("后台任务", "yimen.house.worker"),
                Part("实时推送", "yimen.house.live"),
            ],
            environment=environment,
            watch=_watch(database, config),
            say=_say,
        )
        supervisor.run(when_started=lambda: _announce(config, host, free, wanted=port))
        _say("正在停止……")
    _say("一门已停止。")


@click.command("worker", cls=Verb)
def worker() -> None:
    """只运行后台任务：消息派送、账本封印、定时作业。正式运行时作为单独的服务。"""
    from yimen.house import worker as part

    os.environ["YIMEN_PART"] = "worker"
    with provide():
        part.run_until_told()


@command("setup", needs_database=False)
@click.option("--no-demo", is_flag=True, help="不装入演示县。")
def setup(no_demo: bool) -> Answer:
    """准备好一切但不对外服务：数据库、迁移、权限、静态文件；试用时第一次还装入演示县。可重复运行。"""
    from yimen.house import setting_up

    with provide(as_owner=True, unprepared=True):
        done = setting_up.prepare(Config.read(), demo=not no_demo, say=_progress)
    return Answer(plain="准备完毕。", data=done)


@click.command("demo-reset", cls=Verb)
def demo_reset() -> None:
    """清除内置数据库里的全部数据并重新装入演示县。只用于试用；不可恢复。"""
    from yimen.house import setting_up

    config = Config.read()
    if config.mode == "production" or config.database_url:
        raise Refusal(
            "demo-reset 只清除试用时的内置数据库；现在设置了 DATABASE_URL 或正式运行，没有动任何数据。",
            next_step="要重来，请自行新建一个空的数据库并改 DATABASE_URL。",
        )
    setting_up.start_over(config)
    with serve_database(config) as database:
        _prepare(database, demo=True)
    _say("演示县已重新装入。")


def next_free_port(host: str, wanted: int) -> int:
    """`wanted`, or the next port above it on which one can listen. Raises `NoPort`."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    for port in range(wanted, min(wanted + PORTS_TO_TRY, 65536)):
        with socket.socket(family, socket.SOCK_STREAM) as trial:
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                trial.bind((host, port))
            except OSError:
                continue
            return port
    raise NoPort(
        f"在 {host} 上，从 {wanted} 起的 {PORTS_TO_TRY} 个端口都不能使用。", next_step="请用 --port 另选一个端口。"
    )


def _prepare(database: Database, *, demo: bool) -> None:
    """In a process of its own, so that what stays running does not carry what only the preparation needed."""
    arguments = [sys.executable, "-m", "yimen.house.cli", "setup", *([] if demo else ["--no-demo"])]
    if subprocess.run(arguments, env={**os.environ, **database.environment()}, check=False).returncode:
        raise SetupFailed("准备没有完成，原因见上。", next_step="yimen doctor 会逐项检查这个安装。")


def _watch(database: Database, config: Config) -> Callable[[], None]:
    """Several times a second: is the database there? Now and then: are the logs too long?"""
    from yimen.house.logs import rotate

    looks = count()

    def watch() -> None:
        if next(looks) % LOOKS_BETWEEN_ROTATIONS == 0:
            rotate(config.log_folder or config.var / "log")
        try:
            if database.revive(config.var / "postgres"):
                _say("数据库意外结束，已重新启动。")
        except Refusal as refusal:
            _say(refusal.message)
            time.sleep(2)

    return watch


def _announce(config: Config, host: str, port: int, *, wanted: int) -> None:
    address = f"http://{_name(host)}:{port}/"
    if not _answering(f"{address}healthz"):
        _say("网站还没有应答，继续等待；日志见上。")
    if port != wanted:
        _say(f"端口 {wanted} 已被占用，改用 {port}。")
    _say(f"\n  一门已就绪：{address}\n")
    accounts = config.var / "demo-accounts.txt"
    if accounts.exists():
        _say(accounts.read_text().rstrip())
        _say(f"\n（以上演示账号存于 {accounts}）")
    _say("按 Ctrl-C 停止。")


def _answering(address: str) -> bool:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        try:
            with urlopen(address, timeout=2):  # noqa: S310 (our own address)
                return True
        except URLError as failure:
            if getattr(failure, "code", None):
                return True
        except OSError:
            pass
        time.sleep(0.1)
    return False


def _name(host: str) -> str:
    """How a person on this machine calls that address."""
    try:
        address = ip_address(host)
    except ValueError:
        return host
    if address.is_loopback or address.is_unspecified:
        return "localhost"
    return f"[{host}]" if address.version == 6 else host


def _progress(line: str) -> None:
    """Beside the answer, which alone goes to standard output."""
    click.echo(line, err=True)


def _say(line: str) -> None:
    with suppress(OSError):  # the terminal may be gone; what we are at is not to end for that
        click.echo(line)
        sys.stdout.flush()
