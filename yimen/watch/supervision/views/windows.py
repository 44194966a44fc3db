"""窗口绩效 of single windows and people: the table, its picture and workbook, the list behind each number (R217)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from yimen.ground.identity.policies import actor_of, requires
from yimen.ground.identity.rules import Actor
from yimen.ground.kit import charts, exports, moments
from yimen.ground.kit.paging import page_by_key
from yimen.ground.kit.periods import Period, period_or, whole_month
from yimen.ground.kit.pictures import picture
from yimen.ground.kit.questions import EXPORT_MOST, file_url, text_asked, wants_file, workbook
from yimen.ground.kit.refusals import NotAllowed, NotFound
from yimen.watch.supervision import policies, selectors, services
from yimen.watch.supervision.selectors import windows as counting
from yimen.watch.supervision.selectors.windows import LABELS, MARKS, WindowScore
from yimen.watch.supervision.views.alerts import COLUMNS as ALERT_COLUMNS
from yimen.watch.supervision.views.alerts import rows_of as alert_rows
from yimen.watch.supervision.views.board import matters_workbook
from yimen.watch.supervision.views.board import rows_of as matter_rows

LONGEST_DAYS = 800
BARS = 15
BY = {"window": "窗口", "person": "人员"}


def span_of(request: HttpRequest) -> Period:
    """The days asked for; this month where none are."""
    today = moments.day_of(moments.now())
    return period_or(whole_month(today), request.GET, today, longest_days=LONGEST_DAYS)


def tabs_of(actor: Actor, span: Period) -> list[tuple[str, str]]:
    """Department, window and, for whoever may, person; each for the same days."""
    days = urlencode({"first": span.first.isoformat(), "last": span.last.isoformat()})
    windows = reverse("supervision:window_scores")
    tabs = [("按部门", f"{reverse('supervision:scores')}?{days}"), ("按窗口", f"{windows}?by=window&{days}")]
    return [*tabs, ("按人员", f"{windows}?by=person&{days}")] if actor.holds(policies.PEOPLE) else tabs


def _columns(by: str) -> Sequence[exports.Column[WindowScore]]:
    columns: list[exports.Column[WindowScore]] = [
        exports.Column(BY[by], lambda each: each.name, width=28),
        exports.Column("所在" if by == "window" else "岗位所在", lambda each: each.place, width=28),
        exports.Column("得分", lambda each: each.points),
    ]
    for name, label in LABELS.items():
        columns.append(exports.Column(label, lambda each, name=name: each.counts[name]))  # type: ignore[misc]  # bound now
    return columns


@requires(policies.WATCH)
@require_safe
def scores(request: HttpRequest) -> HttpResponseBase:
    """Each window, or person, with its numbers and its points; the formula stands on the page."""
    actor, span, terms = actor_of(request), span_of(request), services.terms_now()
    by = "person" if request.GET.get("by") == "person" else "window"
    if by == "person" and not actor.holds(policies.PEOPLE):
        raise NotAllowed("您没有查看窗口人员绩效的权限。", next_step="请看按窗口的绩效，或请安全管理员授权。")
    count = counting.person_scores if by == "person" else counting.window_scores
    found = count(actor, span.first, span.last, terms)
    title = f"窗口绩效（按{BY[by]}）"
    if wants_file(request):
        return workbook(title, _columns(by), found, moments.now())
    marks = [charts.Mark(each.name, each.points, _behind(by, each, "taken", span)) for each in found[:BARS]]
    says = f"各{'窗口' if by == 'window' else '人员'}得分"
    drawing = charts.bars(marks, says) if marks else None
    if request.GET.get("as") == "svg" and drawing is not None:
        return picture(f"{title}.svg", drawing, title=title, source=settings.CENTRE_NAME)
    context = {
        "span": span,
        "by": by,
        "head": BY[by],
        "heads": LABELS.values(),
        "rows": [(each, [(LABELS[name], n, _behind(by, each, name, span) if n else "") for name, n in each.counts.items()])
                 for each in found],
        "terms": terms,
        "tabs": tabs_of(actor, span),
        "here": tabs_of(actor, span)[1 if by == "window" else 2][1],
        "may_set": actor.holds(policies.RULES),
        "figure": charts.figure(drawing, marks, title=says, name=BY[by], unit="分") if drawing else "",
        "more": max(0, len(found) - BARS),
        "export_url": file_url(request),
        "picture_url": file_url(request, "svg"),
    }  # fmt: skip
    return render(request, "supervision/window_scores.html", context)


def _behind(by: str, each: WindowScore, which: str, span: Period) -> str:
    asked = {"by": by, "key": each.key, "which": which, "first": span.first.isoformat(), "last": span.last.isoformat()}
    return f"{reverse('supervision:window_behind')}?{urlencode(asked)}"


@requires(policies.WATCH)
@require_safe
def behind(request: HttpRequest) -> HttpResponseBase:
    """The matters or alerts of one number of one window or person."""
    actor, at, span = actor_of(request), moments.now(), span_of(request)
    by = "person" if request.GET.get("by") == "person" else "window"
    which, key = text_asked(request, "which"), counting.key_of(by, request.GET.get("key", ""))
    name = counting.name_of(key) if key is not None else ""
    if which not in LABELS or key is None or not name or (by == "person" and not actor.holds(policies.PEOPLE)):
        raise NotFound("没有这项数字。", next_step="请从窗口绩效的数字进入。")
    days = f"{moments.say_date(span.first, weekday=False)}至{moments.say_date(span.last, weekday=False)}"
    context: dict[str, Any] = {
        "title": f"{LABELS[which]}：{name}",
        "said": days,
        "which": which,
        "export_url": file_url(request),
        "back": _behind(by, WindowScore("", ""), "", span).replace(
            reverse("supervision:window_behind"), reverse("supervision:window_scores")
        ),
    }
    if which in MARKS:
        found = counting.mark_behind(actor, which, span.first, span.last, key)
        if wants_file(request):
            return workbook(context["title"], ALERT_COLUMNS, alert_rows(found[:EXPORT_MOST], at), at)
        page = page_by_key(found, order=("-found_at", "-pk"), asked=request.GET, size=20)
        return render(
            request,
            "supervision/window_behind.html",
            context | {"page": page, "rows": alert_rows(page, at), "marks": True},
        )
    matters = counting.window_behind(actor, which, span.first, span.last, key)
    if wants_file(request):
        return matters_workbook(context["title"], matters, at)
    listed = page_by_key(matters, order=("-opened_at", "-id"), asked=request.GET, size=20)
    rows = matter_rows(selectors.shining(list(listed)), at)
    return render(request, "supervision/window_behind.html", context | {"page": listed, "rows": rows, "marks": False})
