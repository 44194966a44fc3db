"""监察大屏: the day at a glance, for leaders and for the wall; every number opens its list (R215, R218)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.safestring import SafeString
from django.views.decorators.http import require_safe

from yimen.ground.identity.policies import actor_of, requires
from yimen.ground.identity.rules import Actor
from yimen.ground.kit import charts, moments
from yimen.watch.supervision import rules, selectors
from yimen.watch.supervision.policies import LIGHTS, WATCH
from yimen.watch.supervision.selectors import Cockpit, Group, RedFilters
from yimen.watch.supervision.views.board import STATUS, rows_of, said_of, tiles_of

DEPARTMENTS = 9
PROCEDURES = 3
UNITS = 14
"""So many squares stand for one matter each; the rest is a number."""


@dataclass(frozen=True, slots=True)
class Signals:
    """A department's line: one mark for each matter that shines."""

    name: str
    url: str
    units: Sequence[str]
    more: int
    open: int
    says: str
    led_from: str = ""


@requires(WATCH)
@require_safe
def cockpit(request: HttpRequest) -> HttpResponseBase:
    """The wall, for whoever is signed in."""
    more = {"board_url": reverse("supervision:board"), "links": True}
    return render(request, "supervision/cockpit.html", context(actor_of(request), moments.now()) | more)


def context(actor: Actor, at: datetime, *, links: bool = True) -> dict[str, Any]:
    """Everything the wall shows, within the actor's scope; without `links` for a screen that nobody is signed in at."""
    found = selectors.cockpit(actor, at)
    whole = found.board.whole
    shown, rest = found.board.departments[:DEPARTMENTS], found.board.departments[DEPARTMENTS:]
    tiles = tiles_of(whole, RedFilters())
    if not links:
        tiles = [replace(each, url="") for each in tiles]
    return {
        "topic": LIGHTS,
        "at": at,
        "tiles": tiles,
        "rows": rows_of(found.urgent, at),
        "shining": whole.lights["red"] + whole.lights["yellow"],
        "departments": [_signals(each) for each in shown],
        "others": (len(rest), sum(each.open for each in rest)),
        "lights": _by_light(whole),
        "light_bar": _light_bar(whole, links=links),
        "procedures": _by_procedure(found.board.procedures),
        "accepted": found.accepted,
        "accepted_said": f"近 30 天 {sum(each.opened for each in found.days):,}",
        "decided": found.decided,
        "rate": found.on_time_rate,
        "average_days": found.average_days,
        "rates": _rates(found),
        "traffic": _traffic(found, moments.day_of(at)),
        "effects": found.effects,
        "last_effects": found.last_effects,
        "says": said_of(whole),
    }


def _signals(group: Group) -> Signals:
    units = [STATUS[light] for light in ("red", "yellow", "warn") for _ in range(min(group.lights[light], UNITS + 1))]
    lit = sum(group.lights[light] for light in ("red", "yellow", "warn"))
    return Signals(
        name=group.department,
        url=f"{reverse('supervision:board')}?{urlencode({'department': group.department_id or '', 'light': 'all'})}",
        units=units[:UNITS],
        more=max(0, lit - UNITS),
        open=group.open,
        says="，".join(f"{rules.LIGHTS[light]} {group.lights[light]}" for light in ("red", "yellow", "warn")),
        led_from=group.led_from,
    )


def _by_light(whole: Group) -> list[tuple[str, int, str, str]]:
    """Name, number, status and list of each light."""
    behind = reverse("supervision:matters")
    names = (("red", "red"), ("yellow", "yellow"), ("warn", "warn"), ("", "green"))
    return [
        (
            rules.LIGHTS[light],
            whole.lights[light],
            STATUS[light],
            f"{behind}?{urlencode({'which': 'open', 'light': name})}",
        )
        for light, name in names
    ]


def _by_procedure(groups: Sequence[Group]) -> list[tuple[str, int, str]]:
    """Name, number and list of the kinds of which most is open."""
    most = sorted((each for each in groups if each.open), key=lambda each: -each.open)[:PROCEDURES]
    behind = reverse("supervision:matters")
    return [
        (each.label, each.open, f"{behind}?{urlencode({'which': 'open', 'procedure': each.procedure})}")
        for each in most
    ]


def _light_bar(whole: Group, *, links: bool) -> SafeString:
    marks = [charts.Mark(name, count, url if links else "", status) for name, count, status, url in _by_light(whole)]
    return charts.share_bar(marks, "，".join(f"{mark.name} {mark.said}" for mark in marks))


def _traffic(found: Cockpit, today: date) -> SafeString:
    days = found.days
    ticks = [f"{each.on.month}月{each.on.day}日" for each in days]
    series = (
        charts.Series("收件", tuple(float(each.opened) for each in days)),
        charts.Series("办结", tuple(float(each.closed) for each in days), past=True),
    )
    came, went, late = (sum(getattr(each, which) for each in days) for which in ("opened", "closed", "late"))
    says = f"近 {len(days)} 天收件 {came:,} 件，办结 {went:,} 件，其中超期 {late:,} 件"
    drawing = charts.line(series, ticks, says, width=900, height=155)
    return charts.series_figure(
        drawing, (*series, charts.Series("超期办结", tuple(float(each.late) for each in days))), ticks,
        title="实线收件，虚线办结", name="日期", unit="件",
    )  # fmt: skip


def _rates(found: Cockpit) -> SafeString | str:
    known = [rate for _, rate in found.months if rate is not None]
    if not known:
        return ""
    ticks = [f"{month.month}月" for month, _ in found.months]
    series = (charts.Series("按时办结率", tuple(rate for _, rate in found.months)),)
    bottom = max(0, math.floor(min(known)) - 1)
    says = f"近 {len(ticks)} 个月按时办结率在 {min(known):g}% 到 {max(known):g}% 之间"
    drawing = charts.line(series, ticks, says, width=520, height=140, bottom=bottom)
    return charts.series_figure(drawing, series, ticks, title="近 12 个月", name="月份", unit="%")
