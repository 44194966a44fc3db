"""The special paths on the page of a case, and the lists of the cases that take them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from yimen.ground.calendar.selectors import work_calendar
from yimen.ground.identity.policies import requires, staff
from yimen.ground.identity.rules import Actor
from yimen.ground.kit import moments
from yimen.ground.kit.exports import Column, download, xlsx
from yimen.ground.kit.paging import page_by_key
from yimen.ground.kit.refusals import NotFound
from yimen.ground.matters import selectors as matters
from yimen.ground.matters.policies import may
from yimen.service.cases import kinds, services
from yimen.service.cases import selectors_paths as paths
from yimen.service.cases.lifecycle_paths import PATHS
from yimen.service.cases.marks import LABELS, has_mark, marks_in
from yimen.service.cases.models import Case, CaseMark, ExternalHandling, ReportUp, SignedPromise, Tolerance
from yimen.service.cases.rules import REPORT_UP, short_code
from yimen.service.cases.selectors import access_case
from yimen.service.cases.views.staff.asking import actor_of

PAGE = 20
EXPORT_MOST = 5000
VIEW = "matters.view"
OFFERED = frozenset(rule.action for rule in PATHS)


@dataclass(frozen=True, slots=True)
class More:
    """An act beside the usual ones: its label and where it is asked for."""

    label: str
    url: str
    danger: bool


def more_of(case: Case, actor: Actor) -> list[More]:
    """The acts of special paths that are this actor's to take now, in the order of the procedure."""
    matter = case.matter
    table = matters.procedure_of(matter)
    return [
        More(rule.label, reverse("cases:desk_act", args=[matter.code, rule.action]), rule.danger)
        for rule in table.steps_from(matter.state)
        if rule.action in OFFERED
        and rule.by != "system"
        and _fits(rule.action, case)
        and may(actor, rule.permission, matter)
    ]


def _fits(action: str, case: Case) -> bool:
    """Whether the act makes sense for this case; the services refuse for the same reasons."""
    match action:
        case "report_up":
            return case.kind == REPORT_UP
        case "declare_special" | "declare_green":
            return not has_mark(case.marks, action.removeprefix("declare_"))
        case "clear_special" | "clear_green":
            return has_mark(case.marks, action.removeprefix("clear_"))
        case "confirm_tolerated" | "end_untolerated":
            return has_mark(case.marks, "tolerated")
        case "check_promise":
            return has_mark(case.marks, "promised")
        case "supply_tolerated":
            return False  # at the window what comes is checked at once: 核收
        case "sign_promise" | "tolerate":
            return not has_mark(case.marks, "promised" if action == "sign_promise" else "tolerated")
    return True


@dataclass(frozen=True, slots=True)
class Path:
    """What the page of a case shows of its paths; empty lists where it took none of a sort."""

    kind: kinds.Kind | None
    marks: Sequence[str]
    priority: Sequence[CaseMark]
    reports: Sequence[Reported]
    externals: Sequence[ExternalHandling]
    tolerance: Tolerance | None
    promise: SignedPromise | None


@dataclass(frozen=True, slots=True)
class Reported:
    """A report to a superior with the working days it has been there."""

    report: ReportUp
    days: int
    slow: bool


def path_of(case: Case, at: datetime) -> Path:
    """The paths of a case; one that took none asks the database nothing."""
    held = case.marks
    return Path(
        kind=kinds.BY_CODE.get(case.kind),
        marks=[LABELS[word] for word in marks_in(held)],
        priority=paths.open_marks(case) if has_mark(held, "special") or has_mark(held, "green") else (),
        reports=[reported(each, at) for each in paths.reports_of(case)] if has_mark(held, "superior") else (),
        externals=paths.externals_of(case) if has_mark(held, "external") else (),
        tolerance=paths.tolerance_of(case) if has_mark(held, "tolerated") else None,
        promise=paths.promise_of(case) if has_mark(held, "promised") else None,
    )


def reported(report: ReportUp, at: datetime) -> Reported:
    """The superior's time, told apart: whole working days from the report to the answer, or to now."""
    until = moments.day_of(report.answered_at or at)
    days = work_calendar().workdays_between(moments.day_of(report.sent_at), until)
    return Reported(report, max(0, days), report.answered_at is None and report.urge_on <= moments.day_of(at))


# --- Lists


@dataclass(frozen=True, slots=True)
class Row:
    """A case in one of the lists, with what the list is about."""

    matter: Any
    url: str
    code: str
    state: str
    clock: matters.ClockFace
    what: Any


def _rows(found: Any, at: datetime) -> list[Row]:
    calendar = work_calendar()
    return [
        Row(
            each.case.matter, reverse("cases:desk_case", args=[each.case.matter.code]), short_code(each.case.matter.code),
            matters.procedure_of(each.case.matter).state(each.case.matter.state).label,
            matters.clock_face(each.case.matter, at, calendar), each,
        )
        for each in found
    ]  # fmt: skip


_HEAD: tuple[Column[Row], ...] = (
    Column("办件编号", lambda row: row.matter.code, width=44),
    Column("事项", lambda row: row.matter.title, width=36),
    Column("申请人", lambda row: row.matter.applicant_name, width=20),
    Column("部门", lambda row: row.matter.department.name, width=28),
    Column("到哪一步", lambda row: row.state),
    Column("期限", lambda row: row.clock.text),
)
_UP: tuple[Column[Row], ...] = (
    Column("上级机关", lambda row: row.what.superior, width=28),
    Column("上级编号", lambda row: row.what.number, width=20),
    Column("上级办理情况", lambda row: row.what.status, width=30),
    Column("上报时间", lambda row: row.what.sent_at),
    Column("催办次数", lambda row: row.what.urged),
    Column("最近催办", lambda row: row.what.urged_at),
    Column("答复时间", lambda row: row.what.answered_at),
    Column("结论", lambda row: row.what.get_outcome_display()),
    Column("上级文号", lambda row: row.what.paper_number, width=24),
)
_FIRST: tuple[Column[Row], ...] = (
    Column("种类", lambda row: row.what.get_kind_display()),
    Column("项目", lambda row: row.what.project.name if row.what.project else "", width=30),
    Column("理由", lambda row: row.what.reason, width=40),
    Column("决定人", lambda row: row.what.declared_by, width=24),
    Column("决定时间", lambda row: row.what.declared_at),
    Column("内部时限", lambda row: row.what.inner_due_on),
    Column("取消时间", lambda row: row.what.ended_at),
    Column("取消原因", lambda row: row.what.ended_reason, width=30),
)
_OUTSIDE: tuple[Column[Row], ...] = (
    Column("外部系统", lambda row: row.what.system.name, width=28),
    Column("外部编号", lambda row: row.what.number, width=20),
    Column("外部状态", lambda row: row.what.get_state_display()),
    Column("说明", lambda row: row.what.said, width=36),
    Column("登记人", lambda row: row.what.entered_by, width=24),
    Column("登记时间", lambda row: row.what.entered_at),
    Column("最近答复", lambda row: row.what.heard_at),
)


def _list(
    request: HttpRequest, found: Any, order: tuple[str, str], title: str, columns: tuple[Column[Row], ...], template: str,
    **more: Any,
) -> HttpResponseBase:  # fmt: skip
    at = moments.now()
    if request.GET.get("as") == "xlsx":
        name = f"{title} {moments.say_moment(at).replace(':', '')}.xlsx"
        return download(name, xlsx([*_HEAD, *columns], _rows(found[:EXPORT_MOST], at), sheet=title))
    page = page_by_key(found, order=order, asked=request.GET, size=PAGE)
    asked = request.GET.copy()
    asked["as"] = "xlsx"
    context = {
        "title": title,
        "page": page,
        "rows": _rows(page, at),
        "export_url": f"?{asked.urlencode()}",
        "at": at,
        **more,
    }
    return render(request, template, context)


UP_TABS = (("上级办理中", "open"), ("该催办的", "slow"), ("已答复", "answered"), ("全部", "all"))


@requires(VIEW)
def reports_up(request: HttpRequest) -> HttpResponseBase:
    """上报件: what is with a superior, since when, under which number, how often urged (R055, R076)."""
    actor, today = actor_of(request), moments.day_of(moments.now())
    state = request.GET.get("state", "open")
    state = state if state in [value for _, value in UP_TABS] else "open"
    found = paths.reports_up(actor, state)
    if state == "slow":
        found = found.filter(urge_on__lte=today)
    return _list(
        request, found, ("-sent_at", "-pk"), "上报件", _UP, "cases/staff/reports_up.html",
        tabs=[(label, f"?state={value}") for label, value in UP_TABS], here=f"?state={state}", today=today,
        terms=paths.path_terms(actor.centre_id),
    )  # fmt: skip


FIRST_TABS = (("全部", ""), ("特办件", "special"), ("绿色通道", "green"))


@requires(VIEW)
def priority(request: HttpRequest) -> HttpResponseBase:
    """特办件和绿色通道: which, why, by whom, within which inner limit; those that ended too (R056, R075)."""
    actor = actor_of(request)
    kind = request.GET.get("kind", "")
    kind = kind if kind in CaseMark.Kind.values else ""
    found = paths.marked(actor, kind)
    standing = request.GET.get("standing") != "0"
    if standing:
        found = found.filter(ended_at__isnull=True, case__matter__closed_at__isnull=True)
    tail = "" if standing else "&standing=0"
    return _list(
        request, found, ("-declared_at", "-pk"), "优先办理", _FIRST, "cases/staff/priority.html",
        tabs=[(label, f"?kind={value}{tail}") for label, value in FIRST_TABS], here=f"?kind={kind}{tail}", standing=standing,
        kind=kind, numbers=_numbers(actor), today=moments.day_of(moments.now()),
    )  # fmt: skip


def _numbers(actor: Actor) -> dict[str, int]:
    """The report of the green channel and of 特办件: this year's, how many ended, how many decided within the inner limit."""
    year = datetime(moments.day_of(moments.now()).year, 1, 1, tzinfo=moments.CHINA)
    rows = list(
        paths.marked(actor)
        .filter(declared_at__gte=year)
        .values_list("kind", "case__decided_at", "inner_due_on", "ended_at")
    )
    done = [(kind, _on_time(decided, inner)) for kind, decided, inner, _ in rows if decided is not None]
    return {
        "special": sum(kind == "special" for kind, *_ in rows),
        "green": sum(kind == "green" for kind, *_ in rows),
        "special_done": sum(kind == "special" for kind, _ in done),
        "special_in_time": sum(kind == "special" and kept for kind, kept in done),
        "green_done": sum(kind == "green" for kind, _ in done),
    }


def _on_time(decided: datetime, inner: date | None) -> bool:
    return inner is not None and moments.day_of(decided) <= inner


@requires(VIEW)
def externals(request: HttpRequest) -> HttpResponseBase:
    """同步办理: which cases stand in which other system, under which number, and what did not go through (R076, R135)."""
    actor = actor_of(request)
    state = request.GET.get("state", "")
    state = state if state in ExternalHandling.State.values else ""
    return _list(
        request, paths.externals(actor, state), ("-entered_at", "-pk"), "同步办理", _OUTSIDE, "cases/staff/externals.html",
        states=ExternalHandling.State.choices, state=state,
    )  # fmt: skip


_FOLLOWS: tuple[Column[Row], ...] = (
    Column("项目", lambda row: row.what.project.name, width=30),
    Column("后补材料", lambda row: row.what.names, width=36),
    Column("承诺人", lambda row: row.what.promised_by),
    Column("补齐期限", lambda row: row.what.due_on),
    Column("补交时间", lambda row: row.what.supplied_at),
    Column("核收时间", lambda row: row.what.confirmed_at),
    Column("期满未补", lambda row: row.what.lapsed_at),
    Column("终止时间", lambda row: row.what.ended_at),
)
_SIGNED: tuple[Column[Row], ...] = (
    Column("代替的材料", lambda row: row.what.names, width=36),
    Column("签署人", lambda row: row.what.signer),
    Column("签署时间", lambda row: row.what.signed_at),
    Column("核查期限", lambda row: row.what.check_due_on),
    Column("核查时间", lambda row: row.what.checked_at),
    Column("结论", lambda row: row.what.get_outcome_display()),
    Column("核查情况", lambda row: row.what.found, width=40),
    Column("处理建议", lambda row: row.what.proposal, width=40),
)
FOLLOW_TABS = (("等补齐", "open"), ("期满未补", "lapsed"), ("已核收", "confirmed"), ("全部", "all"))
SIGNED_TABS = (("等核查", "open"), ("不属实", "broken"), ("全部", "all"))


@requires(VIEW)
def tolerances(request: HttpRequest) -> HttpResponseBase:
    """容缺办件: what has still to come, from whom, until when (R068)."""
    state = request.GET.get("state", "open")
    state = state if state in [value for _, value in FOLLOW_TABS] else "open"
    return _list(
        request, paths.tolerances(actor_of(request), state), ("-granted_at", "-pk"), "容缺办件", _FOLLOWS,
        "cases/staff/tolerances.html", tabs=[(label, f"?state={value}") for label, value in FOLLOW_TABS],
        here=f"?state={state}", today=moments.day_of(moments.now()),
    )  # fmt: skip


@requires(VIEW)
def signed_promises(request: HttpRequest) -> HttpResponseBase:
    """告知承诺办件: what was promised, when it has to be checked, what was found (R069)."""
    state = request.GET.get("state", "open")
    state = state if state in [value for _, value in SIGNED_TABS] else "open"
    return _list(
        request, paths.signed_promises(actor_of(request), state), ("-signed_at", "-pk"), "告知承诺办件", _SIGNED,
        "cases/staff/signed_promises.html", tabs=[(label, f"?state={value}") for label, value in SIGNED_TABS],
        here=f"?state={state}", today=moments.day_of(moments.now()),
    )  # fmt: skip


@staff
@require_POST
def try_external(request: HttpRequest, code: str, pk: int) -> HttpResponseBase:
    """Call the other system again, now."""
    actor = actor_of(request)
    case = access_case(actor, code)
    found = next((each for each in paths.externals_of(case) if each.pk == pk), None)
    if found is None or not may(actor, "cases.intake", case.matter):
        raise NotFound("没有这条外部登记。", next_step="请回到办件页。")
    services.try_again(handling=found, actor=actor, at=moments.now())
    messages.success(request, "已排队再推送一次。")
    return redirect("cases:desk_case", code)
