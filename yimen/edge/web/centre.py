"""The centre as the public pages show it: name, address, hours, and whether somebody is there now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from datetime import time as clock_time
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import DatabaseError
from django.http import HttpRequest

from yimen.ground.calendar import selectors as calendar
from yimen.ground.kit import moments
from yimen.ground.kit.pages import Footer
from yimen.ground.kit.remembering import Remembered
from yimen.ground.organisations import selectors as organisations

if TYPE_CHECKING:
    from yimen.ground.calendar.models import HoursException

KEPT_SECONDS = 60
Session = tuple[int, clock_time, clock_time]


@dataclass(frozen=True, slots=True)
class Centre:
    """What is known of the centre; read at most once a minute, since every public page shows it."""

    footer: Footer
    sessions: tuple[Session, ...] = ()
    day: date | None = None
    doors: tuple[tuple[clock_time, clock_time], ...] = ()
    """When the doors are open on `day`: exceptions, closures and make-up days counted in."""
    shut: str = ""
    """Why they stay shut on `day`, where that has a name (抗洪停办)."""


@dataclass(frozen=True, slots=True)
class Hall:
    """Whether the hall is open: the badge, its colour, and until when or from when."""

    said: str
    status: str
    until: str = ""


_kept: Remembered[Centre] = Remembered(KEPT_SECONDS)


def centre() -> Centre:
    """The centre's facts; only its name when the database cannot be asked."""
    try:
        return _kept.get(_read)
    except DatabaseError:
        return _kept.last() or Centre(Footer(name=settings.CENTRE_NAME))


def footer(request: HttpRequest) -> Footer:
    """The foot of public pages (`register_footer`)."""
    return centre().footer


def hall(at: datetime) -> Hall | None:
    """Whether people are received at this moment; None where no hours are known."""
    sessions = centre().sessions
    if not sessions:
        return None
    now = moments.local(at)
    today = [each[1:] for each in sessions if each[0] == now.weekday()]
    if centre().day == now.date():
        today = list(centre().doors)
    elif not calendar.work_calendar().is_workday(now.date()):
        today = []
    if not today:
        return Hall("今天不办公", "closed", centre().shut if centre().day == now.date() else "")
    for opens, closes in today:
        if now.time() < opens:
            return Hall("还没开门" if opens == today[0][0] else "午间休息", "paused", f"{opens:%H:%M} 开始")
        if now.time() < closes:
            return Hall("正在办公", "normal", f"到 {closes:%H:%M}")
    return Hall("已经下班", "closed")


def _read() -> Centre:
    unit = organisations.main_centre()
    number, division = (unit.pk, unit.division_id) if unit else (None, "")
    sessions = calendar.office_sessions(number)
    today = moments.day_of(moments.now())
    doors = calendar.sessions_on(today, number, division)
    ahead = [each for each in calendar.exceptions(number, today) if (each.day - today).days < 8]
    known = Footer(
        name=unit.name if unit else settings.CENTRE_NAME,
        address=unit.address if unit else "",
        hours=(*calendar.say_hours(sessions), "法定节假日除外", *map(_say_exception, ahead)) if sessions else (),
        supervision=unit.phone if unit else "",
    )
    shut = calendar.closed_because(today, division, number) or next(
        (each.why for each in ahead if each.day == today), ""
    )
    return Centre(known, sessions, today, doors, shut)


def _say_exception(each: HoursException) -> str:
    """`11月25日(周三) 不办公：系统升级`."""
    hours = f"{each.opens:%H:%M}–{each.closes:%H:%M}" if each.opens and each.closes else "不办公"
    return f"{moments.say_date(each.day, year=False)} {hours}：{each.why}"
