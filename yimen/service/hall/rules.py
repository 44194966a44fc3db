"""Who is next, how long it will take, whether it still fits: the fair rule of the queue. Pure.

One key orders everybody, `turn_at`: the moment from which somebody's turn counts. Ordinary people have the moment they came.
Whoever goes ahead (by law or by the hall's rule) counts as having come a fixed number of minutes earlier, so nobody is ever
overtaken by somebody who came more than these minutes later. Besides, one window calls no more than so many in a row who
overtake somebody: then whoever has waited longest comes.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Literal

from yimen.ground.kit.moments import CHINA

WAYS = {"kiosk": "取号机", "phone": "手机", "web": "网上", "staff": "导办台", "appointment": "预约"}
PRIORITIES = {
    "elder": "老年人", "soldier": "军人、退役军人", "pregnant": "孕妇", "disabled": "残疾人", "child": "抱婴幼儿", "hero": "烈属、见义勇为",
    "other": "其他急需",
}  # fmt: skip
"""Why somebody goes ahead. `other` needs words and is given by staff alone."""
ELDER_AGE = 60
"""老年人权益保障法第二条: who is sixty is old."""

RESETS = {
    "daily": "每天从 1 号起，没叫到的当天作废",
    "keep": "不清空，没叫到的第二天接着叫",
    "by_date": "按定好的日期清空",
}
PRINTING = {"none": "不打印", "asked": "正在打印", "printed": "已打印", "failed": "没有打出来"}
MOST_PARTY = 20
SAMPLE = 200
"""How many served tickets, newest first, the time of a service is learnt from."""
FEWEST = 5
"""Fewer than these say nothing yet: the group's own guess is taken, and the interval is wide."""

Sessions = Sequence[tuple[time, time]]
Reset = Literal["daily", "keep", "by_date"]


# --- Numbers


def period_of(reset: str, day: date, begins: Iterable[date]) -> str:
    """What the numbers of a day are counted within: the day, everything, or what began on the last of the set dates."""
    if reset == "daily":
        return day.isoformat()
    if reset == "keep":
        return "keep"
    return max((each for each in begins if each <= day), default=date(2000, 1, 1)).isoformat()


def ticket_code(prefix: str, number: int) -> str:
    """`A012`; from 1000 on as long as it takes."""
    return f"{prefix}{number:03d}"


# --- Who is next


def turn_at(came_at: datetime, head_start_minutes: int) -> datetime:
    """From when somebody's turn counts."""
    return came_at - timedelta(minutes=head_start_minutes)


def appointment_turn(slot_at: datetime, arrived_at: datetime, grace_minutes: int, head_start_minutes: int) -> datetime:
    """With an appointment the turn counts from the appointed moment, ahead of those who walk in then; whoever comes later
    than the grace has lost this and counts from their arrival."""
    if arrived_at > slot_at + timedelta(minutes=grace_minutes):
        return arrived_at
    return turn_at(slot_at, head_start_minutes)


@dataclass(frozen=True, slots=True)
class Waiting:
    """Somebody who waits, as far as the order is concerned."""

    id: int
    turn_at: datetime
    came_at: datetime
    ahead: bool = False


def pick(queue: Iterable[Waiting], in_a_row: int, most: int) -> Waiting | None:
    """Whom a window calls that has called `in_a_row` people in a row who overtook somebody.

    `hall_call_next` in the database does the same; a test compares them.
    """
    order = sorted(queue, key=lambda each: (each.turn_at, each.id))
    if not order:
        return None
    first = order[0]
    if overtakes(first, order) and in_a_row >= most:
        return next(each for each in order if not each.ahead)
    return first


def overtakes(called: Waiting, queue: Iterable[Waiting]) -> bool:
    """Whether somebody ordinary waits who came before."""
    return called.ahead and any(not each.ahead and each.came_at < called.came_at for each in queue)


def row_after(called: Waiting, queue: Iterable[Waiting], in_a_row: int) -> int:
    """How many in a row have overtaken after this call. Somebody ordinary ends the row."""
    if overtakes(called, queue):
        return in_a_row + 1
    return in_a_row if called.ahead else 0


# --- How long


@dataclass(frozen=True, slots=True)
class Pace:
    """How long one service takes in a group: quarter, half and three quarters of the served took at most these minutes."""

    quarter: float
    half: float
    three_quarters: float
    measured: int = 0


def pace_of(minutes: Sequence[float], guess: float) -> Pace:
    """Learnt from what was measured; from too little, a wide interval round the guess."""
    if len(minutes) < FEWEST:
        return Pace(guess * 0.5, guess, guess * 1.6, len(minutes))
    order = sorted(minutes)

    def at(share: float) -> float:
        return max(0.2, order[min(len(order) - 1, int(share * len(order)))])

    return Pace(at(0.25), at(0.5), at(0.75), len(order))


def wait_of(ahead: int, windows: int, pace: Pace) -> tuple[int, int] | None:
    """From how many minutes to how many somebody with so many ahead waits; None while no window is open."""
    if windows < 1:
        return None
    rounds, last = ahead // windows, math.ceil((ahead + 1) / windows)
    low, high = rounds * pace.quarter, last * pace.three_quarters
    # Of many services the sum varies less than each: the ends draw nearer to the middle.
    if rounds > 4:
        middle, spread = rounds * pace.half, math.sqrt(rounds) / rounds
        low, high = middle - (middle - low) * spread * 1.5, middle + (high - middle) * spread * 1.5
    return _rounded(low, high)


def _rounded(low: float, high: float) -> tuple[int, int]:
    step = 5 if high < 90 else 10 if high < 240 else 30
    first, last = int(low // step) * step, math.ceil(high / step) * step
    return first, max(last, first + step)


def say_wait(wait: tuple[int, int] | None) -> str:
    """An interval in words people use; never a lone minute, never thousands of minutes."""
    if wait is None:
        return "现在没有窗口叫号"
    low, high = wait
    if high <= 10 and low == 0:
        return f"{high} 分钟以内"
    if high < 90:
        return f"约 {low}–{high} 分钟"
    if high <= 480:
        return f"约 {_hours(low)}–{_hours(high)} 小时"
    return "8 小时以上"


def _hours(minutes: int) -> str:
    return f"{minutes / 60:.1f}".removesuffix(".0")


# --- Whether it still fits


def minutes_left(at: datetime, sessions: Sessions) -> float:
    """Minutes of business that are left of this day."""
    left = timedelta()
    for opens, closes in sessions:
        begin = max(at, datetime.combine(at.date(), opens, tzinfo=at.tzinfo))
        end = datetime.combine(at.date(), closes, tzinfo=at.tzinfo)
        left += max(end - begin, timedelta())
    return left.total_seconds() / 60


def takes_now(at: datetime, sessions: Sessions, early_minutes: int) -> bool:
    """Whether numbers are given at this moment: from a while before opening until the last door closes."""
    if not sessions:
        return False
    first = datetime.combine(at.date(), min(opens for opens, _ in sessions), tzinfo=at.tzinfo)
    last = datetime.combine(at.date(), max(closes for _, closes in sessions), tzinfo=at.tzinfo)
    return first - timedelta(minutes=early_minutes) <= at < last


def fits(left: float, people_ahead: int, windows: int, party: int, pace: Pace) -> bool:
    """Whether those who wait and then a party of so many are served before closing. Asked on the end, not on the start: five
    people with one number take five times as long."""
    return people_ahead / max(windows, 1) * pace.half + party * pace.half <= left


def next_opening(at: datetime, sessions: Callable[[date], Sessions], most_days: int = 20) -> datetime | None:
    """When the doors open next, this day's later session counted in; None where they stay shut so long."""
    for away in range(most_days):
        day = at.date() + timedelta(days=away)
        for opens, _ in sorted(sessions(day)):
            begin = datetime.combine(day, opens, tzinfo=at.tzinfo)
            if begin > at:
                return begin
    return None


# --- Devices

SELF_TEST = {
    "screen": "屏幕",
    "sound": "声音",
    "printer": "打印机",
    "reader": "读卡器",
    "network": "网络",
    "clock": "时钟",
}
"""What a device tries by itself."""
SELF_TEST_SAYS = {
    "screen": "四块颜色都看得清，按得准。", "sound": "喇叭听得见。", "printer": "号条打得出，字清楚。",
    "reader": "把身份证放上去，号码会填进来。",
    "network": "连服务器要多久。", "clock": "时间和服务器差不多。",
}  # fmt: skip
ALWAYS_TESTED = ("screen", "network", "clock")
SELF_TEST_OF = {
    "kiosk": tuple(SELF_TEST), "terminal": tuple(SELF_TEST), "screen": ("screen", "sound", "network", "clock"),
    "window_screen": ("screen", "sound", "network", "clock"), "reader": ("reader", "network", "clock"),
    "printer": ("printer", "network", "clock"),
}  # fmt: skip
"""What a device of each kind tries; others what every device has."""
CLOCK_OFF_SECONDS = 90
SILENT_MINUTES = 10
"""A device that has not been heard of for so long is away."""
NEEDED = {"kiosk": 1, "screen": 1, "touch": 1, "terminal": 1}
"""What every hall has at least (R160); beside it, each window has a screen and an evaluator."""
NEEDED_AT_WINDOW = ("window_screen", "evaluator")

# --- Appointments

BOOKING_STATES = {
    "booked": "已预约",
    "arrived": "已签到",
    "cancelled": "已取消",
    "no_show": "没有来",
    "shut": "中心停办",
}
LEAST_SLOT, MOST_SLOT = 5, 240
CODE_LENGTH = 6


@dataclass(frozen=True, slots=True)
class Times:
    """When a plan gives slots: weekdays (1 is Monday), from, to, minutes a slot."""

    weekdays: Sequence[int]
    begins: time
    ends: time
    minutes: int


def slot_times(plan: Times, day: date, sessions: Sessions) -> list[tuple[time, time]]:
    """The slots of a day: those that lie wholly within the doors' hours, so that a closure shuts them by itself."""
    if day.isoweekday() not in plan.weekdays:
        return []
    found, step = [], timedelta(minutes=plan.minutes)
    begin, end = datetime.combine(day, plan.begins), datetime.combine(day, plan.ends)
    while begin + step <= end:
        first, last = begin.time(), (begin + step).time()
        if any(opens <= first and last <= closes for opens, closes in sessions):
            found.append((first, last))
        begin += step
    return found


def released_at(day: date, days_ahead: int, release: time) -> datetime:
    """From when the slots of a day may be booked. A release is this comparison and no event: nothing is added by it, so it can
    neither come twice nor be missed."""
    return datetime.combine(day - timedelta(days=days_ahead), release, tzinfo=CHINA)


def arrival(
    begins_at: datetime, at: datetime, early_minutes: int, grace_minutes: int
) -> Literal["early", "in_time", "late"]:
    """Whether somebody with an appointment may check in yet, and with or without the place before walk-ins."""
    if at < begins_at - timedelta(minutes=early_minutes):
        return "early"
    return "late" if at > begins_at + timedelta(minutes=grace_minutes) else "in_time"
