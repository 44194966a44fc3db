"""The restore drill: back up, restore into an empty place, verify the ledger, sign in over HTTP, open a letter. One command, timed.

Nothing of the running installation is touched: the restore goes into a folder of its own with a database of its own, in which no
worker runs, so that no message leaves it. `in_place` really destroys first: for a trial's embedded database alone, where it proves
the same on the very data. Each drill is a line of `var/drills.jsonl`, which the operations page reads.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx

from yimen.ground.kit.refusals import Refusal
from yimen.house.backup import verify
from yimen.house.config import Config
from yimen.house.launcher import serve_database

SILENT = ("DATABASE_URL", "DATABASE_OWNER_URL", "YIMEN_EMAIL_URL", "YIMEN_MODE", "YIMEN_LOG_FOLDER")
"""Settings that a copy does not inherit: it has a database of its own and speaks to nobody."""


class DrillRefusal(Refusal):
    """The drill cannot be held here; nothing was touched."""

    code = "drill_refused"


class DrillFailed(Refusal):
    """A step of the drill did not succeed: the backup would not have helped."""

    code = "drill_failed"


@dataclass(slots=True)
class Step:
    """One step with its time and what it found."""

    name: str
    seconds: float
    found: str


@dataclass(slots=True)
class Drill:
    """How a drill went."""

    at: str
    in_place: bool
    passed: bool = False
    seconds: float = 0.0
    steps: list[Step] = field(default_factory=list)
    failure: str = ""

    def as_data(self) -> dict[str, Any]:
        """For the log and `--json`."""
        return asdict(self)


def drill_log(var: Path) -> Path:
    """Where drills are written down, one JSON object a line."""
    return var / "drills.jsonl"


def last_drill(var: Path) -> dict[str, Any] | None:
    """The last drill: `at`, `passed`, `seconds`, `steps`; None before the first."""
    try:
        lines = drill_log(var).read_text("utf-8").splitlines()
    except FileNotFoundError:
        return None
    found: dict[str, Any] | None = json.loads(lines[-1]) if lines else None
    return found


def hold(
    config: Config, at: datetime, *, archive: Path | None = None, keys: Path | None = None, in_place: bool = False,
    say: Callable[[str], None] = lambda line: None,
) -> Drill:  # fmt: skip
    """Hold a drill with this archive, or with a fresh backup. A step that fails ends it, and is its result.

    Raises `DrillRefusal` where `in_place` may not be.
    """
    if in_place:
        _expect_trial(config)
    drill = Drill(at.isoformat(), in_place)
    started = time.monotonic()
    place = config.var if in_place else Path(tempfile.mkdtemp(prefix="drill-", dir=config.var))
    try:
        _hold(drill, config, place, archive, keys, say)
        drill.passed = True
    except (Refusal, httpx.HTTPError, OSError) as failure:
        drill.failure = failure.message if isinstance(failure, Refusal) else f"{type(failure).__name__} {failure}"
    finally:
        drill.seconds = round(time.monotonic() - started, 1)
        if not in_place:
            _remove(place)
        with drill_log(config.var).open("a", encoding="utf-8") as log:
            log.write(json.dumps(drill.as_data(), ensure_ascii=False) + "\n")
    return drill


def _hold(
    drill: Drill, config: Config, place: Path, archive: Path | None, keys: Path | None, say: Callable[[str], None]
) -> None:
    here = dict(os.environ)
    there = here if drill.in_place else _copy_environment(place)

    def step(name: str, act: Callable[[], str]) -> None:
        began = time.monotonic()
        found = act()
        drill.steps.append(Step(name, round(time.monotonic() - began, 2), found))
        say(f"{name}：{found}（{drill.steps[-1].seconds:.1f} 秒）")

    made: dict[str, Any] = {}
    if archive is None:

        def back_up() -> str:
            made.update(_child(here, "backup"))
            return f"{made['rows']:,} 行，{made['files']:,} 个文件，{made['size'] / 1e6:.1f} MB，已读回核对"

        step("备份", back_up)
        archive, keys = Path(made["archive"]), Path(made["keys"])
    else:
        step("核对备份", lambda: f"{sum(verify(archive)['rows'].values()):,} 行")
    if drill.in_place:
        step("销毁", lambda: _destroy(config))

    def restore() -> str:
        given = [str(archive), *(["--keys", str(keys)] if keys else [])]
        return f"{_child(there, 'restore', *given)['rows']:,} 行，与清单一致"

    step("恢复", restore)
    step("核验账本", lambda: _verified(_child(there, "verify-ledger")))
    guest: dict[str, Any] = {}

    def invite() -> str:
        guest.update(
            _json(
                [sys.executable, "-m", "yimen.house.drill_guest"], there, spoken="" if drill.in_place else _password()
            )
        )
        return f"{guest['letter']}，{guest['kind']}"

    step("选一份文书", invite)
    with _web(place if not drill.in_place else config.var, there) as client:
        step("登录", lambda: _sign_in(client, guest["name"], guest["password"]))
        step("打开文书", lambda: _open(client, guest))


# --- Parts


def _expect_trial(config: Config) -> None:
    if config.mode == "production" or config.database_url:
        raise DrillRefusal(
            "原地演练会先销毁数据，只能在试用的内置数据库里做；没有动任何数据。",
            next_step="去掉 --in-place：演练会恢复到另一个地方，不碰现有数据。",
        )


def _copy_environment(place: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name not in SILENT}
    return kept | {"YIMEN_VAR": str(place), "YIMEN_ALLOW_EMBEDDED": "1"}


def _child(environment: dict[str, str], *words: str) -> dict[str, Any]:
    """A verb of `yimen` in a process of its own."""
    return _json([sys.executable, "-m", "yimen.house.cli", *words, "--json"], environment)


def _json(command: list[str], environment: dict[str, str], *, spoken: str = "") -> dict[str, Any]:
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, input=spoken)
    try:
        said = json.loads(done.stdout)
    except ValueError:
        last = done.stderr.strip().splitlines()[-1:] or ["没有说明"]
        raise DrillFailed(f"{command[3] if len(command) > 3 else command[2]} 没有完成：{last[0]}") from None
    if "refused" in said:
        raise DrillFailed(said["refused"]["message"], next_step=said["refused"].get("next_step", ""))
    found: dict[str, Any] = said
    return found


def _destroy(config: Config) -> str:
    """The database, the files and the keys are gone; only the backup is left."""
    from yimen.house.setting_up import start_over

    accounts = config.var / "demo-accounts.txt"
    kept = accounts.read_bytes() if accounts.exists() else None
    start_over(config)
    shutil.rmtree(config.var / "keys", ignore_errors=True)
    if kept is not None:
        accounts.write_bytes(kept)
        accounts.chmod(0o600)
    return "数据库、文件和密钥都已删除"


def _verified(said: dict[str, Any]) -> str:
    if said.get("faults"):
        raise DrillFailed("恢复出来的账本没有通过核验。", next_step="请换用另一份备份，并查明这一份为什么不对。")
    return f"{said['steps']:,} 步、{said['seals']} 封，账本完整"


def _password() -> str:
    return f"Drill-{secrets.token_urlsafe(12)}-7"


@contextmanager
def _web(place: Path, environment: dict[str, str]) -> Iterator[httpx.Client]:
    """The site over the restored database, without its worker."""
    from yimen.house.cli.running import next_free_port

    before = dict(os.environ)
    os.environ.clear()
    os.environ.update(environment)
    try:
        config = Config.read()
        with serve_database(config) as database:
            port = next_free_port("127.0.0.1", 8900)
            serving = {
                **environment, **database.environment(), "YIMEN_ADDRESS": "127.0.0.1", "YIMEN_PORT": str(port),
                "YIMEN_ORIGIN": f"http://localhost:{port}", "YIMEN_WEB_WORKERS": "1", "YIMEN_AS_OWNER": "0",
            }  # fmt: skip
            process = subprocess.Popen(
                [sys.executable, "-m", "yimen.house.web"], env=serving, stderr=subprocess.DEVNULL
            )
            try:
                with httpx.Client(base_url=f"http://localhost:{port}", timeout=30, trust_env=False) as client:
                    _wait(client, process)
                    yield client
            finally:
                process.terminate()
                process.wait(20)
    finally:
        os.environ.clear()
        os.environ.update(before)


def _wait(client: httpx.Client, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        try:
            if client.get("/readyz").status_code == 200:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.2)
    raise DrillFailed("恢复之后网站没有起来。", next_step="请对恢复的目录运行 yimen doctor。")


def _sign_in(client: httpx.Client, name: str, password: str) -> str:
    client.get("/sign-in/")
    token = client.cookies.get("csrf") or ""
    origin = str(client.base_url).rstrip("/")
    answer = client.post(
        "/sign-in/",
        data={"name": name, "password": password, "csrfmiddlewaretoken": token},
        headers={"Referer": f"{origin}/sign-in/", "Origin": origin},
    )
    if answer.status_code != 302 or client.get("/my/account/").status_code not in (200, 302):
        raise DrillFailed(f"恢复之后不能登录（{answer.status_code}）。")
    return f"{name} 登录成功"


def _open(client: httpx.Client, guest: dict[str, Any]) -> str:
    from yimen.ground.kit.crypto import sm3

    answer = client.get(f"/letters/{guest['letter']}.pdf")
    if answer.status_code != 200 or not answer.content.startswith(b"%PDF"):
        raise DrillFailed(f"恢复之后打不开文书（{answer.status_code}）。")
    size = f"{len(answer.content) / 1000:.0f} kB"
    if not guest["digest"]:
        return f"{size}，由账面内容制成"
    if f"sm3:{sm3(answer.content).hex()}" != guest["digest"]:
        raise DrillFailed("打开的文书与备份时不是同一份。")
    return f"{size}，与备份时逐字节相同"


def _remove(place: Path) -> None:
    from yimen.house.launcher import discard_embedded

    try:
        discard_embedded(place / "postgres")
    finally:
        shutil.rmtree(place, ignore_errors=True)
