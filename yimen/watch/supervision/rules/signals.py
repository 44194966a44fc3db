"""信号灯: green, 预警, 黄灯, 红灯 by the working days that a clock has left. Pure, and one function for two questions.

`schedule` says from which moment a matter shines in which colour; from it follow both the colour now and the moment at which
the watch must look again. Nothing is recounted each night.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple

from yimen.ground.calendar.rules import WorkCalendar
from yimen.ground.kit.moments import CHINA
from yimen.watch.supervision.rules.kinds import Kind, Param, register_kind

GREEN = ""
LIGHTS: dict[str, str] = {GREEN: "绿灯", "warn": "预警", "yellow": "黄灯", "red": "红灯"}
"""The values of `Matter.light`, in order of severity, with their names."""

_RANK = {light: rank for rank, light in enumerate(LIGHTS)}
LONGEST = 30
"""No signal looks further ahead: working days."""
MOMENT = timedelta(microseconds=1)


def _fits(params: Mapping[str, Any]) -> dict[str, str]:
    warn, yellow, red = params["warn"], params["yellow"], params["red"]
    if warn is None and yellow is None and red is None:
        return {"red": "三种灯至少要设一种，不用这条规则请停用"}
    if warn is not None and yellow is not None and yellow >= warn:
        return {"yellow": f"黄灯（剩 {yellow} 个工作日）不能早于或等于预警（剩 {warn} 个工作日）"}
    return {}


SIGNAL = register_kind(
    Kind(
        "signal",
        "期限信号灯",
        "按期限剩余的工作日亮灯：预警、黄灯、红灯；期限停表时不走，办结后熄灭。",
        "signal",
        (
            Param(
                "measure",
                "看哪个期限",
                "promised",
                kind="choice",
                choices=(("promised", "本阶段的承诺期限"), ("legal", "法定期限（全程）")),
            ),
            Param("warn", "预警：剩余不多于", 3, "个工作日", 1, LONGEST, empty=True, help="留空则不预警。"),
            Param(
                "yellow",
                "黄灯：剩余不多于",
                1,
                "个工作日",
                0,
                LONGEST,
                empty=True,
                help="0 指到期当天；留空则不亮黄灯。",
            ),
            Param(
                "red", "红灯：超期满", 0, "个工作日", 0, LONGEST, empty=True, help="0 指一超期就亮；留空则不亮红灯。"
            ),
            Param("procedures", "适用程序", (), kind="codes", help="程序代号，用顿号隔开；留空适用全部。"),
            Param("clocks", "适用阶段", (), kind="codes", help="时钟代号，用顿号隔开；留空适用全部。"),
        ),
        violation="slow",
        law="《行政许可法》第四十二条",
        checks=_fits,
    )
)


@dataclass(frozen=True, slots=True)
class SignalTerms:
    """The thresholds of one rule in force; `version` is the id of its `RuleVersion`."""

    version: int
    measure: str
    warn: int | None
    yellow: int | None
    red: int | None
    procedures: tuple[str, ...] = ()
    clocks: tuple[str, ...] = ()

    @classmethod
    def of(cls, version: int, params: Mapping[str, Any]) -> SignalTerms:
        """The terms that the stored parameters say."""
        return cls(
            version, params["measure"], params["warn"], params["yellow"], params["red"],
            tuple(params["procedures"]), tuple(params["clocks"]),
        )  # fmt: skip

    def concerns(self, procedure: str, clock: str) -> bool:
        """Whether the rule speaks of this clock of this procedure."""
        return (not self.procedures or procedure in self.procedures) and (not self.clocks or clock in self.clocks)

    @property
    def ahead(self) -> int:
        """How many working days before the due day it first has something to say."""
        return max((days for days in (self.warn, self.yellow) if days is not None), default=0)


class Turn(NamedTuple):
    """From `at` on the light is at least `light`; `workdays` are those left then (negative: overdue); by which rule."""

    at: datetime
    light: str
    version: int
    workdays: int


def schedule(terms: SignalTerms, due_on: date, due_at: datetime, calendar: WorkCalendar) -> list[Turn]:
    """When one rule lights a matter that is due then. `due_at` is the last moment in time."""
    turns = [
        Turn(_dayday_begins_at(due_on, days, calendar), light, terms.version, days)
        for light, days in (("warn", terms.warn), ("yellow", terms.yellow))
        if days is not None
    ]
    if terms.red == 0:
        turns.append(Turn(due_at + MOMENT, "red", terms.version, -1))
    elif terms.red is not None:
        # 满 n 个工作日: overdue by n full working days, so from the beginning of the working day after the n-th.
        last = calendar.nth_workday_after(due_on, terms.red)
        turns.append(Turn(day_begins_at(last + timedelta(days=1)), "red", terms.version, -terms.red))
    return turns


def judge(turns: Iterable[Turn], at: datetime) -> tuple[Turn | None, datetime | None]:
    """The turn that rules at this moment (the severest that has come; None: green), and when the next one comes."""
    turns = list(turns)
    come = [turn for turn in turns if turn.at <= at]
    standing = max(come, key=lambda turn: (_RANK[turn.light], -turn.at.timestamp()), default=None)
    ahead = [
        turn.at for turn in turns if turn.at > at and (standing is None or _RANK[turn.light] > _RANK[standing.light])
    ]
    return standing, min(ahead, default=None)


def severest(lights: Sequence[str]) -> str:
    """The severest of several lights."""
    return max(lights, key=lambda light: _RANK[light], default=GREEN)


def _dayday_begins_at(due_on: date, workdays: int, calendar: WorkCalendar) -> datetime:
    day = due_on
    if workdays:
        # The first moment of the first day on which so many working days are left: right after the working day before.
        for _ in range(workdays):
            day = calendar.previous_workday_on_or_before(day - timedelta(days=1))
    return day_begins_at(day)


def day_begins_at(day: date) -> datetime:
    """The first moment of a day in China."""
    return datetime.combine(day, time(), tzinfo=CHINA)
