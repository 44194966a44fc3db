"""运行情况: what keeps running by itself, and whether it does. One look for the page and for `yimen operations`.

Everything here is one small query or one look at a folder, so the page may be opened while something is wrong; what cannot be
looked at is itself a finding.
"""

from __future__ import annotations

import platform
import shutil
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from importlib.metadata import version
from typing import Any, Literal

import django
from django.conf import settings
from django.db import DatabaseError, connection, transaction

from yimen.ground.calendar.selectors import work_calendar
from yimen.ground.identity.rules import Actor
from yimen.ground.kit import audit, moments, outbox
from yimen.ground.kit.live import APPLICATION
from yimen.ground.kit.models import Delivery
from yimen.ground.kit.refusals import NotFound
from yimen.ground.matters import sealing
from yimen.house.doctor import LEAST_FREE_BYTES, OLDEST_BACKUP

Verdict = Literal["well", "watch", "bad"]
MOST_WAITING = 1000
LONGEST_WAIT = timedelta(minutes=5)
LONGEST_UNSEALED = timedelta(minutes=2)
LONGEST_SILENT = timedelta(minutes=2)
NEXT_YEAR_FROM = (11, 15)
"""From the middle of November on the State Council's notice for the next year is out; until then it is not missed."""
DRILL_EVERY = timedelta(days=100)
PARKED_SHOWN = 50


@dataclass(frozen=True, slots=True)
class Sign:
    """One thing looked at. `found` is what a person reads; `mend` what to do, where anything is to be done."""

    key: str
    subject: str
    verdict: Verdict
    found: str
    mend: str = ""

    @property
    def status(self) -> str:
        """Its colour among the states of a clock."""
        return {"well": "normal", "watch": "warning", "bad": "red"}[self.verdict]

    @property
    def word(self) -> str:
        """Its colour in words."""
        return {"well": "正常", "watch": "留意", "bad": "要处理"}[self.verdict]


def look(at: datetime) -> list[Sign]:
    """Everything, the worst first within the usual order left as it is. Never raises for what is wrong."""
    signs: list[Sign] = []
    for each in (_outbox, _parked, _sealing, _worker, _jobs, _live, _calendar, _backups, _drills, _disk, _database):
        signs += _carefully(each, at)
    return signs


def versions() -> list[tuple[str, str]]:
    """What runs here, for a report to whoever helps."""
    with connection.cursor() as cursor:
        cursor.execute("show server_version")
        (server,) = cursor.fetchone()
        cursor.execute("select count(*), max(applied) from django_migrations")
        migrations, applied = cursor.fetchone()
    return [
        ("一门", version("yimen")),
        ("Python", platform.python_version()),
        ("Django", django.get_version()),
        ("PostgreSQL", str(server)),
        ("数据结构", f"{migrations} 项，最近更新 {moments.say_moment(applied)}" if applied else "—"),
        ("运行方式", "正式运行" if settings.PRODUCTION else "试用"),
        ("系统", f"{platform.system()} {platform.machine()}"),
    ]


def parked() -> list[Delivery]:
    """Deliveries that were given up, newest first, at most fifty."""
    return list(Delivery.objects.filter(state=Delivery.State.PARKED).order_by("-id")[:PARKED_SHOWN])


def try_again(*, actor: Actor, delivery_id: int | None) -> int:
    """Let one parked delivery, or all of them, be tried again at once; returns how many. Raises `NotFound` for one that is
    not parked."""
    with transaction.atomic():
        ids = [delivery_id] if delivery_id is not None else [each.pk for each in parked()]
        done = sum(outbox.release(each) for each in ids)
        if delivery_id is not None and not done:
            raise NotFound("这一条已经不在搁置之列。", next_step="请刷新页面。")
        audit.record(
            "house.try_again", actor=actor, target_kind="delivery", target=str(delivery_id or "all"), facts={"n": done}
        )
    return done


def _carefully(each: Callable[[datetime], Iterator[Sign]], at: datetime) -> list[Sign]:
    try:
        return list(each(at))
    except (DatabaseError, OSError, ValueError) as failure:
        return [Sign(each.__name__.strip("_"), "检查", "bad", f"没有查成：{failure}", "请把这一行交给维护人员。")]


def _outbox(at: datetime) -> Iterator[Sign]:
    with connection.cursor() as cursor:
        cursor.execute(
            """select (select count(*) from (select 1 from kit_delivery where state = 'waiting' limit 10001) w),
                      (select min(next_at) from kit_delivery where state = 'waiting' and attempts = 0),
                      (select min(at) from kit_outboxevent where fanned_at is null)"""
        )
        waiting, oldest, unread = cursor.fetchone()
    oldest = min((each for each in (oldest, unread) if each), default=None)
    late = at - oldest if oldest else timedelta()
    slow = late > LONGEST_WAIT or waiting > MOST_WAITING
    found = "没有积压" if not oldest else f"等待 {waiting} 条，最早的等了 {moments.say_span(late)}"
    yield Sign(
        "outbox",
        "消息派送",
        "watch" if slow else "well",
        found,
        "请确认后台任务（yimen worker）在运行。" if slow else "",
    )


def _parked(at: datetime) -> Iterator[Sign]:
    number = Delivery.objects.filter(state=Delivery.State.PARKED).count()
    yield Sign(
        "parked", "搁置的处理", "bad" if number else "well", f"{number} 条多次失败后搁置" if number else "没有",
        "看下面的原因，改正后重试。" if number else "",
    )  # fmt: skip


def _sealing(at: datetime) -> Iterator[Sign]:
    steps, seconds = sealing.lag()
    slow = steps and timedelta(seconds=seconds) > LONGEST_UNSEALED
    found = (
        f"{steps} 步等待封印，最早的等了 {moments.say_span(timedelta(seconds=seconds))}" if steps else "每一步都已封印"
    )
    yield Sign(
        "sealing",
        "账本封印",
        "watch" if slow else "well",
        found,
        "请确认后台任务（yimen worker）在运行。" if slow else "",
    )


def _worker(at: datetime) -> Iterator[Sign]:
    with connection.cursor() as cursor:
        cursor.execute("select count(*), max(last_heartbeat) from procrastinate_workers")
        number, beat = cursor.fetchone()
    silent = beat is None or at - beat > LONGEST_SILENT
    found = "没有后台任务在运行" if beat is None else f"{number} 个，最近一次报到在{moments.say_span(at - beat)}前"
    yield Sign("worker", "后台任务", "bad" if silent else "well", found, "请启动：yimen worker。" if silent else "")


def _jobs(at: datetime) -> Iterator[Sign]:
    with connection.cursor() as cursor:
        cursor.execute(
            """select j.task_name, count(*) from procrastinate_jobs j join procrastinate_events e on e.job_id = j.id
                where j.status = 'failed' and e.type = 'failed' and e.at > %s group by 1 order by 2 desc, 1 limit 5""",
            [at - timedelta(days=7)],
        )
        failed = cursor.fetchall()
    said = "、".join(f"{name} {number} 次" for name, number in failed)
    yield Sign(
        "jobs", "定时任务", "watch" if failed else "well", f"七天内失败：{said}" if failed else "七天内没有失败",
        "原因见日志。" if failed else "",
    )  # fmt: skip


def _live(at: datetime) -> Iterator[Sign]:
    if settings.LIVE == "off":
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "select count(*) from pg_stat_activity where datname = current_database() and application_name = %s",
            [APPLICATION],
        )
        (number,) = cursor.fetchone()
    yield Sign(
        "live", "实时推送", "well" if number else "watch",
        f"{number} 个进程在听" if number else "没有运行，监察页面每 30 秒自己更新一次",
        "" if number else "请启动：python -m yimen.house.live。不影响办件。",
    )  # fmt: skip


def _calendar(at: datetime) -> Iterator[Sign]:
    year = moments.day_of(at).year
    calendar = work_calendar()
    if not calendar.confirmed(date(year, 1, 1)):
        yield Sign("calendar", "工作日历", "bad", f"{year} 年的放假安排还没有录入", "请导入国务院办公厅的放假通知。")
        return
    ready = calendar.confirmed(date(year + 1, 1, 1))
    today = moments.day_of(at)
    due = (today.month, today.day) >= NEXT_YEAR_FROM
    found = f"{year + 1} 年的放假安排{'已确认' if ready else '还没有，跨年的期限标为暂定'}"
    mend = "国务院办公厅的通知一般在十一月发布，请导入。" if due and not ready else ""
    yield Sign("calendar", "工作日历", "watch" if due and not ready else "well", found, mend)


def _backups(at: datetime) -> Iterator[Sign]:
    found = sorted((settings.CONFIG.var / "backups").glob("yimen-*.tar"), key=lambda path: path.stat().st_mtime)
    found = [path for path in found if not path.stem.endswith("-keys")]
    if not found:
        verdict: Verdict = "bad" if settings.PRODUCTION else "watch"
        yield Sign("backup", "备份", verdict, "还没有备份", "请每天运行 yimen backup，并存到别的机器。")
        return
    newest = found[-1]
    age = at - datetime.fromtimestamp(newest.stat().st_mtime, tz=moments.CHINA)
    late = age > OLDEST_BACKUP
    yield Sign(
        "backup", "备份", "watch" if late else "well",
        f"{len(found)} 份，最近一份 {moments.say_span(age)}前，{newest.stat().st_size / 1e6:.1f} MB",
        "请检查每天备份的定时任务。" if late else "",
    )  # fmt: skip


def _drills(at: datetime) -> Iterator[Sign]:
    from yimen.house.drill import last_drill  # holding a drill takes an HTTP client; asking for the last one should not

    last = last_drill(settings.CONFIG.var)
    if last is None:
        yield Sign("drill", "恢复演练", "watch", "还没有做过", "请运行 yimen restore-drill，证明备份真的能恢复。")
        return
    age = at - datetime.fromisoformat(last["at"])
    late, failed = age > DRILL_EVERY, not last["passed"]
    yield Sign(
        "drill", "恢复演练", "bad" if failed else "watch" if late else "well",
        f"{moments.say_span(age)}前，{'没有通过' if failed else '通过'}，用时 {last['seconds']:.0f} 秒",
        "请看那次演练的记录，改正后再做。" if failed else "请每季度做一次。" if late else "",
    )  # fmt: skip


def _disk(at: datetime) -> Iterator[Sign]:
    usage = shutil.disk_usage(settings.CONFIG.var)
    enough = usage.free >= LEAST_FREE_BYTES
    yield Sign(
        "disk", "磁盘", "well" if enough else "bad", f"剩余 {usage.free / 1e9:.1f} GB，共 {usage.total / 1e9:.1f} GB",
        "" if enough else "空间用完时数据库会停止写入，请尽快清理或扩容。",
    )  # fmt: skip


def _database(at: datetime) -> Iterator[Sign]:
    with connection.cursor() as cursor:
        cursor.execute(
            """select pg_database_size(current_database()), clock_timestamp(), current_setting('max_connections')::int,
                      (select count(*) from pg_stat_activity where backend_type = 'client backend')"""
        )
        size, there, most, used = cursor.fetchone()
    crowded = used > most * 0.8
    yield Sign(
        "database", "数据库", "watch" if crowded else "well", f"{size / 1e6:,.0f} MB，连接 {used}/{most}",
        "连接快用完了，请减少进程或调高 max_connections。" if crowded else "",
    )  # fmt: skip
    apart = abs(there - at)
    if apart > timedelta(seconds=60):
        yield Sign(
            "clock", "时钟", "bad", f"与数据库相差 {moments.say_span(apart)}", "请让两台机器都与时间服务器同步。"
        )


def as_data(signs: list[Sign]) -> list[dict[str, Any]]:
    """For `--json`."""
    return [asdict(sign) for sign in signs]
