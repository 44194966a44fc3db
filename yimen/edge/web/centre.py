"""The centre as the public pages show it: name, address, hours, and whether somebody is there now."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from datetime import time as clock_time
from itertools import groupby

from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest

from yimen.ground.calendar import selectors as calendar
from yimen.ground.kit import moments
from yimen.ground.kit.pages import Footer
from yimen.ground.organisations import selectors as organisations

KEPT_SECONDS = 60
Session = tuple[int, clock_time, clock_time]


@dataclass(frozen=True, slots=True)
class Centre:
    """What is known of the centre; read at most once a minute, since every public page shows it."""

    footer: Footer
    sessions: tuple[Session, ...] = ()


@dataclass(frozen=True, slots=True)
class Hall:
    """Whether the hall is open: the badge, its colour, and until when or from when."""

    said: str
    status: str
    until: str = ""


_kept: dict[str, tuple[float, Centre]] = {}


def centre() -> Centre:
    """The centre's facts; only its name when the database cannot be asked."""
    key = f"{connection.settings_dict['HOST']}/{connection.settings_dict['NAME']}"
    read_at, known = _kept.get(key, (0.0, None))
    if known is not None and time.monotonic() - read_at < KEPT_SECONDS:
        return known
    try:
        found = _read()
    except DatabaseError:
        return known or Centre(Footer(name=settings.CENTRE_NAME))
    _kept[key] = (time.monotonic(), found)
    return found


def footer(request: HttpRequest) -> Footer:
    """The foot of public pages (`register_footer`)."""
    return centre().footer


def hall(at: datetime) -> Hall | None:
    """Whether people are received at this moment; None where no hours are known."""
    sessions = centre().sessions
    if not sessions:
        return None
    now = moments.local(at)
    today = [each for each in sessions if each[0] == now.weekday()]
    if not today or not calendar.work_calendar().is_workday(now.date()):
        return Hall("今天不办公", "closed")
    for _, opens, closes in today:
        if now.time() < opens:
            return Hall("还没开门" if opens == today[0][1] else "午间休息", "paused", f"{opens:%H:%M} 开始")
        if now.time() < closes:
            return Hall("正在办公", "normal", f"到 {closes:%H:%M}")
    return Hall("已经下班", "closed")


def say_hours(sessions: Sequence[Session]) -> tuple[str, ...]:
    """`周一至周五 08:30–12:00，14:00–17:30`: days with the same hours in one line."""
    days = [
        (weekday, "，".join(f"{opens:%H:%M}–{closes:%H:%M}" for _, opens, closes in rows))
        for weekday, rows in groupby(sorted(sessions), key=lambda each: each[0])
    ]
    lines = []
    for hours, run in groupby(days, key=lambda each: each[1]):
        weekdays = [weekday for weekday, _ in run]
        first, last = moments.WEEKDAYS[weekdays[0]], moments.WEEKDAYS[weekdays[-1]]
        lines.append(f"周{first} {hours}" if first == last else f"周{first}至周{last} {hours}")
    return tuple(lines)


def _read() -> Centre:
    unit = organisations.main_centre()
    sessions = calendar.office_sessions(unit.pk if unit else None)
    known = Footer(
        name=unit.name if unit else settings.CENTRE_NAME,
        address=unit.address if unit else "",
        hours=(*say_hours(sessions), "法定节假日除外") if sessions else (),
        supervision=unit.phone if unit else "",
    )
    return Centre(known, sessions)
