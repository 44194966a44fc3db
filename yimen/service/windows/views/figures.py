"""Numbers of pulls and first contacts: each opens the list it counts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse

from yimen.ground.identity.policies import actor_of, requires
from yimen.ground.kit import charts, exports, moments
from yimen.ground.kit.periods import Period, named_period, period_or
from yimen.ground.kit.questions import file_url, wants_file, workbook
from yimen.service.windows import policies
from yimen.service.windows.selectors import figures as counted


@requires(policies.VIEW)
def figures(request: HttpRequest) -> HttpResponseBase:
    """Answered in time per section; answered by the first-asked per unit."""
    actor, at = actor_of(request), moments.now()
    today = moments.day_of(at)
    span = period_or(named_period("this_year", today), request.GET, today)
    pulls, sections = counted.pull_figures(actor, span, at)
    firsts, units = counted.first_figures(actor, span, at)
    if wants_file(request):
        if request.GET.get("of") == "first":
            return workbook(
                "首问统计", _columns(counted.FIRST_COLUMNS, "首问单位", ("by_first", "answered")), [*units, firsts], at
            )
        return workbook(
            "股室协办统计", _columns(counted.PULL_COLUMNS, "股室", ("in_time", "answered")), [*sections, pulls], at
        )
    marks = [
        charts.Mark(line.name, line.share("in_time", "answered") or 0, url_of("pulls", "answered", span, line.id))
        for line in sections
        if line.numbers["answered"]
    ]
    drawing = charts.figure(
        charts.bars(marks, "各股室按时答复的百分比"), marks, title="各股室按时答复率", name="股室", unit="%"
    ) if marks else ""  # fmt: skip
    context = {
        "span": span, "drawing": drawing, "export_url": file_url(request),
        "tables": [
            _table("股室协办", "股室", "按时率", ("in_time", "answered"), counted.PULL_COLUMNS, sections, pulls, "pulls", span,
                   f"{file_url(request)}&of=pulls"),
            _table("首问", "首问单位", "首问人答复率", ("by_first", "answered"), counted.FIRST_COLUMNS, units, firsts, "first_asks",
                   span, f"{file_url(request)}&of=first"),
        ],
    }  # fmt: skip
    return render(request, "windows/figures.html", context)


def url_of(page: str, column: str, span: Period, place: int = 0) -> str:
    """The list behind a number."""
    asked: dict[str, Any] = {
        "box": "all",
        "counts": column,
        "first": span.first.isoformat(),
        "last": span.last.isoformat(),
    }
    if place:
        asked["section" if page == "pulls" else "unit"] = place
    return f"{reverse(f'windows:{page}')}?{urlencode(asked)}"


def _table(
    title: str, head: str, share: str, parts: tuple[str, str], columns: Mapping[str, str], lines: Sequence[counted.Line],
    whole: counted.Line, page: str, span: Period, export_url: str,
) -> dict[str, Any]:  # fmt: skip
    def cells(line: counted.Line) -> list[tuple[str, int, str]]:
        return [(label, line.numbers[key], url_of(page, key, span, line.id)) for key, label in columns.items()]

    return {
        "title": title, "head": head, "share": share, "heads": list(columns.values()), "export_url": export_url,
        "rows": [(line, cells(line), line.share(*parts)) for line in lines],
        "whole": (whole, cells(whole), whole.share(*parts)) if lines else None,
    }  # fmt: skip


def _columns(columns: Mapping[str, str], head: str, parts: tuple[str, str]) -> Sequence[exports.Column[counted.Line]]:
    def number(key: str) -> exports.Column[counted.Line]:
        return exports.Column(columns[key], lambda line: line.numbers[key])

    return (
        exports.Column(head, lambda line: line.name, width=32),
        *(number(key) for key in columns),
        exports.Column("百分比", lambda line: line.share(*parts)),
        exports.Column("平均小时", lambda line: line.hours),
    )
