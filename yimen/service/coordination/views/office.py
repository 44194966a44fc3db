"""The management office: its four duties on one page, the period's numbers, briefings, reports to government (R003, R015)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse

from yimen.ground.identity.policies import actor_of, requires
from yimen.ground.identity.rules import Actor
from yimen.ground.kit import asking, charts, exports, moments
from yimen.ground.kit.paging import page_by_key
from yimen.ground.kit.periods import Period, month_of, named_period, period_or, whole_month
from yimen.ground.kit.questions import file_url, wants_file, workbook
from yimen.ground.kit.refusals import NotFound
from yimen.ground.organisations import selectors as organisations
from yimen.service.coordination import forms as asked
from yimen.service.coordination import policies, selectors, services
from yimen.service.coordination.models import GovernmentReport, ReportLine
from yimen.service.coordination.selectors import figures
from yimen.service.coordination.selectors.terms import centre_of, departments_seen
from yimen.service.coordination.views.asking import today

PAGE = 20


# --- Four duties


@requires(policies.WATCH)
def overview(request: HttpRequest) -> HttpResponseBase:
    """管理、服务、协调、监督: what stands open under each, every number a way to its list (R003)."""
    actor, at = actor_of(request), moments.now()
    centre = centre_of(actor)
    departments = departments_seen(actor, policies.WATCH, centre)
    ids = [unit.pk for unit in departments]
    people = list(selectors.leaders_of(ids, today()))
    terms = selectors.terms_of(centre.pk)
    span = whole_month(today())
    totals = selectors.totals(selectors.by_department(departments, span, at, ("open", "overdue", "solved")))
    liaisons = selectors.liaison_rows(departments, today())
    standings = selectors.visit_standings(ids, today(), terms.visit_days, people)
    leaders = selectors.shift_leaders(ids, today(), people)
    late_groups = selectors.late_groups(actor, today())
    unread = selectors.waiting(policies.receives(actor))
    log, this_month = reverse("coordination:log"), span.query
    duties = [
        ("管理", "带班、联络、领导小组是否到位", [
            ("本月带班空缺", totals["gaps"], "天", reverse("coordination:roster") + "?gaps=1"),
            ("没有联络协办员", sum(1 for row in liaisons if row.liaison is None), "个单位",
             reverse("coordination:liaisons") + "?state=gap"),
            ("领导小组逾期未报", late_groups, "个", reverse("coordination:groups") + "?state=late"),
        ]),
        ("服务", "走访部门、上下传递是否顺畅", [
            ("本月回访部门", totals["return_visits"], "次", reverse("coordination:return_visits")),
            ("待签收、待回复的文", unread, "件",
             reverse("coordination:channel") if actor.holds(policies.CHANNEL) else ""),
        ]),
        ("协调", "需要几家一起办的事办得怎样", [
            ("在办协调事项", totals["open"], "件", f"{log}?{this_month}&counts=open"),
            ("现已超期", totals["overdue"], "件", f"{log}?{this_month}&counts=overdue"),
            ("本月已解决", totals["solved"], "件", f"{log}?{this_month}&counts=solved"),
        ]),
        ("监督", "领导是否真管、是否到场", [
            ("挂名领导", sum(row.nominal for row in leaders), "位", reverse("coordination:nominal")),
            ("到期没安排现场办公", sum(1 for each in standings if each.next is None and each.late(today())), "位",
             reverse("coordination:site_visits")),
            ("本月应到未到", totals["visits_missed"], "次", reverse("coordination:site_visits") + "?state=missed"),
        ]),
    ]  # fmt: skip
    context = {
        "centre": centre,
        "duties": duties,
        "span": span,
        "terms": terms,
        "may_set": actor.holds(policies.MANAGE),
    }
    return render(request, "coordination/overview.html", context)


@requires(policies.MANAGE)
def terms(request: HttpRequest) -> HttpResponseBase:
    """The centre's limits and intervals."""
    actor = actor_of(request)
    centre = centre_of(actor)
    held = selectors.terms_of(centre.pk)
    names = list(asked.TermsForm.base_fields)
    form = asked.TermsForm(
        request.POST if request.method == "POST" else None, initial={name: getattr(held, name) for name in names}
    )
    return asking.ask(
        request,
        heading="时限设定",
        note="上级文件只要求“定期”“及时”，没有写明天数，由中心自行设定。改动只对以后开始的事项起作用。",
        verb="保存",
        form=form,
        act=lambda given: services.set_terms(
            actor=actor, centre=centre, given=services.TermsGiven(**given), at=moments.now()
        ),
        back=reverse("coordination:overview"),
        said="已保存。",
    )


# --- Numbers of a period


def _span(request: HttpRequest) -> Period:
    return period_or(Period(month_of(today()), today()), request.GET, today(), longest_days=400)


@requires(policies.WATCH)
def numbers(request: HttpRequest) -> HttpResponseBase:
    """Each department's numbers of a period: table, Excel and picture; each number opens the list behind it."""
    actor, at = actor_of(request), moments.now()
    span = _span(request)
    lines = selectors.by_department(departments_seen(actor, policies.WATCH), span, at)
    if wants_file(request):
        return workbook(f"协调督促情况 {span.first}至{span.last}", _columns(), lines, at)
    totals = selectors.totals(lines)
    answerable = sorted((line for line in lines if line.assigned), key=lambda line: -line.assigned)[:12]
    marks = [charts.Mark(line.name, line.assigned, _behind("assigned", line.unit_id, span)) for line in answerable]
    most = f"，最多的是{answerable[0].name} {answerable[0].assigned} 件" if answerable else ""
    says = f"各部门承办的协调事项共 {totals['assigned']} 件{most}"
    context = {
        "span": span,
        "rows": [(line, _cells(line, span)) for line in lines],
        "heads": list(selectors.COLUMNS.values()),
        "totals": [totals[name] for name in selectors.COLUMNS],
        "drawing": charts.figure(charts.bars(marks, says), marks, title="承办的协调事项", name="部门", unit="件")
        if marks
        else "",
        "export_url": file_url(request),
        "may_brief": actor.holds(policies.MANAGE),
        "query": span.query,
    }
    return render(request, "coordination/numbers.html", context)


def _columns() -> list[exports.Column[figures.Line]]:
    columns: list[exports.Column[figures.Line]] = [exports.Column("部门", lambda row: row.name, width=28)]
    for name, label in selectors.COLUMNS.items():
        columns.append(exports.Column(label, lambda row, name=name: getattr(row, name)))  # type: ignore[misc]  # one column a number
    return columns


def _cells(line: figures.Line, span: Period) -> list[tuple[str, int, str]]:
    return [
        (label, getattr(line, name), _behind(name, line.unit_id, span) if getattr(line, name) else "")
        for name, label in selectors.COLUMNS.items()
    ]


def _behind(name: str, unit_id: int, span: Period) -> str:
    """The address of the list that a number counts."""
    if name in figures.ISSUES:
        return f"{reverse('coordination:log')}?{span.query}&counts={name}&department={unit_id}"
    if name == "gaps":
        return f"{reverse('coordination:roster_department', args=[unit_id])}?month={span.first:%Y-%m}"
    if name == "return_visits":
        return f"{reverse('coordination:return_visits')}?department={unit_id}"
    state = "done" if name == "visits_done" else "missed"
    return f"{reverse('coordination:site_visits')}?department={unit_id}&state={state}"


@requires(policies.MANAGE)
def brief(request: HttpRequest) -> HttpResponseBase:
    """通报: the numbers of a period go to the heads of all resident departments, with receipts."""
    actor = actor_of(request)
    centre = centre_of(actor)
    span = _span(request)
    if not request.GET.get("first"):
        span = named_period("last_month", today())
    count = selectors.resident_departments(centre).count()
    form = asked.BriefingForm(
        request.POST if request.method == "POST" else None,
        initial={
            "first": span.first,
            "last": span.last,
            "subject": f"{span.first.year}年{span.first.month}月协调督促情况通报",
            "body": "现将各单位带班、现场办公和协调事项办理情况通报如下，请对照查漏补缺。",
        },
    )
    return asking.ask(
        request,
        heading="发通报",
        note=f"期间的数字随通报一起固定下来，发给 {count} 个入驻部门的负责人，逐个签收。",
        verb="发出通报",
        form=form,
        act=lambda given: services.send_briefing(actor=actor, centre=centre, at=moments.now(), **given),
        back=reverse("coordination:numbers"),
        then=reverse("coordination:channel") + "?box=sent&kind=briefing",
        said="通报已发出。",
    )


# --- Reports to government


@requires(policies.VIEW)
def reports(request: HttpRequest) -> HttpResponseBase:
    """What was reported, newest first."""
    actor = actor_of(request)
    found = selectors.reports(actor)
    if wants_file(request):
        return workbook("协调事项报告", REPORT_COLUMNS, _lines(found), moments.now())
    context = {
        "page": page_by_key(found, order=("-reported_at", "-id"), asked=request.GET, size=PAGE),
        "may_report": actor.holds(policies.MANAGE),
        "export_url": file_url(request),
    }
    return render(request, "coordination/reports.html", context)


REPORT_COLUMNS: Sequence[exports.Column[ReportLine]] = (
    exports.Column("文号", lambda row: row.report.number, width=24),
    exports.Column("报告时间", lambda row: row.report.reported_at),
    exports.Column("报送", lambda row: row.report.addressed_to.name, width=24),
    exports.Column("序号", lambda row: row.order),
    exports.Column("事项", lambda row: row.title, width=40),
    exports.Column("责任单位", lambda row: row.responsible, width=28),
    exports.Column("协调经过", lambda row: row.course, width=80),
    exports.Column("请求事项", lambda row: row.report.request, width=50),
)


def _lines(found: Any) -> Any:
    return (
        ReportLine.objects.filter(report__in=found.values("pk"))
        .select_related("report__addressed_to")
        .order_by("-report__reported_at", "report_id", "order")
    )


@requires(policies.MANAGE)
def new_report(request: HttpRequest) -> HttpResponseBase:
    """Choose issues and report them; they wait for the government from then on."""
    actor = actor_of(request)
    centre = centre_of(actor)
    open_ones = list(
        selectors.in_course(actor)
        .filter(matter__centre=centre, matter__state__in=("raised", "assigned", "answered"))
        .order_by("matter__sort_at", "pk")[:100]
    )
    by_id = {issue.pk: issue for issue in open_ones}
    governments = [unit for unit in organisations.tree() if unit.kind in ("government", "office")]
    chosen = request.GET.get("issue", "")
    month = today()
    form = asked.ReportForm(
        request.POST if request.method == "POST" else None,
        governments=asked.unit_choices(governments),
        issues=[
            (issue.pk, f"{issue.matter.title}\n{issue.matter.department.name}，{issue.matter.code}")
            for issue in open_ones
        ],
        initial={
            "title": f"关于请求协调解决{month.year}年{month.month}月有关事项的报告",
            "issues": [issue.pk for issue in open_ones if issue.matter.code == chosen],
        },
    )

    def act(given: dict[str, Any]) -> HttpResponseBase:
        issues = [by_id[pk] for pk in given.pop("issues")]
        to = organisations.unit(given.pop("addressed_to"))
        report = services.report_issues(
            actor=actor, centre=centre, addressed_to=to, issues=issues, at=moments.now(), **given
        )
        messages.success(request, f"已上报，文号 {report.number}。")
        return redirect("coordination:report", report.uid)

    return asking.ask(
        request,
        heading="报政府",
        note="上报以后这些事项停止计时，等政府批示；批示下来再转交承办单位落实。"
        if open_ones
        else "现在没有可以上报的事项。",
        verb="上报",
        form=form,
        act=act,
        back=reverse("coordination:reports"),
    )


def _report(actor: Actor, uid: UUID) -> GovernmentReport:
    found = selectors.reports(actor).filter(uid=uid).first()
    if found is None:
        raise NotFound("没有这份报告，或者不在您的管理范围内。", next_step="请从报告清单进入。")
    return found


@requires(policies.VIEW)
def report(request: HttpRequest, uid: UUID) -> HttpResponseBase:
    """The report on paper; `?as=xlsx` as a workbook."""
    found = _report(actor_of(request), uid)
    lines = found.lines.select_related("issue__matter", "report__addressed_to").order_by("order")
    if wants_file(request):
        return workbook(f"报告 {found.number}", REPORT_COLUMNS, lines, moments.now())
    return render(
        request, "coordination/report.html", {"report": found, "lines": lines, "export_url": file_url(request)}
    )
