"""Words and numbers of the window's own work. Pure: no database, no clock, no request."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

Sessions = Sequence[tuple[time, time]]


@dataclass(frozen=True, slots=True)
class Setting:
    """A number that a centre sets: what it is called, its unit, the usual value, its bounds, where it comes from."""

    key: str
    label: str
    unit: str
    usual: int
    least: int
    most: int
    source: str


SETTINGS: dict[str, Setting] = {
    each.key: each
    for each in (
        Setting("pull_days", "股室答复窗口的期限", "工作日", 2, 0, 30, "提出协办时可以另定，这里是默认值；0 为当日"),
        Setting("pull_confirm", "窗口确认的期限", "工作日", 1, 0, 30, "股室答复或说明不能办以后起算"),
        Setting("pull_extensions", "每件最多同意延期几次", "次", 1, 0, 5, "制度没有列明，由中心设定"),
        Setting("first_answer", "首问答复期限", "工作日", 1, 0, 15, "首问负责制；转交不另加期限"),
        Setting("escalate", "超期几个工作日提醒上一级", "工作日", 1, 1, 30, "逐级提醒：承办人、分管领导、主要负责人"),
        Setting("paper_months", "工作流程和预案几个月要复核", "个月", 12, 1, 60, "超过的提醒修订；制度没有列明"),
        Setting("two_plus_two", "一窗通办“2+2”", "开关", 0, 0, 1, "1 启用，0 不启用；启用后按窗口服务类型收件"),
    )
}

KINDS: dict[str, tuple[str, str, bool]] = {
    "both": ("自然人＋法人通办", "个人和单位的事都在这里办", True),
    "natural": ("自然人", "个人的事在这里办", True),
    "legal": ("法人", "企业和其他单位的事在这里办", True),
    "help": ("咨询＋投诉", "问事情、提意见都到这里", False),
    "consult": ("咨询", "问事情到这里", False),
    "complaint": ("投诉", "提意见、投诉到这里", False),
}
"""Kinds of service of a window (R067): what staff call it, what the public reads, whether it takes applications."""

HANDLING = tuple(key for key, (_, _, takes) in KINDS.items() if takes)
CONSULTING = ("help", "consult")
COMPLAINING = ("help", "complaint")

LEGAL = ("enterprise", "institution", "association", "unincorporated", "agency", "other")
OBJECTS = {"natural": ("person",), "legal": LEGAL, "both": ("person", *LEGAL)}
"""Which service objects of an item (`catalogue.rules.vocabulary.ServiceObject`) a window takes."""

WAYS = {"window": "窗口", "phone": "电话", "agent": "代办员", "joint": "联合审批", "web": "网上", "other": "其他"}
"""By which way somebody asked first (R059: windows, joint approval, village agents)."""

PAPERS = {"workflow": "工作流程", "contingency": "应急预案"}

LEVELS = ("期限快到，提醒承办人", "已经超期，提醒承办人和分管领导", "持续超期，提醒主要负责人")
"""What each level of reminding says; the last one is the highest."""


def takes_item(kind: str, objects: Sequence[str]) -> bool:
    """Whether a window of this kind takes an item for these service objects; an item that names none is for everybody."""
    if not KINDS[kind][2]:
        return False
    return not objects or any(each in OBJECTS[kind] for each in objects)


def hours_later(at: datetime, hours: int, sessions: Callable[[date], Sessions], most_days: int = 60) -> datetime:
    """The moment so many opening hours after `at`; minutes outside the sessions do not count. Raises ValueError where the
    doors stay shut for `most_days`.
    """
    left, day = timedelta(hours=hours), at.date()
    for _ in range(most_days):
        for opens, closes in sorted(sessions(day)):
            begin = max(at, datetime.combine(day, opens, tzinfo=at.tzinfo))
            end = datetime.combine(day, closes, tzinfo=at.tzinfo)
            if begin >= end:
                continue
            if begin + left <= end:
                return begin + left
            left -= end - begin
        day += timedelta(days=1)
    raise ValueError("no opening hours")


def level_of(now: datetime, warn: datetime, due: datetime, late_days: int, step: int) -> int:
    """How far up a limit has to be told: -1 nobody yet, 0 near, 1 past, 2 when `step` working days more have gone."""
    if now < warn:
        return -1
    if now <= due:
        return 0
    return min(len(LEVELS) - 1, 1 + late_days // max(step, 1))


def is_old(in_force_from: date, today: date, months: int) -> bool:
    """Whether a paper has been in force for longer than so many months without a new version."""
    place = in_force_from.year * 12 + in_force_from.month - 1 + months
    year, month = divmod(place, 12)
    last = (date(year + (month == 11), (month + 1) % 12 + 1, 1) - timedelta(days=1)).day
    return today > date(year, month + 1, min(in_force_from.day, last))


def near(begun: datetime, due: datetime) -> datetime:
    """When a limit in hours is near: an hour before it ends, or half-way through where there is less than two."""
    return max(due - timedelta(hours=1), begun + (due - begun) / 2)
