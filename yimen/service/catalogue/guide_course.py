"""The course of an item as its guide tells and draws it: steps, what may happen beside them, an example of the last day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from django.utils.safestring import SafeString

from yimen.ground.calendar import selectors as calendar
from yimen.ground.kit import charts
from yimen.ground.kit.daybook import Day, Kind, Row, fold
from yimen.ground.kit.refusals import Refusal
from yimen.ground.matters import lifecycle
from yimen.ground.matters import rules as clocks
from yimen.service.catalogue import selectors
from yimen.service.catalogue.rules.course import Course, said
from yimen.service.catalogue.rules.limits import Limit
from yimen.service.catalogue.rules.vocabulary import LimitUnit

if TYPE_CHECKING:
    from yimen.service.catalogue.models import ItemEdition

_UNITS: dict[LimitUnit, clocks.Unit] = {LimitUnit.WORKING_DAY: "workday", LimitUnit.CALENDAR_DAY: "calendar"}


@dataclass(frozen=True, slots=True)
class Example:
    """An example of the last day: accepted today, decided by then, with each day between."""

    accepted_on: date
    due_on: date
    rows: list[Row]
    provisional: bool
    n: int = 0
    unit: str = "workday"


def procedure_label(edition: ItemEdition) -> str:
    """The procedure as people call it, with its version."""
    try:
        label = lifecycle.procedure(selectors.procedure_name(edition), edition.procedure_version).label
    except KeyError:
        label = f"{edition.procedure}（本机没有这个程序）"
    return f"{label} 第 {edition.procedure_version} 版"


def steps_of(edition: ItemEdition, way: Course | None, limits: selectors.Limits) -> list[tuple[str, str]]:
    """The course in words: as the edition tells it, else as the procedure says it."""
    if edition.steps:
        return [(str(step.get("name", "")), str(step.get("text", ""))) for step in edition.steps]
    if way is None:
        return []
    return [(said(rule), _who(rule, limits, long=True)) for rule in way.way]


def _who(rule: lifecycle.StepRule, limits: selectors.Limits, *, long: bool = False) -> str:
    """Who takes a step and how long it may take, in a few words."""
    if rule.clock == "start" and rule.clock_name == "receipt":
        return "网上或任一窗口提交，当场得到收件凭证。" if long else "网上或窗口"
    if rule.clock == "start" and rule.clock_name == "handling":
        return "材料不齐的，当场或 5 个工作日内一次告知；逾期不告知，自收到之日起即为受理。" if long else "5 个工作日内"
    if rule.hold_point == "decide":
        limit = str(limits.working) if limits.working else ""
        if not limit:
            return "依法作出决定；不同意的，说明理由并告知复议、诉讼权利。" if long else ""
        within = limit if limits.working and limits.working.number == 0 else f"{limit}内"
        return f"受理后{within}作出决定；不同意的，说明理由并告知复议、诉讼权利。" if long else within
    if rule.clock == "finish" and rule.hold_point == "deliver":
        return "决定之日起 10 个工作日内送达，可到窗口领取或邮寄。" if long else "10 个工作日内"
    if rule.by in ("applicant", "either"):
        return "由您办理。" if long else "您来办"
    law = f"（{rule.law}）" if rule.law else ""
    return f"由实施部门办理{law}。" if long else "部门办理"


def drawing(way: Course, limits: selectors.Limits) -> SafeString:
    boxes = [
        charts.Box(
            said(rule),
            _who(rule, limits),
            "you" if rule.by in ("applicant", "either") or rule.action == "deliver" else "",
        )
        for rule in way.way
    ]
    beside: dict[int, charts.Branch] = {}
    for side in way.sides:
        # One branch under each step: what stops the clock is told before what ends the matter; the words below tell all.
        if side.stops:
            beside[side.at] = charts.Branch(side.at, charts.Box(_short(said(side.rule)), "停止计时", "stop"))
    for side in way.sides:
        if side.at not in beside and side.rule.hold_point == "decide":
            beside[side.at] = charts.Branch(side.at, charts.Box(_short(said(side.rule)), "说明理由与救济"), ends=True)
    names = "、".join(said(rule) for rule in way.way)
    return charts.flow(boxes, [beside[at] for at in sorted(beside)], f"办理流程：{names}")


def _short(text: str) -> str:
    return text.split("，")[0][:8]


def asides(way: Course) -> list[tuple[str, str]]:
    """What may happen beside the way, in words."""
    told = []
    for side in way.sides:
        where = said(way.way[side.at])
        law = f"（{side.rule.law}）" if side.rule.law else ""
        effect = "期间停止计时" if side.stops else "办理到此结束"
        told.append((_short(said(side.rule)), f"在“{where}”之前可能发生，{effect}{law}。"))
    return told


def example(limit: Limit | None, today: date) -> Example | None:
    """If it were accepted today; None without a clock, for units not counted in days, or where the calendar ends."""
    if limit is None or limit.unit not in _UNITS:
        return None
    try:
        found = clocks.answer(today, limit.number, _UNITS[limit.unit], calendar.work_calendar())
    except Refusal:
        return None
    if found.due_on is None:
        return None
    number = 0
    days = []
    for entry in found.days:
        number += entry.counted
        kind: Kind = "due" if entry.day == found.due_on else "counted" if entry.counted else "off"
        days.append(
            Day(
                entry.day,
                kind,
                number if entry.counted else None,
                why=entry.why,
                law=entry.law,
                mark="" if entry.counted else "跳过",
            )
        )
    rows = fold(days, today=today)
    return Example(today, found.due_on, rows, found.provisional, limit.number, _UNITS[limit.unit])
