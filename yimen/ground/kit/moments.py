"""Moments and dates as people here write them.

Only edges (views, tasks, commands, handlers) call `now()`; everything below takes `at` as an argument.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

CHINA = ZoneInfo("Asia/Shanghai")
WEEKDAYS = "一二三四五六日"


_clock: Callable[[], datetime] | None = None


def now() -> datetime:
    """This moment, aware, in China's time."""
    return _clock() if _clock else host_time()


def host_time() -> datetime:
    """What this machine's clock says, whatever time a drill keeps."""
    return datetime.now(tz=CHINA)


def keep_time(clock: Callable[[], datetime] | None) -> None:
    """Let this process live in the time of a drill; None gives the host's back. Only the ledger of a copy takes such a time."""
    global _clock
    _clock = clock


def local(moment: datetime) -> datetime:
    """The same moment on China's clock; raises ValueError for a naive one."""
    if moment.tzinfo is None:
        raise ValueError("moment without a time zone")
    return moment.astimezone(CHINA)


def day_of(moment: datetime) -> date:
    """The calendar day in China on which the moment falls."""
    return local(moment).date()


def say_date(day: date, *, weekday: bool = True, year: bool = True) -> str:
    """`2026年12月18日(周五)`, the form of all our pages and letters."""
    head = f"{day.year}年" if year else ""
    tail = f"(周{WEEKDAYS[day.weekday()]})" if weekday else ""
    return f"{head}{day.month}月{day.day}日{tail}"


def say_day(day: date, today: date, *, weekday: bool = True) -> str:
    """`12月18日(周五)`, with the year in front where it is not this one: the short form of lists and timelines."""
    return say_date(day, weekday=weekday, year=day.year != today.year)


def say_moment(moment: datetime, *, year: bool = True) -> str:
    """`2026年12月18日 09:05`."""
    when = local(moment)
    return f"{say_date(when.date(), weekday=False, year=year)} {when:%H:%M}"


def say_span(span: timedelta) -> str:
    """A length of time in the largest two units that matter: `2 天 3 小时`, `5 分钟`."""
    minutes = max(0, int(span.total_seconds() // 60))
    days, rest = divmod(minutes, 1440)
    hours, minutes = divmod(rest, 60)
    parts = [f"{n} {unit}" for n, unit in ((days, "天"), (hours, "小时"), (minutes, "分钟")) if n]
    return " ".join(parts[:2]) or "不到 1 分钟"
