"""效能监督 at a glance, and the numbers of complaints (R236, R238). Every number opens its list."""

from __future__ import annotations

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse

from yimen.ground.identity.policies import actor_of, requires
from yimen.ground.kit import charts, exports, moments
from yimen.ground.kit.periods import Period, named_period, period_or
from yimen.ground.kit.questions import file_url, wants_file, workbook
from yimen.watch.efficiency import policies
from yimen.watch.efficiency.registers import REGISTERS
from yimen.watch.efficiency.selectors import board as counted

CHARTED = 12


@requires(policies.VIEW, policies.MANAGE)
def board(request: HttpRequest) -> HttpResponseBase:
    """What stands where."""
    actor, at = actor_of(request), moments.now()
    groups = [
        (name, says, [(stat, f"{reverse(f'efficiency:{stat.to}')}?{stat.query}") for stat in stats])
        for name, says, stats in counted.board(actor, at)
    ]
    rows = [
        (REGISTERS[key].label, open_, whole, reverse("efficiency:register", args=[key]))
        for key, open_, whole in counted.register_counts(actor)
    ]
    may_set = any(held.scope in ("division", "all") for held in actor.held(policies.MANAGE))
    return render(request, "efficiency/board.html", {"groups": groups, "registers": rows, "may_set": may_set})


@requires(policies.COMPLAINTS)
def figures(request: HttpRequest) -> HttpResponseBase:
    """Complaints lodged in a period: taken, found true or not, hours, satisfaction; by unit."""
    actor, at = actor_of(request), moments.now()
    span = period_or(named_period("this_year", moments.day_of(at)), request.GET, moments.day_of(at))
    whole, lines = counted.figures(actor, span)
    if wants_file(request):
        return workbook("效能投诉统计", _columns(), [*lines, whole], at)
    rows = [(line, _cells(line, span)) for line in lines]
    marks = [
        charts.Mark(line.name, line.numbers["received"], _url("received", line.unit, span)) for line in lines[:CHARTED]
    ]
    says = f"{span.said}收到 {whole.numbers['received']} 件，有效 {whole.numbers['effective']} 件"
    drawing = ""
    if marks:
        drawing = charts.figure(charts.bars(marks, says), marks, title="各单位被投诉件数", name="单位", unit="件")
    context = {
        "span": span, "whole": whole, "whole_cells": _cells(whole, span), "rows": rows, "drawing": drawing,
        "heads": [head for head, _, _ in counted.NUMBERS.values()], "export_url": file_url(request),
    }  # fmt: skip
    return render(request, "efficiency/figures.html", context)


def _cells(line: counted.Figures, span: Period) -> list[tuple[str, int, str]]:
    return [(head, line.numbers[name], _url(name, line.unit, span)) for name, (head, _, _) in counted.NUMBERS.items()]


def _url(name: str, unit: int | None, span: Period) -> str:
    """The list behind a number."""
    asked = {"box": "all", "first": span.first.isoformat(), "last": span.last.isoformat()}
    if unit is not None:
        asked["unit"] = str(unit)
    more = counted.NUMBERS[name][2]
    return f"{reverse('efficiency:complaints')}?{urlencode(asked)}{'&' if more else ''}{more}"


def _columns() -> list[exports.Column[counted.Figures]]:
    def number(name: str, head: str) -> exports.Column[counted.Figures]:
        return exports.Column(head, lambda line: line.numbers[name])

    return [
        exports.Column("单位", lambda line: line.name, width=28),
        *(number(name, head) for name, (head, _, _) in counted.NUMBERS.items()),
        exports.Column("有效率（%）", lambda line: line.share),
        exports.Column("平均办理小时", lambda line: line.hours),
    ]
