"""实时监察: what is red now, why, whose, since when; and the list behind each number (R215)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponseBase, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from yimen.ground.calendar.selectors import work_calendar
from yimen.ground.identity.policies import actor_of, requires
from yimen.ground.kit import exports, moments
from yimen.ground.kit.paging import page_by_key
from yimen.ground.kit.refusals import NotFound
from yimen.ground.matters import lifecycle
from yimen.ground.matters import selectors as matters
from yimen.service.cases.rules import short_code
from yimen.watch.supervision import rules, selectors
from yimen.watch.supervision.policies import LIGHTS, WATCH
from yimen.watch.supervision.selectors import Group, RedFilters, Shining

if TYPE_CHECKING:
    from yimen.ground.matters.models import Matter

PAGE = 30
EXPORT_MOST = 100_000
LONGEST_DAYS = 400
STATUS = {"": "normal", "warn": "warning", "yellow": "yellow", "red": "red"}
"""The colour of a light among the states of a clock."""
TABS = (("", "红灯和黄灯"), ("red", "红灯"), ("yellow", "黄灯"), ("warn", "预警"), ("all", "全部亮灯"))
CHOSEN = {
    "": ("red", "yellow"),
    "red": ("red",),
    "yellow": ("yellow",),
    "warn": ("warn",),
    "all": ("red", "yellow", "warn"),
}
OPEN_LIGHTS = {"green": ("",), **{name: lights for name, lights in CHOSEN.items() if name}}
URGENT, NEWEST, ENDED = ("sort_at", "id"), ("-opened_at", "-id"), ("-closed_at", "-id")
ORDER = {"open": NEWEST, "opened": NEWEST, "closed": ENDED, "late": ENDED}
UNCLAIMED = "还没有人认领"


@dataclass(frozen=True, slots=True)
class Row:
    """A matter as the board shows it."""

    matter: Matter
    light: str
    status: str
    clock: str
    state: str
    why: str
    due: date | None
    who: str
    since: datetime | None

    @property
    def department(self) -> str:
        """Whose it is."""
        return self.matter.department.short_name or self.matter.department.name

    @property
    def light_name(self) -> str:
        """What its light is called."""
        return rules.LIGHTS.get(self.light, "")

    @property
    def code(self) -> str:
        """The number as lists bear it: of a case's long one the end, by which people tell it apart."""
        return short_code(self.matter.code)

    @property
    def key(self) -> str:
        """Names the matter in its colour: one that turned is new to the page."""
        return f"{self.matter.pk}{self.light}"


@dataclass(frozen=True, slots=True)
class Tile:
    """One number with the list behind it."""

    label: str
    value: int
    url: str
    status: str = ""
    trend: str = ""


@requires(WATCH)
@require_safe
def board(request: HttpRequest) -> HttpResponseBase:
    """What shines now, narrowed as asked; `as=xlsx` takes the list along."""
    actor, at = actor_of(request), moments.now()
    light = request.GET.get("light", "")
    asked = asked_of(request.GET, lights=CHOSEN.get(light, CHOSEN[""]))
    found = selectors.what_is_red(actor, asked)
    if request.GET.get("as") == "xlsx":
        return matters_workbook("亮灯清单", found, at)
    whole = selectors.board(actor, at)
    shown = selectors.board(actor, at, asked) if asked != RedFilters(asked.lights) else whole
    page = page_by_key(found, order=URGENT, asked=request.GET, size=PAGE)
    context = {
        "topic": LIGHTS,
        "at": at,
        "rows": rows_of(selectors.shining(list(page)), at),
        "page": page,
        "tiles": tiles_of(shown.whole, asked),
        "departments": [_linked(group, replace(asked, department=group.department_id)) for group in shown.departments],
        "tabs": [(text, f"?{urlencode(query_of(asked, light=name))}") for name, text in TABS],
        "here": f"?{urlencode(query_of(asked, light=light if light in CHOSEN else ''))}",
        "asked": asked,
        "light": light if light in CHOSEN else "",
        "centre_choices": [(each.centre_id, each.centre) for each in whole.centres],
        "department_choices": [(each.department_id, each.department) for each in whole.departments],
        "procedure_choices": [(each.procedure, each.label) for each in whole.procedures],
        "says": said_of(shown.whole),
        "export_url": f"?{urlencode(query_of(asked, light=light) | {'as': 'xlsx'})}",
        "narrowed": query_of(asked),
    }
    return render(request, "supervision/board.html", context)


@requires(WATCH)
@require_safe
def matters_behind(request: HttpRequest) -> HttpResponseBase:
    """The matters behind a number of the board or the cockpit: `which` of `COUNTED`, with lights or days."""
    actor, at = actor_of(request), moments.now()
    which, light = request.GET.get("which", "open"), request.GET.get("light", "")
    if which not in selectors.COUNTED:
        raise NotFound("没有这项数字。", next_step="请从监察页面的数字进入。")
    first, last = _days(request.GET, moments.day_of(at))
    asked = asked_of(request.GET)
    found = selectors.behind(
        actor, which, first=first, last=last, asked=asked, lights=OPEN_LIGHTS.get(light, ()) if which == "open" else ()
    )
    title = f"{selectors.COUNTED[which]}" + (
        f"：{light_name(light)}" if which == "open" and light in OPEN_LIGHTS else ""
    )
    if request.GET.get("as") == "xlsx":
        return matters_workbook(title, found, at)
    lit = which == "open" and light in OPEN_LIGHTS and light != "green"
    page = page_by_key(found, order=URGENT if lit else ORDER[which], asked=request.GET, size=PAGE)
    names = selectors.names_of(asked)
    days = "" if which == "open" else _said_days(first, last, moments.day_of(at))
    query = request.GET.copy()
    for gone in ("after", "before"):
        query.pop(gone, None)
    query["as"] = "xlsx"
    context = {
        "title": title,
        "said": "　".join(part for part in (days, *names) if part),
        "rows": rows_of(selectors.shining(list(page)), at),
        "page": page,
        "which": which,
        "export_url": f"?{query.urlencode()}",
        "back": reverse("supervision:board"),
    }
    return render(request, "supervision/matters.html", context)


# --- What is asked


def asked_of(query: QueryDict, lights: Sequence[str] = ()) -> RedFilters:
    """The filters of the address; what is none means no filter."""
    procedure = query.get("procedure", "")
    return RedFilters(
        lights=tuple(lights),
        department=_number(query, "department"),
        centre=_number(query, "centre"),
        procedure=procedure if procedure.isascii() and procedure.replace("_", "").isalnum() and len(procedure) <= 40 else "",
        text="".join(sign for sign in query.get("q", "")[:60] if sign.isprintable()).strip(),
    )  # fmt: skip


def query_of(asked: RedFilters, **more: str) -> dict[str, str]:
    """The filters as an address bears them."""
    said = {
        "department": str(asked.department or ""),
        "centre": str(asked.centre or ""),
        "procedure": asked.procedure,
        "q": asked.text,
    }
    return {name: value for name, value in (said | more).items() if value}


def _number(query: QueryDict, name: str) -> int | None:
    text = query.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else None


def _days(query: QueryDict, today: date) -> tuple[date, date]:
    """From which day to which; today where none is said, or nonsense."""

    def day(name: str, usual: date) -> date:
        try:
            return date.fromisoformat(query.get(name, "")[:10])
        except ValueError:
            return usual

    last = min(day("last", today), today)
    first = min(day("first", last), last)
    return max(first, last - timedelta(days=LONGEST_DAYS)), last


def _said_days(first: date, last: date, today: date) -> str:
    if first == last:
        return "今天" if last == today else moments.say_date(last)
    return f"{moments.say_date(first)}至{moments.say_date(last)}"


# --- What is shown


def light_name(name: str) -> str:
    """The name of a light, or of several, in the address."""
    return {"green": "绿灯", "all": "全部亮灯"}.get(name) or rules.LIGHTS.get(name, "")


def rows_of(found: Sequence[Shining], at: datetime) -> list[Row]:
    """The matters as the board shows them; asks nothing more of the database."""
    calendar = work_calendar()
    return [_row(each, at, calendar) for each in found]


def _row(each: Shining, at: datetime, calendar: Any) -> Row:
    matter = each.matter
    face = matters.clock_face(matter, at, calendar)
    if matter.closed_at is not None:
        status = "red" if matter.on_time is False else "closed"
    else:
        status = STATUS.get(each.light, "normal") if each.light else "paused" if face.status == "paused" else "normal"
    state = lifecycle.procedure(matter.procedure, matter.procedure_version).state(matter.state).label
    window = matter.window.name if matter.window is not None else ""
    return Row(
        matter=matter, light=each.light, status=status, clock=face.text, state=state, why=each.rule,
        due=matter.due_on, who=matter.person_name or window or UNCLAIMED, since=each.since,
    )  # fmt: skip


def tiles_of(whole: Group, asked: RedFilters) -> list[Tile]:
    """The numbers above, each with its list."""
    here, behind, query = (
        reverse("supervision:board"),
        reverse("supervision:matters"),
        query_of(replace(asked, text="")),
    )

    def to(address: str, **more: str) -> str:
        return f"{address}?{urlencode(query | more)}"

    lit = [
        Tile(rules.LIGHTS[light], whole.lights[light], to(here, light=light), STATUS[light])
        for light in ("red", "yellow", "warn")
    ]
    green = whole.lights[""]
    late = f"其中超期 {whole.late:,}" if whole.late else "没有超期"
    return [
        *lit,
        Tile("在办", whole.open, to(behind, which="open"), trend=f"绿灯 {green:,}"),
        Tile("今天收件", whole.received, to(behind, which="opened")),
        Tile("今天办结", whole.closed, to(behind, which="closed"), trend=late),
    ]


def said_of(whole: Group) -> str:
    """What is said aloud when it changes."""
    return (
        "现在"
        + "，".join(f"{rules.LIGHTS[light]} {whole.lights[light]} 件" for light in ("red", "yellow", "warn"))
        + "。"
    )


def _linked(group: Group, asked: RedFilters) -> dict[str, Any]:
    """A department's line: each number with its list."""
    here, behind, query = (
        reverse("supervision:board"),
        reverse("supervision:matters"),
        query_of(replace(asked, text="")),
    )
    return {
        "name": group.department,
        "led_from": group.led_from,
        "url": f"{here}?{urlencode(query | {'light': 'all'})}",
        "cells": [
            (rules.LIGHTS[light], group.lights[light], f"{here}?{urlencode(query | {'light': light})}", STATUS[light])
            for light in ("red", "yellow", "warn")
        ],
        "open": group.open,
        "open_url": f"{behind}?{urlencode(query | {'which': 'open'})}",
    }


_COLUMNS: list[exports.Column[Row]] = [
    exports.Column("信号", lambda row: rules.LIGHTS.get(row.light, ""), 10),
    exports.Column("期限", lambda row: row.clock, 22),
    exports.Column("编号", lambda row: row.matter.code, 26),
    exports.Column("名称", lambda row: row.matter.title, 40),
    exports.Column("到哪一步", lambda row: row.state, 16),
    exports.Column("部门", lambda row: row.department, 20),
    exports.Column("经办", lambda row: row.who, 16),
    exports.Column("规则", lambda row: row.why, 22),
    exports.Column("亮灯时间", lambda row: row.since, 20),
    exports.Column("到期日", lambda row: row.due, 14),
]


def matters_workbook(title: str, found: Any, at: datetime) -> HttpResponseBase:
    """The list as a workbook, read in portions."""

    def rows() -> Any:
        portion: list[Matter] = []
        for matter in found[:EXPORT_MOST].iterator(chunk_size=1000):
            portion.append(matter)
            if len(portion) == 1000:
                yield from rows_of(selectors.shining(portion), at)
                portion = []
        yield from rows_of(selectors.shining(portion), at)

    stamp = moments.say_moment(at).replace(":", "")
    return exports.download(f"{title} {stamp}.xlsx", exports.xlsx(_COLUMNS, rows()))
