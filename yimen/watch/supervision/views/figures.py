"""监察统计、窗口绩效: numbers that open their lists, as page, workbook and picture (R217, R218)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse

from yimen.ground.identity.policies import actor_of, requires
from yimen.ground.kit import charts, exports, moments
from yimen.ground.kit.periods import Period, month_of, period_or, whole_month
from yimen.ground.kit.pictures import picture
from yimen.ground.kit.questions import file_url, wants_file, workbook
from yimen.watch.supervision import policies, selectors, services
from yimen.watch.supervision.selectors.alerts import MARK_LABELS, Line, Score
from yimen.watch.supervision.views.windows import tabs_of

LONGEST_DAYS = 800


def _span(request: HttpRequest) -> Period:
    today = moments.day_of(moments.now())
    return period_or(whole_month(today), request.GET, today, longest_days=LONGEST_DAYS)


def _behind(line: Line, by: str, mark: str, span: Period) -> str:
    """The address of the list that a number counts."""
    asked = {"mark": mark, "first": span.first.isoformat(), "last": span.last.isoformat()}
    if by == "month":
        first = month_of(_day(line.key))
        last = whole_month(first).last
        asked |= {"first": max(first, span.first).isoformat(), "last": min(last, span.last).isoformat()}
    elif line.key:
        asked[by] = line.key
    else:
        asked["source"] = "hand"
    return f"{reverse('supervision:alerts')}?{urlencode(asked)}"


def _day(month: str) -> date:
    return date.fromisoformat(f"{month}-01")


@requires(policies.WATCH)
def figures(request: HttpRequest) -> HttpResponseBase:
    """Alerts of a period by rule, department, violation or month, and what became of them."""
    actor, span = actor_of(request), _span(request)
    by = request.GET.get("by", "")
    by = by if by in selectors.BY else "rule"
    lines = selectors.figures(actor, span.first, span.last, by)
    if wants_file(request):
        columns: list[exports.Column[Line]] = [exports.Column(selectors.BY[by], lambda line: line.name, width=28)]
        for mark, label in MARK_LABELS.items():
            columns.append(exports.Column(label, lambda line, mark=mark: line.counts[mark]))  # type: ignore[misc]  # bound now
        return workbook("监察统计", columns, lines, moments.now())
    marks = [charts.Mark(line.name, line.counts["all"], _behind(line, by, "all", span)) for line in lines[:12]]
    says = f"{moments.say_date(span.first, weekday=False)}至{moments.say_date(span.last, weekday=False)}的预警，按{selectors.BY[by]}"
    drawing = charts.bars(marks, says) if marks else None
    if request.GET.get("as") == "svg" and drawing is not None:
        return picture("监察统计.svg", drawing, title=says, source=settings.CENTRE_NAME)
    rows = [
        (line, [(MARK_LABELS[mark], n, _behind(line, by, mark, span) if n else "") for mark, n in line.counts.items()])
        for line in lines
    ]
    context = {
        "span": span,
        "by": by,
        "choices": selectors.BY.items(),
        "heads": MARK_LABELS.values(),
        "rows": rows,
        "totals": [sum(line.counts[mark] for line in lines) for mark in MARK_LABELS],
        "figure": charts.figure(drawing, marks, title=says, name=selectors.BY[by], unit="条") if drawing else "",
        "export_url": file_url(request),
        "picture_url": file_url(request, "svg"),
    }
    return render(request, "supervision/figures.html", context)


SCORE_COLUMNS: Sequence[exports.Column[Score]] = (
    exports.Column("部门", lambda each: each.name, width=28),
    exports.Column("得分", lambda each: each.points),
    exports.Column("红牌", lambda each: each.red),
    exports.Column("黄牌", lambda each: each.yellow),
    exports.Column("提醒", lambda each: each.noted),
    exports.Column("超期办结", lambda each: each.late),
    exports.Column("办结", lambda each: each.closed),
)


@requires(policies.WATCH)
def scores(request: HttpRequest) -> HttpResponseBase:
    """The appraisal of departments from supervision data alone, with its formula on the page."""
    actor, span, terms = actor_of(request), _span(request), services.terms_now()
    found = selectors.scores(actor, span.first, span.last, terms)
    if wants_file(request):
        return workbook("窗口绩效", SCORE_COLUMNS, found, moments.now())
    marks = [charts.Mark(each.name, each.points, _marks(each, "all", span)) for each in found[:15]]
    drawing = charts.bars(marks, "各部门得分") if marks else None
    if request.GET.get("as") == "svg" and drawing is not None:
        return picture("窗口绩效.svg", drawing, title="窗口绩效（监察数据）", source=settings.CENTRE_NAME)
    rows = [
        (
            each,
            [("红牌", each.red, _marks(each, "red", span)), ("黄牌", each.yellow, _marks(each, "yellow", span)),
             ("提醒", each.noted, _marks(each, "noted", span))],
        )
        for each in found
    ]  # fmt: skip
    context = {
        "span": span,
        "rows": rows,
        "tabs": tabs_of(actor, span),
        "here": tabs_of(actor, span)[0][1],
        "terms": terms,
        "may_set": actor.holds(policies.RULES),
        "figure": charts.figure(drawing, marks, title="各部门得分", name="部门", unit="分") if drawing else "",
        "export_url": file_url(request),
        "picture_url": file_url(request, "svg"),
    }
    return render(request, "supervision/scores.html", context)


def _marks(score: Score, mark: str, span: Period) -> str:
    asked = {
        "mark": mark,
        "department": score.department_id,
        "first": span.first.isoformat(),
        "last": span.last.isoformat(),
    }
    return f"{reverse('supervision:alerts')}?{urlencode(asked)}"
