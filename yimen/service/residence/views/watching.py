"""What is watched: attempts to withdraw (R023), volumes and little business (R024), what is taken in outside (R020)."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse

from yimen.ground.identity.policies import requires
from yimen.ground.kit import asking, charts, exports, moments
from yimen.ground.kit.paging import page_by_key
from yimen.ground.kit.periods import Period, last_days, period_or
from yimen.ground.kit.refusals import NotFound
from yimen.service.residence import policies, selectors, services
from yimen.service.residence.forms import HandleForm
from yimen.service.residence.models import WithdrawalAttempt
from yimen.service.residence.rules import SETTINGS
from yimen.service.residence.views.asking import actor_of, department_choices, kept, number
from yimen.service.residence.views.tables import Button, Cell, Filter, Table, heads, show

sees = requires(*policies.STAFF)


# --- Attempts


def _attempts(request: HttpRequest) -> Any:
    found = WithdrawalAttempt.objects.filter(
        policies.about(actor_of(request), "department", *policies.STAFF)
    ).select_related("department", "window", "item")
    state = request.GET.get("state", "")
    if state == "open":
        found = found.filter(handled_at__isnull=True)
    if request.GET.get("kind", "") in WithdrawalAttempt.Kind.values:
        found = found.filter(kind=request.GET["kind"])
    return found


@sees
def attempts(request: HttpRequest) -> HttpResponse:
    """Who tried to take what out, when, and what was done about it."""
    page = page_by_key(_attempts(request), order=("-at", "-id"), asked=request.GET, size=30)
    watches = actor_of(request).holds(policies.WATCH)
    rows = [
        [
            Cell(each.text),
            Cell(each.get_kind_display()),
            Cell(each.department.short_name if each.department else "多个部门"),
            Cell(each.items),
            Cell(f"{each.actor_name}", sub=each.actor_post),
            Cell(moments.say_moment(each.at)),
            Cell("已拦下" if each.refused else "已发生", status="normal" if each.refused else "red"),
            Cell(each.handling or ("去处理" if watches else "待监察处理"),
                 reverse("residence:handle_attempt", args=[each.pk]) if watches and not each.handled_at else "",
                 sub=f"{each.handled_by} {moments.say_moment(each.handled_at)}" if each.handled_at else "", wrap=True),
        ]
        for each in page.rows
    ]  # fmt: skip
    table = Table(
        title="擅自回撤记录",
        lead="没有调整决定就要撤窗口、撤部门、改收费的，谁、什么时候、要做什么。",
        heads=heads("情况", "做法", "部门", "涉及#", "操作人", "时间", "结果", "处理"),
        rows=rows,
        buttons=(
            Button(
                "导出 Excel", f"{reverse('residence:attempts_export')}?{urlencode(kept(request, 'state', 'kind'))}",
                icon="download",
            ),
        ),
        filters=(
            Filter("state", "全部", [("open", "待处理")], request.GET.get("state", "")),
            Filter("kind", "全部做法", WithdrawalAttempt.Kind.choices, request.GET.get("kind", "")),
        ),
        page=page,
        unit="次",
        empty=("没有擅自回撤的记录", "进驻的事项只有经过调整决定才离开大厅。"),
    )  # fmt: skip
    return show(request, table)


@sees
def attempts_export(request: HttpRequest) -> HttpResponseBase:
    """The same as a workbook."""
    columns: list[exports.Column[WithdrawalAttempt]] = [
        exports.Column("时间", lambda each: each.at, width=18),
        exports.Column("情况", lambda each: each.text, width=60),
        exports.Column("做法", lambda each: each.get_kind_display()),
        exports.Column("部门", lambda each: each.department.name if each.department else "", width=28),
        exports.Column("涉及事项数", lambda each: each.items),
        exports.Column("操作人", lambda each: each.actor_name),
        exports.Column("岗位", lambda each: each.actor_post, width=20),
        exports.Column("结果", lambda each: "已拦下" if each.refused else "已发生"),
        exports.Column("处理人", lambda each: each.handled_by),
        exports.Column("处理结果", lambda each: each.handling, width=40),
    ]
    rows = _attempts(request).order_by("-at").iterator(chunk_size=2000)
    return exports.download("擅自回撤记录.xlsx", exports.xlsx(columns, rows, sheet="回撤"))


@requires(policies.WATCH)
def handle_attempt(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The supervisor says what was done."""
    found = WithdrawalAttempt.objects.filter(
        policies.about(actor_of(request), "department", *policies.STAFF), pk=pk
    ).first()
    if found is None:
        raise NotFound("没有这条记录。", next_step="请从擅自回撤记录进入。")
    return asking.ask(
        request,
        heading="处理擅自回撤",
        note=found.text,
        verb="记下处理结果",
        form=HandleForm(request.POST if request.method == "POST" else None),
        act=lambda given: services.handle_attempt(actor=actor_of(request), attempt=found, at=moments.now(), **given),
        back=reverse("residence:attempts"),
        said="处理结果已记下。",
    )


# --- Volumes and what is outside

SHOWN = 100
BY = {"department": "部门", "window": "窗口", "item": "事项"}


def _period(request: HttpRequest) -> Period:
    """The last three months, unless the address says otherwise; never more than a year."""
    today = moments.day_of(moments.now())
    return period_or(last_days(90, today), request.GET, today, longest_days=366)


@sees
def volumes(request: HttpRequest) -> HttpResponse:
    """How much comes in where, the fewest first; from here a transfer-out is proposed."""
    period = _period(request)
    first, last = period.first, period.last
    by = request.GET.get("by", "department")
    by = by if by in BY else "department"
    actor = actor_of(request)
    department = number(request.GET.get("department", ""))
    found = selectors.fewest(
        by, first, last, policies.departments(actor, *policies.STAFF), department_id=department, most=SHOWN
    )
    span = {"first": first.isoformat(), "last": last.isoformat()}
    rest = {**span, **kept(request, "department")}
    decides = actor.holds(policies.DECIDE)
    marks = [charts.Mark(row.name, row.received) for row in found.best]
    drawing = charts.bars(marks, f"{BY[by]}中收件最多的是{marks[0].name}，{marks[0].said} 件" if marks else "没有收件")
    lines = []
    for row in found.rows:
        link = (
            f"{reverse('residence:propose')}?{urlencode({'kind': 'leave', 'department': row.id, **span})}"
            if decides and by == "department"
            else ""
        )
        url = f"?{urlencode({'by': 'item', 'department': row.id, **span})}" if by == "department" else ""
        lines.append(
            [
                Cell(row.name, url, sub=row.sub),
                Cell(row.received),
                Cell(row.decided),
                Cell("业务较少", status="warning") if row.few else Cell(""),
                Cell("提议调出" if link and row.few else "", link if row.few else ""),
            ]
        )
    tabs = [(f"按{label}", f"?{urlencode({**rest, 'by': key})}") for key, label in BY.items()]
    table = Table(
        title="办件量与调出",
        lead=f"{moments.say_date(first)} 至 {moments.say_date(last)}；少于 {selectors.few(first, last):g} 件的算业务较少。"
        "调出由政务服务管理机构提议，征求部门意见后决定。",
        heads=heads(BY[by], "收件#", "办结#", "", "操作"),
        rows=lines,
        buttons=(
            Button(
                "导出 Excel", f"{reverse('residence:volumes_export')}?{urlencode({**rest, 'by': by})}", icon="download"
            ),
        ),
        tabs=tabs,
        tab=tabs[list(BY).index(by)][1],
        filters=(
            Filter("department", "全部部门", department_choices(actor), request.GET.get("department", "")),
            Filter("first", "从", (), first.isoformat()),
            Filter("last", "到", (), last.isoformat()),
        ),
        hidden=(("by", by),),
        charts=[charts.figure(drawing, marks, title=f"收件最多的{BY[by]}", name=BY[by], unit="件")] if marks else (),
        empty=("没有可以统计的", "先有已发布的事项。"),
        alerts=[("", f"只列出最少的 {SHOWN} 个，全部 {found.whole:,} 个请导出 Excel。")]
        if found.whole > len(found.rows)
        else (),
    )
    return show(request, table)


@sees
def volumes_export(request: HttpRequest) -> HttpResponseBase:
    """All rows as a workbook."""
    period = _period(request)
    first, last = period.first, period.last
    by = request.GET.get("by", "department")
    by = by if by in BY else "department"
    within = policies.departments(actor_of(request), *policies.STAFF)
    rows = selectors.volume_rows(by, first, last, within, department_id=number(request.GET.get("department", "")))
    columns: list[exports.Column[Any]] = [
        exports.Column(BY[by], lambda row: row.name, width=44),
        exports.Column("所属", lambda row: row.sub, width=24),
        exports.Column("收件", lambda row: row.received),
        exports.Column("办结", lambda row: row.decided),
        exports.Column("业务较少", lambda row: row.few),
    ]
    return exports.download(f"办件量-{first}至{last}.xlsx", exports.xlsx(columns, rows, sheet=BY[by]))


@sees
def outside(request: HttpRequest) -> HttpResponse:
    """场外受理: cases taken in where their item has not entered (大厅之外无审批)."""
    period = _period(request)
    first, last = period.first, period.last
    found = selectors.outside(first, last, policies.departments(actor_of(request), *policies.STAFF), most=200)
    rows = [
        [
            Cell(each.title, sub=each.code),
            Cell(each.department),
            Cell(each.window),
            Cell(moments.say_moment(each.opened_at)),
            Cell(each.why, wrap=True),
        ]
        for each in found
    ]
    said = dict(SETTINGS["intake_outside"].choices)
    table = Table(
        title="场外受理报告",
        lead=f"“大厅之外无审批”：{moments.say_date(first)} 至 {moments.say_date(last)} 没有进驻就受理的办件。"
        f"现在的规定是：{said[selectors.setting('intake_outside')]}。",
        heads=heads("办件", "部门", "受理窗口", "收件时间", "为什么在这里"),
        rows=rows,
        buttons=(
            Button(
                "导出 Excel",
                f"{reverse('residence:outside_export')}?{urlencode(kept(request, 'first', 'last'))}",
                icon="download",
            ),
        ),
        filters=(Filter("first", "从", (), first.isoformat()), Filter("last", "到", (), last.isoformat())),
        empty=("没有场外受理", "这段时间的办件都在进驻的窗口受理。"),
        alerts=[("", "只列出最近 200 件，全部请导出 Excel。")] if len(found) == 200 else (),
    )
    return show(request, table)


@sees
def outside_export(request: HttpRequest) -> HttpResponseBase:
    """All of them as a workbook."""
    period = _period(request)
    first, last = period.first, period.last
    rows = selectors.outside(first, last, policies.departments(actor_of(request), *policies.STAFF), most=100_000)
    columns: list[exports.Column[Any]] = [
        exports.Column("办件编号", lambda each: each.code, width=44),
        exports.Column("事项", lambda each: each.title, width=44),
        exports.Column("部门", lambda each: each.department, width=20),
        exports.Column("受理窗口", lambda each: each.window, width=20),
        exports.Column("收件时间", lambda each: each.opened_at, width=18),
        exports.Column("原因", lambda each: each.why, width=30),
    ]
    return exports.download(f"场外受理-{first}至{last}.xlsx", exports.xlsx(columns, rows, sheet="场外受理"))
