"""Reports: the page, the Excel file and the picture of the same numbers."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render

from yimen.ground.identity.policies import requires
from yimen.ground.kit import charts, exports
from yimen.ground.kit.pictures import picture
from yimen.ground.kit.refusals import NotFound
from yimen.service.reform import policies, selectors
from yimen.service.reform.selectors.reports import Line, Report
from yimen.service.reform.views.asking import actor_of, asked_of, choosable

SAYS = {
    "changes": "承接、取消、冻结、调整、赋权、下放各多少，按方式、部门、月份。",
    "cleanup": "各部门自查、报送、审定到哪里，哪些超期。",
    "implementation": "引用上级目录和填报发布的比率，差的是哪些事项。",
    "speed": "法定、承诺、实际三个时间，按部门或按类别，不达标的名单。",
    "rebuilding": "内部环节、用时、材料、跑动次数前后对比。",
    "online": "网上可办率、全程网办率、深度，按部门和月份。",
    "handlings": "四项标签的认定和比率。",
    "simplified": "备案简化、管理权下放、业务无纸化。",
    "five": "流程、环节、收费、实际用时，按事项类型。",
    "proofs": "保留与取消的证明，取消后以什么代替。",
    "standards": "标准的出台、检查和整改。",
}


@requires(policies.VIEW)
def reports(request: HttpRequest) -> HttpResponse:
    """Every report with what it answers."""
    return render(
        request,
        "reform/reports.html",
        {"reports": [(slug, title, SAYS.get(slug, "")) for slug, title in selectors.titles()]},
    )


def _built(request: HttpRequest, slug: str) -> Report:
    asked = asked_of(request)
    report = selectors.build(slug, asked)
    if report is None:
        raise NotFound("没有这个报表。", next_step="请从改革报表进入。")
    return report


@requires(policies.VIEW)
def report(request: HttpRequest, slug: str) -> HttpResponse:
    """A report on the screen: the sentence, the picture, the table whose numbers lead to their lists."""
    built = _built(request, slug)
    context: dict[str, Any] = {
        "report": built,
        "figure": charts.figure(built.drawing, built.marks, title=built.caption, name=built.first, unit=built.unit)
        if built.marks
        else "",
        "asked": request.GET,
        "span": asked_of(request),
        "query": request.GET.urlencode(),
        "departments": choosable(request),
        "rounds": policies.cleanups(actor_of(request)).order_by("-created_at")[:20] if "round" in built.filters else [],
    }
    return render(request, "reform/report.html", context)


@requires(policies.VIEW)
def report_export(request: HttpRequest, slug: str) -> HttpResponseBase:
    """The same numbers as an Excel file."""
    built = _built(request, slug)
    columns: list[exports.Column[Line]] = [exports.Column(built.first, lambda line: line.name, width=28)]
    for place, head in enumerate(built.heads):
        title = f"{head.title}（{head.unit}）" if head.unit else head.title
        columns.append(exports.Column(title, lambda line, place=place: line.values[place]))  # type: ignore[misc]  # bound now
    lines = [*built.lines, *([built.total] if built.total else [])]
    return exports.download(f"{built.title}.xlsx", exports.xlsx(columns, lines, sheet="报表"))


@requires(policies.VIEW)
def report_picture(request: HttpRequest, slug: str) -> HttpResponse:
    """The same picture as a file."""
    built = _built(request, slug)
    title = f"{built.title}：{built.caption}"
    return picture(f"{built.title}.svg", built.drawing, title=title, source=f"{settings.CENTRE_NAME}　{built.lead}")
