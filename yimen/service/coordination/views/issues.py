"""Issues on the desk: what waits for me, one issue on one page, and the log of the office (R015)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse

from yimen.ground.calendar.selectors import work_calendar
from yimen.ground.documents import selectors as documents
from yimen.ground.documents.services import store_chosen
from yimen.ground.identity.policies import actor_of, requires, staff
from yimen.ground.identity.rules import Actor
from yimen.ground.kit import exports, moments
from yimen.ground.kit.daybook import fold
from yimen.ground.kit.forms import refuse_form
from yimen.ground.kit.paging import page_by_key
from yimen.ground.kit.periods import Period
from yimen.ground.kit.questions import day_asked, file_url, number_asked, text_asked, wants_file, workbook
from yimen.ground.kit.refusals import Refusal
from yimen.ground.matters import selectors as matters
from yimen.ground.matters.desk.timeline import entries, told_unit
from yimen.ground.organisations import selectors as organisations
from yimen.service.coordination import forms as asked
from yimen.service.coordination import policies, selectors, services
from yimen.service.coordination.lifecycle import COORDINATION
from yimen.service.coordination.models import Issue, ReturnVisit, SiteVisit
from yimen.service.coordination.selectors import figures
from yimen.service.coordination.selectors.terms import centre_of
from yimen.service.coordination.services.issues import MAY_ANSWER
from yimen.service.coordination.views.acts import ACTS, Act, form_for
from yimen.service.coordination.views.asking import today
from yimen.service.coordination.views.book import book

PAGE = 20
EXPORT_MOST = 5000
READERS = (policies.VIEW, policies.MANAGE, policies.ANSWER)

BOXES = {"answer": "待我答复", "manage": "待办公室办", "open": "在办", "mine": "我提出的"}


@dataclass(frozen=True, slots=True)
class Row:
    """An issue as a list shows it."""

    issue: Issue
    url: str
    clock: matters.ClockFace
    state: str
    whose: str


def rows_of(found: Iterable[Issue], at: datetime) -> list[Row]:
    """Issues as rows; the calendar is read once."""
    calendar = work_calendar()
    return [
        Row(
            issue,
            reverse("coordination:issue", args=[issue.matter.code]),
            matters.clock_face(issue.matter, at, calendar),
            COORDINATION.state(issue.matter.state).label,
            issue.matter.department.short_name or issue.matter.department.name,
        )
        for issue in found
    ]


def boxes_of(actor: Actor) -> list[str]:
    """The boxes of this actor, the usual one first."""
    found = ["manage"] if actor.holds(policies.MANAGE) else []
    found += ["answer"] if actor.holds(policies.ANSWER) else []
    return [*found, "open", "mine"]


def box(actor: Actor, which: str) -> QuerySet[Issue]:
    """The issues of one box."""
    return {
        "answer": selectors.to_answer,
        "manage": selectors.to_manage,
        "mine": selectors.raised_by,
    }.get(which, selectors.in_course)(actor)


@requires(*READERS, policies.RAISE)
def inbox(request: HttpRequest) -> HttpResponseBase:
    """What waits for this person's unit or office, most urgent first."""
    actor, at = actor_of(request), moments.now()
    boxes = boxes_of(actor)
    which = request.GET.get("box", "")
    which = which if which in boxes else boxes[0]
    order = ("-matter__opened_at", "-pk") if which == "mine" else ("matter__sort_at", "pk")
    found = box(actor, which)
    if wants_file(request):
        return workbook("协调事项", COLUMNS, rows_of(found.order_by(*order)[:EXPORT_MOST], at), at)
    page = page_by_key(found, order=order, asked=request.GET, size=PAGE)
    context = {
        "tabs": [(BOXES[each], f"?box={each}") for each in boxes],
        "here": f"?box={which}",
        "which": which,
        "page": page,
        "rows": rows_of(page, at),
        "export_url": file_url(request),
        "may_raise": actor.holds(policies.RAISE),
    }
    return render(request, "coordination/inbox.html", context)


# --- The log


@requires(policies.VIEW)
def log(request: HttpRequest) -> HttpResponseBase:
    """协调日志: every issue one may see, narrowed by words, state, source, department and days; a number's list too."""
    actor, at = actor_of(request), moments.now()
    found = _narrowed(request, selectors.visible(actor), at)
    order = ("matter__opened_at", "pk") if request.GET.get("sort") == "opened" else ("-matter__opened_at", "-pk")
    if wants_file(request):
        return workbook("协调日志", COLUMNS, rows_of(found.order_by(*order)[:EXPORT_MOST], at), at)
    page = page_by_key(found, order=order, asked=request.GET, size=PAGE)
    context = {
        "page": page,
        "rows": rows_of(page, at),
        "asked": request.GET,
        "states": [(state.code, state.label) for state in COORDINATION.states],
        "sources": Issue.Source.choices,
        "departments": selectors.resident_departments(centre_of(actor)),
        "counted": _counted(request),
        "export_url": file_url(request),
        "may_report": actor.holds(policies.MANAGE),
    }
    return render(request, "coordination/log.html", context)


def _counted(request: HttpRequest) -> str:
    """What a number's list is of, where the log was opened from a table of numbers."""
    name, span = request.GET.get("counts", ""), _span(request)
    if name not in figures.ISSUES or span is None:
        return ""
    said = moments.say_date(span.first, weekday=False), moments.say_date(span.last, weekday=False)
    return f"{said[0]}至{said[1]}“{figures.COLUMNS[name]}”的事项"


def _span(request: HttpRequest) -> Period | None:
    first, last = day_asked(request, "first"), day_asked(request, "last")
    return Period(first, last) if first and last and first <= last else None


def _narrowed(request: HttpRequest, found: QuerySet[Issue], at: datetime) -> QuerySet[Issue]:
    state, source = request.GET.get("state", ""), request.GET.get("source", "")
    department, text = number_asked(request, "department"), text_asked(request)
    counts, span = request.GET.get("counts", ""), _span(request)
    if counts in figures.ISSUES and span is not None:
        found = found.filter(pk__in=figures.behind(counts, span, at).values("pk"))
        if department is not None:
            found = found.filter(**{figures.owner(counts): department})
    else:
        if department is not None:
            found = found.filter(Q(matter__department=department) | Q(raised_by=department))
        if first := day_asked(request, "first"):
            found = found.filter(matter__opened_at__gte=Period(first, first).moments[0])
        if last := day_asked(request, "last"):
            found = found.filter(matter__opened_at__lt=Period(last, last).moments[1])
    if state in {each.code for each in COORDINATION.states}:
        found = found.filter(matter__state=state)
    if source in Issue.Source.values:
        found = found.filter(source=source)
    if text:
        found = found.filter(Q(matter__title__icontains=text) | Q(text__icontains=text) | Q(matter__code__iexact=text))
    return found


COLUMNS: Sequence[exports.Column[Row]] = (
    exports.Column("编号", lambda row: row.issue.matter.code, width=24),
    exports.Column("事项", lambda row: row.issue.matter.title, width=40),
    exports.Column("问题", lambda row: row.issue.text, width=60),
    exports.Column("来源", lambda row: row.issue.get_source_display()),
    exports.Column("提出单位", lambda row: row.issue.raised_by.name, width=28),
    exports.Column("提出人", lambda row: row.issue.raiser_name),
    exports.Column("提出时间", lambda row: row.issue.matter.opened_at),
    exports.Column("现由谁办", lambda row: row.issue.matter.department.name, width=28),
    exports.Column("到哪一步", lambda row: row.state),
    exports.Column("期限", lambda row: row.clock.text),
    exports.Column("到期日", lambda row: row.issue.matter.due_on),
    exports.Column("退回次数", lambda row: row.issue.returned),
    exports.Column("办结时间", lambda row: row.issue.matter.closed_at),
    exports.Column("办理结果", lambda row: row.issue.result, width=50),
)


# --- Raising


@requires(policies.RAISE)
def raise_issue(request: HttpRequest) -> HttpResponseBase:
    """A new issue, perhaps from a visit, straight to a counterpart where one is chosen."""
    actor, at = actor_of(request), moments.now()
    office = policies.is_office(actor, policies.RAISE)
    visit, return_visit = _heard_of(request, actor)
    sources = _sources(actor, office, visit, return_visit)
    across = [] if office else asked.unit_choices(_counterparts(actor))
    initial = {"source": sources[0], "text": return_visit.problems if return_visit else ""}
    form = asked.RaiseForm(request.POST or None, request.FILES or None, units=across, sources=sources, initial=initial)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                issue = _raised(request, actor, at, form.cleaned_data, visit, return_visit)
            except Refusal as refusal:
                if refusal.status in (403, 404):
                    raise
                refuse_form(form, refusal)
                status = refusal.status
            else:
                messages.success(request, "已提出，编号可在本页看到。")
                return redirect("coordination:issue", issue.matter.code)
    context = {"form": form, "visit": visit, "return_visit": return_visit, "query": request.GET.urlencode()}
    return render(request, "coordination/raise.html", context, status=status)


def _raised(
    request: HttpRequest, actor: Actor, at: datetime, given: dict[str, Any], visit: SiteVisit | None,
    return_visit: ReturnVisit | None,
) -> Issue:  # fmt: skip
    files = store_chosen(request.FILES.get("file"), actor=actor, at=at)
    common = {name: given[name] for name in ("title", "text", "source", "about")} | {"files": files}
    if given.get("unit"):
        return services.send_across(actor=actor, counterpart=organisations.unit(given["unit"]), at=at, **common)
    return services.raise_issue(actor=actor, at=at, visit=visit, return_visit=return_visit, **common)


def _heard_of(request: HttpRequest, actor: Actor) -> tuple[SiteVisit | None, ReturnVisit | None]:
    """The visit that the page was opened from, if the actor keeps it."""
    from yimen.service.coordination.views.visits import access_return_visit, access_site_visit

    def uid_of(name: str) -> UUID | None:
        try:
            return UUID(request.GET.get(name, "")[:36])
        except ValueError:
            return None

    visit, back = uid_of("visit"), uid_of("return")
    return (
        access_site_visit(actor, visit) if visit else None,
        access_return_visit(actor, back) if back else None,
    )


def _sources(
    actor: Actor, office: bool, visit: SiteVisit | None, return_visit: ReturnVisit | None
) -> list[str]:  # fmt: skip
    if visit is not None:
        return ["visit"]
    if return_visit is not None:
        return ["return_visit"]
    if office:
        return ["office", "window", "upper", "lower", "visit", "return_visit"]
    if actor.window_id is not None:
        return ["window"]
    return ["department", "lower", "upper"]


def _counterparts(actor: Actor) -> list[Any]:
    unit = selectors.own_unit(actor)
    tiers = selectors.counterparts(unit)
    found = [*tiers["up"], *tiers["down"]]
    return [each for each in found if each.kind in MAY_ANSWER]


# --- One issue


@dataclass(frozen=True, slots=True)
class Button:
    """One act on the page."""

    rule: Any
    act: Act
    url: str
    form: Any = None
    primary: bool = False

    @property
    def ident(self) -> str:
        """The dialog's id."""
        return f"ask-{self.rule.action}"


@staff
def page(request: HttpRequest, code: str) -> HttpResponseBase:
    """The page of an issue: what was asked, what was said, what comes next, why the date is the date."""
    actor, at = actor_of(request), moments.now()
    issue = policies.access_issue(actor, code)
    matter = issue.matter
    steps, explanation = matters.timeline(matter), matters.explain(matter)
    account = explanation.current
    buttons = _buttons(issue, actor, at)
    remarks = selectors.remarks_of(issue)
    context = {
        "issue": issue,
        "matter": matter,
        "state": COORDINATION.state(matter.state),
        "clock": matters.clock_face(matter, at),
        "account": account,
        "derivation": account and (account.promised or account.legal),
        "remarks": remarks,
        "last": max((each.written_at for each in remarks), default=None),
        "buttons": buttons,
        "entries": entries(
            steps, running=matter.closed_at is None, what=told_unit("assign", "redirect", "instruct", "send_across")
        ),
        "report_lines": issue.report_lines.select_related("report").order_by("pk"),
        "may_report": matter.state in ("raised", "assigned", "answered")
        and policies.may(actor, policies.MANAGE, issue),
        "own_unit": matter.department.name if issue.assigned_at else f"{matter.department.name}管理办公室",
    }
    return render(request, "coordination/issue.html", context)


def _buttons(issue: Issue, actor: Actor, at: datetime) -> list[Button]:
    found: list[Button] = []
    for step in matters.next_steps(issue.matter, policies.as_raiser(actor, issue), moments.day_of(at)):
        if step.closed_because or step.rule.action not in ACTS:
            continue
        act = ACTS[step.rule.action]
        url = reverse("coordination:act", args=[issue.matter.code, step.rule.action])
        form = form_for(step.rule.action, issue) if not issubclass(act.form, asked.AssignForm) else None
        found.append(Button(step.rule, act, url, form, primary=not found and step.rule.order < 3))
    return found


@staff
def clock(request: HttpRequest, code: str) -> HttpResponseBase:
    """The deadline day by day."""
    at = moments.now()
    issue = policies.access_issue(actor_of(request), code)
    explanation = matters.explain(issue.matter)
    days = book(explanation, today())
    context = {
        "issue": issue,
        "matter": issue.matter,
        "accounts": explanation.clocks,
        "days": days,
        "rows": fold(days, today=today()),
        "today": today(),
        "face": matters.clock_face(issue.matter, at),
    }
    return render(request, "coordination/clock.html", context)


@staff
def file(request: HttpRequest, code: str, uid: UUID) -> HttpResponseBase:
    """A file handed in with a remark."""
    issue = policies.access_issue(actor_of(request), code)
    return documents.file_response(selectors.file_of(issue, uid), inline=True)
