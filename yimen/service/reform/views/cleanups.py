"""Rounds of cleaning: the legal office's and the departments' side of one page (R026)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse

from yimen.ground.identity.policies import requires
from yimen.ground.kit import asking, exports, moments
from yimen.ground.kit.forms import refuse_form
from yimen.ground.kit.paging import page_by_key
from yimen.ground.kit.refusals import NotFound, Refusal
from yimen.service.reform import forms, policies, selectors, services
from yimen.service.reform.models import CleanUp, CleanUpLine
from yimen.service.reform.rules import CleanUpOutcome
from yimen.service.reform.views.asking import actor_of, asked_of, number_in, numbers_in, text_in, today, word_in

SEES = (policies.VIEW, policies.PROPOSE, policies.REVIEW)
SHOWS = (
    ("", "全部"),
    ("open", "没有自查"),
    ("checked", "已自查"),
    ("undecided", "待审定"),
    ("decided", "已审定"),
    *CleanUpOutcome.pairs(),
)


@requires(*SEES)
def cleanups(request: HttpRequest) -> HttpResponse:
    """Rounds, newest first."""
    page = page_by_key(policies.cleanups(actor_of(request)), order=("-created_at", "-id"), asked=request.GET, size=30)
    context = {"page": page, "may_open": actor_of(request).holds(policies.REVIEW), "today": today()}
    return render(request, "reform/cleanups.html", context)


@requires(policies.REVIEW)
def new_cleanup(request: HttpRequest) -> HttpResponseBase:
    """Open a round."""
    form = forms.CleanUpForm(request.POST or None)

    def act(cleaned: dict[str, Any]) -> HttpResponseBase:
        made = services.open_cleanup(actor=actor_of(request), at=moments.now(), **cleaned)
        return redirect("reform:cleanup", made.uid)

    return asking.ask(
        request, heading="组织定期清理", verb="布置自查", act=act, back=reverse("reform:cleanups"), form=form,
        note="所选部门的全部事项（已取消的除外）列入清理，部门逐项自查、报送，由法制机构审定；能下放的都要下放。",
    )  # fmt: skip


@requires(*SEES)
def cleanup(request: HttpRequest, uid: UUID) -> HttpResponse:
    """One round: progress by department, and the lines with what was found and decided."""
    actor = actor_of(request)
    held = policies.access_cleanup(actor, uid)
    found_form, decide_form = forms.FoundForm(), forms.DecideLinesForm()
    if request.method == "POST":
        deciding = request.POST.get("act") == "decide"
        form: Any = (forms.DecideLinesForm if deciding else forms.FoundForm)(request.POST)
        if deciding:
            decide_form = form
        else:
            found_form = form
        if form.is_valid():
            service = services.decide_lines if deciding else services.check_items
            try:
                count = service(
                    actor=actor,
                    cleanup=held,
                    lines=numbers_in(request.POST, "line"),
                    at=moments.now(),
                    **form.cleaned_data,
                )
            except Refusal as refusal:
                if refusal.status in (401, 404):
                    raise
                refuse_form(form, refusal)
            else:
                messages.success(request, f"{count} 个事项已{'审定' if deciding else '填写自查意见'}。")
                return redirect(f"{reverse('reform:cleanup', args=[uid])}?{request.GET.urlencode()}")
    page = page_by_key(_lines(request, held), order=("department_id", "id"), asked=request.GET, size=50)
    wrong = bool(found_form.errors or decide_form.errors)
    asked = asked_of(request, policies.VIEW, policies.PROPOSE, policies.REVIEW)
    reach = policies.departments(actor, *SEES)
    rows = held.departments.select_related("department").order_by("department__order", "department_id")
    if reach is not None:
        rows = rows.filter(department__in=reach)
    report = selectors.build("cleanup", selectors.Asked(asked.day, reach, asked.since, asked.until, "", str(held.uid)))
    departments = list(rows)
    context = {
        "cleanup": held,
        "page": page,
        "report": report,
        "departments": departments,
        "shows": SHOWS,
        "asked": request.GET,
        "found_form": found_form,
        "decide_form": decide_form,
        "form": found_form if found_form.errors else decide_form,
        "late": today() > held.due_on and held.closed_at is None,
        "waiting": [row for row in departments if row.submitted_at is None],
        "may_check": held.closed_at is None and actor.holds(policies.PROPOSE),
        "may_decide": held.closed_at is None and actor.holds(policies.REVIEW),
        "mine": [
            row
            for row in departments
            if row.submitted_at is None and policies.may(actor, policies.PROPOSE, row.department_id)
        ],
    }
    return render(request, "reform/cleanup.html", context, status=422 if wrong else 200)


def _lines(request: HttpRequest, held: CleanUp) -> Any:
    asked = request.GET
    found = CleanUpLine.objects.filter(cleanup=held).select_related("item", "department", "receiver")
    reach = policies.departments(actor_of(request), *SEES)
    if reach is not None:
        found = found.filter(department__in=reach)
    department = number_in(asked, "department")
    if department is not None:
        found = found.filter(department=department)
    if text := text_in(asked, "q"):
        found = found.filter(Q(item__name__icontains=text) | Q(item__code=text))
    show = word_in(asked, "show", dict(SHOWS))
    conditions = {
        "open": Q(found=""), "checked": ~Q(found=""), "decided": ~Q(decided=""), "undecided": ~Q(found="") & Q(decided=""),
        **{word: Q(decided=word) for word, _ in CleanUpOutcome.pairs()},
    }  # fmt: skip
    return found.filter(conditions[show]) if show else found


@requires(*SEES)
def cleanup_act(request: HttpRequest, uid: UUID, act: str) -> HttpResponseBase:
    """Hand in, remind, end."""
    actor = actor_of(request)
    held = policies.access_cleanup(actor, uid)
    back, at = reverse("reform:cleanup", args=[uid]), moments.now()
    if act == "hand-in":
        department = number_in(request.GET, "department")
        row = held.departments.select_related("department").filter(department=department).first()
        if row is None or not policies.may(actor, policies.PROPOSE, row.department_id):
            raise NotFound("没有这个部门的清理。", next_step="请从清理页进入。")
        return asking.ask(
            request, heading=f"报送{row.department.short_name}的自查", verb="报送", back=back, said="已报送，等待审定。",
            act=lambda _: (services.hand_in(actor=actor, cleanup=held, department=row.department, at=at), None)[1],
            note="报送后不能再改。每个事项都要有自查意见。",
        )  # fmt: skip
    if act == "prompt":
        return asking.ask(
            request, heading="催报", verb="催报", back=back, said="已催报。", note="给没有报送的部门的事项管理人各发一条消息。",
            act=lambda _: (services.prompt(actor=actor, cleanup=held, at=at), None)[1],
        )  # fmt: skip
    if act == "close":

        def end(_: dict[str, Any]) -> HttpResponseBase | None:
            made = services.close_cleanup(actor=actor, cleanup=held, at=at)
            if made is None:
                messages.success(request, "清理已结束，全部保留，没有要调整的。")
                return None
            messages.success(request, "清理已结束，结果已成为调整批次，等待决定。")
            return redirect("reform:batch", made.uid)

        return asking.ask(
            request, heading="结束清理", verb="结束清理", back=back, act=end,
            note="审定为取消、调整、下放的，转为一个已审查的调整批次，由中心登记决定文件后实施。",
        )  # fmt: skip
    raise NotFound("没有这个操作。", next_step="请从清理页进入。")


COLUMNS: list[exports.Column[Any]] = [
    exports.Column("部门", lambda row: row.department.name, width=28),
    exports.Column("事项编码", lambda row: row.item.code, width=36),
    exports.Column("事项名称", lambda row: row.item.name, width=50),
    exports.Column("自查意见", lambda row: row.get_found_display()),
    exports.Column("理由", lambda row: row.reason, width=40),
    exports.Column("下放给", lambda row: row.receiver.name if row.receiver else "", width=28),
    exports.Column("审定结果", lambda row: row.get_decided_display()),
    exports.Column("审定理由", lambda row: row.decided_reason, width=40),
]


@requires(*SEES)
def cleanup_export(request: HttpRequest, uid: UUID) -> HttpResponseBase:
    """The lines as asked for, as an Excel file."""
    held = policies.access_cleanup(actor_of(request), uid)
    found = _lines(request, held).order_by("department_id", "id")
    return exports.download(f"{held.title}.xlsx", exports.xlsx(COLUMNS, found.iterator(chunk_size=2000), sheet="清理"))
