"""Tickets for staff: the list, one ticket with all that was done with it, its cases; and the figures."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.safestring import SafeString
from django.views.decorators.http import require_POST

from yimen.ground.identity.policies import actor_of, requires
from yimen.ground.kit import exports, moments
from yimen.ground.kit.charts import Mark, bars, figure
from yimen.ground.kit.forms import refuse_form
from yimen.ground.kit.paging import page_by_key
from yimen.ground.kit.questions import EXPORT_MOST, day_asked, file_url, number_asked, text_asked, workbook
from yimen.ground.kit.refusals import Refusal
from yimen.service.hall import policies, rules, services
from yimen.service.hall.forms import LinkForm
from yimen.service.hall.lifecycle import ACTS, STATES
from yimen.service.hall.models import Hall, Ticket
from yimen.service.hall.selectors import figures as counting
from yimen.service.hall.services import acts, linking
from yimen.service.hall.views.public import ticket_facts

COLUMNS: Sequence[exports.Column[Ticket]] = (
    exports.Column("号码", lambda row: row.code),
    exports.Column("大厅", lambda row: row.hall.name, width=20),
    exports.Column("业务", lambda row: row.group.name, width=20),
    exports.Column("取号方式", lambda row: row.get_way_display()),
    exports.Column("优先", lambda row: row.get_priority_display() if row.priority else ""),
    exports.Column("人数", lambda row: row.party),
    exports.Column("状态", lambda row: STATES[row.state]),
    exports.Column("取号时间", lambda row: row.issued_at, width=20),
    exports.Column("叫号时间", lambda row: row.called_at, width=20),
    exports.Column("开始办理", lambda row: row.began_at, width=20),
    exports.Column("结束时间", lambda row: row.ended_at, width=20),
    exports.Column("窗口", lambda row: str(row.window) if row.window else "", width=20),
    exports.Column("窗口人员", lambda row: row.clerk_name),
)
KINDS = {"ordinary": "普通", "appointment": "预约", **rules.PRIORITIES}
FIGURES: Sequence[exports.Column[counting.Figure]] = (
    exports.Column("分类", lambda row: row.name, width=24),
    exports.Column("号数", lambda row: row.tickets),
    exports.Column("人数", lambda row: row.people),
    exports.Column("办结", lambda row: row.served),
    exports.Column("未到", lambda row: row.absent),
    exports.Column("退号和作废", lambda row: row.gone),
    exports.Column("等候中位数(分钟)", lambda row: _tenth(row.wait)),
    exports.Column("九成人等候不超过(分钟)", lambda row: _tenth(row.wait_long)),
    exports.Column("办理中位数(分钟)", lambda row: _tenth(row.service)),
)


def _tenth(value: float | None) -> float | None:
    return None if value is None else round(value, 1)


@requires(policies.CALL, policies.RECEIVE, policies.VIEW)
def tickets(request: HttpRequest) -> HttpResponseBase:
    """The tickets of the actor's halls, newest first; by number, state, group and day."""
    actor, at = actor_of(request), moments.now()
    halls = list(
        Hall.objects.filter(policies.halls(actor, policies.CALL, policies.RECEIVE, policies.VIEW)).order_by("pk")
    )
    rows = Ticket.objects.filter(hall__in=halls).select_related("hall", "group", "window")
    q, state, day = text_asked(request).upper(), request.GET.get("state", ""), day_asked(request, "day")
    if q:
        rows = rows.filter(code__startswith=q)
    if state in STATES:
        rows = rows.filter(state=state)
    if (hall := number_asked(request, "hall")) is not None:
        rows = rows.filter(hall=hall)
    if day is not None:
        begin = moments.local(at).replace(
            year=day.year, month=day.month, day=day.day, hour=0, minute=0, second=0, microsecond=0
        )
        rows = rows.filter(issued_at__gte=begin, issued_at__lt=begin + timedelta(days=1))
    if request.GET.get("as") == "xlsx":
        return workbook("排队号", COLUMNS, rows.order_by("-issued_at", "-pk")[:EXPORT_MOST], at)
    context = {
        "page": page_by_key(rows, order=("-issued_at", "-pk"), asked=request.GET, size=30), "states": STATES.items(),
        "halls": halls, "asked": {"q": q, "state": state, "day": day, "hall": hall}, "export_url": file_url(request),
    }  # fmt: skip
    return render(request, "hall/tickets.html", context)


@requires(policies.CALL, policies.RECEIVE, policies.VIEW)
def ticket(request: HttpRequest, uid: UUID) -> HttpResponseBase:
    """One ticket: what was done with it, when and by whom; which cases came of it."""
    actor, at = actor_of(request), moments.now()
    found = policies.access_ticket(actor, uid)
    form, status = LinkForm(request.POST or None), 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                linking.link_case(actor=actor, ticket=found, code=form.cleaned_data["code"], at=at)
            except Refusal as refusal:
                if refusal.status in (401, 403):
                    raise
                refuse_form(form, refusal)
                status = refusal.status
            else:
                messages.success(request, "已关联办件。")
                return redirect("hall:desk_ticket", uid)
    log = [(ACTS[each.act].label, each) for each in found.acts.select_related("window", "to_group").order_by("pk")]
    context = {
        **ticket_facts(found, at), "log": log, "form": form, "cases": list(found.cases.select_related("case__matter")),
        "may_receive": policies.may_receive(actor, found.hall), "may_link": actor.holds(policies.CALL) or actor.holds(policies.RECEIVE),
    }  # fmt: skip
    return render(request, "hall/desk_ticket.html", context, status=status)


@requires(policies.CALL, policies.RECEIVE)
@require_POST
def ticket_act(request: HttpRequest, uid: UUID, action: str) -> HttpResponseBase:
    """At the reception desk: put somebody who was passed back, give a number back, print again."""
    actor, at = actor_of(request), moments.now()
    found = policies.access_ticket(actor, uid)
    policies.demand(policies.may_receive(actor, found.hall), "您不能在这个大厅办理。", "请导办台办理。")
    match action:
        case "requeue":
            acts.requeue(actor=actor, uid=uid, at=at)
            messages.success(request, "已重新排队。")
        case "withdraw":
            acts.withdraw(actor=actor, uid=uid, at=at)
            messages.success(request, "已退号。")
        case _:
            services.report_print(uid=uid, result="asked", at=at, actor=actor, reason="导办台补打")
            return redirect("hall:slip", found.hall.slug, uid)
    return redirect("hall:desk_ticket", uid)


TABLES = (
    ("group", "按业务"),
    ("window", "按窗口"),
    ("priority", "按优先"),
    ("way", "按取号方式"),
    ("hour", "按时段"),
    ("day", "按日"),
)


@requires(policies.VIEW)
def figures(request: HttpRequest) -> HttpResponseBase:
    """Waits and services of a span of days; is priority fair."""
    actor, at = actor_of(request), moments.now()
    today = moments.day_of(at)
    last = day_asked(request, "last") or today
    first = min(day_asked(request, "first") or last - timedelta(days=29), last)
    halls = list(Hall.objects.filter(policies.halls(actor, policies.VIEW)).order_by("pk"))
    chosen = [each.pk for each in halls if each.pk == number_asked(request, "hall")] or [each.pk for each in halls]
    by = request.GET.get("by", "group")
    by = by if by in dict(TABLES) else "group"
    rows = [_named(each, by) for each in counting.figures(chosen, first, last, by)]
    if request.GET.get("as") == "xlsx":
        return workbook(f"排队统计 {dict(TABLES)[by]}", FIGURES, rows, at)
    fair = counting.fairness(chosen, first, last)
    marks = [Mark(each.name, round(each.wait, 1)) for each in rows if each.wait is not None][:24]
    context: dict[str, Any] = {
        "rows": rows, "tables": [(label, _by(request, name)) for name, label in TABLES], "here": _by(request, by), "by": by,
        "first": first, "last": last, "halls": halls, "hall": number_asked(request, "hall"), "fair": fair,
        "figure": _drawn(marks, dict(TABLES)[by]) if marks else "", "export_url": file_url(request),
        "minutes": rules.say_wait,
    }  # fmt: skip
    return render(request, "hall/figures.html", context)


def _drawn(marks: list[Mark], head: str) -> SafeString:
    """The median waits as bars with their table twin."""
    says = f"等候中位数，{head}"
    return figure(bars(marks, f"{says}，分钟"), marks, title=says, name=head.removeprefix("按"), unit="分")


def _by(request: HttpRequest, name: str) -> str:
    asked = request.GET.copy()
    asked["by"] = name
    asked.pop("as", None)
    return "?" + asked.urlencode()


def _named(row: counting.Figure, by: str) -> counting.Figure:
    from dataclasses import replace

    match by:
        case "priority":
            return replace(row, name=KINDS.get(row.name, row.name))
        case "way":
            return replace(row, name=rules.WAYS.get(row.name, row.name))
        case "hour":
            return replace(row, name=f"{row.name}:00")
        case _:
            return row
