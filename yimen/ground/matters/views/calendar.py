"""The working calendar: the year, bringing in a notice, its preview, applying it and taking it back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from yimen.ground.calendar import selectors as calendars
from yimen.ground.calendar import services as calendar
from yimen.ground.calendar.rules import DayRow
from yimen.ground.identity.policies import requires, staff
from yimen.ground.kit import exports, moments
from yimen.ground.kit.forms import refuse_form
from yimen.ground.kit.paging import page_by_key
from yimen.ground.kit.refusals import NotFound, Refusal
from yimen.ground.matters import calendar_selectors, services, year_view
from yimen.ground.matters.forms import ClosureForm, CorrectionForm, NoticeForm, UndoForm
from yimen.ground.matters.models import MovedMatter, Recalculation
from yimen.ground.matters.policies import CALENDAR
from yimen.ground.matters.views import actor_of

if TYPE_CHECKING:
    from yimen.ground.calendar.models import CalendarChange

BADGES = {"draft": "warning", "applied": "normal", "undone": "closed", "discarded": "closed"}
FIRST_YEAR, LAST_YEAR = 2004, 2190


@staff
@require_safe
def year(request: HttpRequest) -> HttpResponse:
    """A year's twelve months with what each day rests on, and whether this year and the next are confirmed."""
    today = moments.day_of(moments.now())
    asked = request.GET.get("year", "")
    number = int(asked) if asked.isascii() and asked.isdecimal() and len(asked) == 4 else today.year
    if not FIRST_YEAR <= number <= LAST_YEAR:
        raise NotFound("没有这一年的日历。", next_step=f"可以看 {FIRST_YEAR} 年以后的日历。")
    work = calendars.work_calendar()
    notices = calendars.notices_of(number)
    context = {
        "year": number,
        "months": year_view.months(number, work, today=today),
        "notices": notices,
        "confirmed": any(notice.confirmed for notice in notices),
        "next_confirmed": calendars.year_confirmed(today.year + 1),
        "this_year": today.year,
        "runs": year_view.named_days(calendars.deviating_days(number)),
        "workdays": sum(month.workdays for month in year_view.months(number, work)),
        "closures": [each for each in work.closures if each.day.year == number],
        "may_keep": actor_of(request).holds(CALENDAR),
    }
    return render(request, "matters/manage/year.html", context)


@requires(CALENDAR)
@require_safe
def changes(request: HttpRequest) -> HttpResponseBase:
    """Every change of the calendar, newest first, with its versions; as Excel too."""
    state, text = request.GET.get("state", ""), request.GET.get("q", "").strip()[:60]
    rows = calendar_selectors.changes_matching(state if state in dict(calendars.CHANGE_STATES) else "", text)
    if request.GET.get("format") == "xlsx":
        return exports.download("日历变更.xlsx", exports.xlsx(_CHANGE_COLUMNS, rows.iterator(chunk_size=500)))
    context = {
        "page": page_by_key(rows, order=("-id",), asked=request.GET, size=30),
        "states": calendars.CHANGE_STATES,
        "state": state,
        "text": text,
        "badges": BADGES,
    }
    return render(request, "matters/manage/changes.html", context)


_CHANGE_COLUMNS: list[exports.Column[CalendarChange]] = [
    exports.Column("种类", lambda each: each.get_kind_display()),
    exports.Column("年份", lambda each: each.year, width=8),
    exports.Column("标题", lambda each: each.title, width=40),
    exports.Column("文号", lambda each: each.document_number, width=24),
    exports.Column("成文日期", lambda each: each.issued_on),
    exports.Column("区划", lambda each: each.centre_name or each.division_name or "全国"),
    exports.Column("状态", lambda each: each.get_state_display()),
    exports.Column("登记人", lambda each: each.created_by),
    exports.Column("登记时间", lambda each: each.created_at),
    exports.Column("实行人", lambda each: each.applied_by),
    exports.Column("实行时间", lambda each: each.applied_at),
    exports.Column("日历版本", lambda each: each.version_after),
    exports.Column("撤销人", lambda each: each.undone_by),
    exports.Column("撤销时间", lambda each: each.undone_at),
    exports.Column("原因", lambda each: each.undo_reason or each.reason, width=40),
]


@requires(CALENDAR)
def register(request: HttpRequest) -> HttpResponse:
    """Bring a notice in as a draft: nothing changes until it is applied."""
    form = NoticeForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        paper = services.Paper(
            text=said["text"], year=said["year"], title=said["title"], document_number=said["document_number"],
            issued_on=said["issued_on"], reason=said["reason"], amends=said["amends"],
        )  # fmt: skip
        try:
            change = services.register_notice(actor=actor_of(request), paper=paper, at=moments.now())
        except Refusal as refusal:
            if refusal.status not in (409, 422):
                raise
            refuse_form(form, refusal)
            form.add_error(None, f"{refusal.message}{refusal.next_step}") if refusal.fields else None
        else:
            return redirect("matters:change", change.uid)
    return render(request, "matters/manage/register.html", {"form": form}, status=422 if form.errors else 200)


@requires(CALENDAR)
def closure(request: HttpRequest) -> HttpResponse:
    """Register an emergency closure as a draft."""
    actor = actor_of(request)
    form = ClosureForm(request.POST or None, actor=actor)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        paper = services.ClosurePaper(
            first=said["first"], last=said["last"], name=said["name"], division=said["division"],
            centre_id=int(said["centre"]) if said["centre"] else None, document_number=said["document_number"],
            title=said["title"], issued_on=said["issued_on"], reason=said["reason"], counts=said["counts"] == "yes",
            basis=said["basis"],
        )  # fmt: skip
        try:
            change = services.register_closure(actor=actor, paper=paper, at=moments.now())
        except Refusal as refusal:
            if refusal.status != 422:
                raise
            refuse_form(form, refusal)
        else:
            return redirect("matters:change", change.uid)
    return render(request, "matters/manage/closure.html", {"form": form}, status=422 if form.errors else 200)


@requires(CALENDAR)
def change(request: HttpRequest, uid: UUID) -> HttpResponse:
    """One change: what was understood of its paper, what it does to the year, its preview, what may be done next."""
    held = calendars.change_by_uid(str(uid))
    rows = calendars.rows_of(held)
    draft = held.state == "draft"
    form = None
    if draft and held.kind != "closure":
        form = _correction(request, held)
        if form is None:
            return redirect("matters:change", held.uid)
    last = calendar_selectors.latest_recalculation(held)
    work = calendars.work_calendar()
    after = calendar.proposed(held, work) if draft else work
    context: dict[str, Any] = {
        "change": held,
        "draft": draft,
        "badge": BADGES[held.state],
        "form": form,
        "undo_form": UndoForm(),
        "read": _lines(held),
        "findings": calendar.findings(held, after),
        "runs": year_view.named_days(_named(rows, after)),
        "months": year_view.months(held.year, after, changed=[row.day for row in rows]) if form is not None else [],
        "shown": last,
        "history": calendar_selectors.recalculations(held),
        "may_keep": True,
    }
    if last is not None:
        context |= _preview(request, last)
    return render(
        request, "matters/manage/change.html", context, status=422 if form is not None and form.errors else 200
    )


def _correction(request: HttpRequest, held: CalendarChange) -> CorrectionForm | None:
    """The form of a draft; None once it has been corrected."""
    first = {
        "text": calendars.as_table(calendar_selectors.days_said(held)), "title": held.title,
        "document_number": held.document_number, "issued_on": held.issued_on, "reason": held.reason,
    }  # fmt: skip
    form = CorrectionForm(request.POST or None, initial=first)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        paper = services.Paper(
            text=said["text"], title=said["title"], document_number=said["document_number"], issued_on=said["issued_on"],
            reason=said["reason"],
        )  # fmt: skip
        try:
            services.correct_notice(actor=actor_of(request), change=held, paper=paper, at=moments.now())
        except Refusal as refusal:
            if refusal.status not in (409, 422):
                raise
            refuse_form(form, refusal)
        else:
            messages.success(request, "日期表已更正，请重新预览。")
            return None
    return form


def _lines(held: CalendarChange) -> calendars.NoticeRead | None:
    """The paper line by line with what was understood; None where no paper was pasted."""
    if not held.source_text:
        return None
    try:
        return calendars.read_notice(held.source_text, held.year)
    except calendars.UnreadableNotice:
        return None


def _named(rows: list[DayRow], after: Any) -> list[DayRow]:
    return [
        row if row.name else DayRow(row.day, row.kind, "恢复为" + ("工作日" if row.kind == "workday" else "周末"))
        for row in rows
    ]


def _preview(request: HttpRequest, last: Recalculation) -> dict[str, Any]:
    department, kind = request.GET.get("department", ""), request.GET.get("kind", "")
    items = calendar_selectors.moved(last, int(department) if department.isdecimal() else None, kind)
    return {
        "running": last.state in ("previewing", "applying", "sweeping", "telling"),
        "counts": calendar_selectors.counts(last),
        "departments": calendar_selectors.by_department(last),
        "department": department,
        "kind": kind,
        "kinds": MovedMatter.Kind.choices,
        "page": page_by_key(items, order=("id",), asked=request.GET, size=30),
        "stale": last.state == "ready" and last.version != calendars.calendar_version(),
    }


@requires(CALENDAR)
@require_POST
def act(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Preview, apply, put aside, preview the taking back."""
    held = calendars.change_by_uid(str(uid))
    actor, at = actor_of(request), moments.now()
    match request.POST.get("act", ""):
        case "preview":
            services.preview_change(actor=actor, change=held, at=at)
        case "undo":
            services.preview_change(actor=actor, change=held, at=at, reason=request.POST.get("reason", ""))
            messages.success(request, "请核对撤销后的日期，确认后再撤销。")
        case "apply":
            last = calendar_selectors.latest_recalculation(held)
            if last is None:
                raise NotFound("还没有预览。", next_step="请先预览，再实行。")
            services.apply_recalculation(actor=actor, recalculation=last, at=at)
            messages.success(request, "新日历已生效，正在逐件重算，这一页会显示进度。")
        case "discard":
            services.discard_change(actor=actor, change=held, at=at)
            messages.success(request, "已放弃，日历没有改变。")
            return redirect("matters:changes")
    return redirect("matters:change", uid)


@requires(CALENDAR)
@require_safe
def moved_export(request: HttpRequest, uid: UUID) -> HttpResponseBase:
    """Every matter whose date moves, as Excel."""
    last = calendar_selectors.latest_recalculation(calendars.change_by_uid(str(uid)))
    if last is None:
        raise NotFound("还没有预览。", next_step="请先预览，再导出。")
    department = request.GET.get("department", "")
    rows = calendar_selectors.moved(
        last, int(department) if department.isdecimal() else None, request.GET.get("kind", "")
    )
    return exports.download(
        "期限变动清单.xlsx", exports.xlsx(_MOVED_COLUMNS, rows.order_by("id").iterator(chunk_size=2000))
    )


_MOVED_COLUMNS: list[exports.Column[MovedMatter]] = [
    exports.Column("办件编号", lambda each: each.matter.code, width=30),
    exports.Column("事项", lambda each: each.matter.title, width=40),
    exports.Column("责任部门", lambda each: each.department.name, width=24),
    exports.Column("变动", lambda each: each.get_kind_display()),
    exports.Column("原期限", lambda each: each.old_due_on),
    exports.Column("新期限", lambda each: each.new_due_on),
    exports.Column("原法定期限", lambda each: each.old_legal_due_on),
    exports.Column("新法定期限", lambda each: each.new_legal_due_on),
    exports.Column("为什么", lambda each: each.why, width=60),
    exports.Column("办理", lambda each: each.get_state_display()),
]
