"""Items edited in Excel: taken out, brought back, looked at cell by cell, taken over, taken back."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from yimen.ground.identity.policies import requires
from yimen.ground.kit import exports, forms, moments
from yimen.ground.kit.forms import refuse_form
from yimen.ground.kit.paging import page_by_key
from yimen.ground.kit.refusals import Refusal
from yimen.service.catalogue import policies
from yimen.service.catalogue.models import ProposalRow, WorkbookProposal
from yimen.service.catalogue.services import workbooks
from yimen.service.catalogue.views.asking import actor_of
from yimen.service.catalogue.views.items import filtered
from yimen.service.catalogue.workbook.baseline import standings
from yimen.service.catalogue.workbook.writing import workbook

Status = WorkbookProposal.Status
BADGES = {
    "queued": "warning",
    "compared": "",
    "applying": "warning",
    "applied": "normal",
    "undone": "closed",
    "failed": "red",
}
PAGE = 40
MOST_CHOSEN = 500


class WorkbookForm(forms.Form):
    """An edited workbook."""

    file = forms.Attachment(label="改好的工作簿", kinds=("XLSX", "CSV"), megabytes=64)


@requires(*policies.STAFF_CODES)
@require_safe
def take_out(request: HttpRequest) -> HttpResponseBase:
    """The items of the filtered list as a workbook, with every element."""
    items = filtered(request).order_by().values("pk")
    return exports.download("事项工作簿.xlsx", workbook(standings(Q(pk__in=items))))


@requires(policies.EDIT)
def listing(request: HttpRequest) -> HttpResponse:
    """Bring a workbook back; those brought so far."""
    actor = actor_of(request)
    form = WorkbookForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            made = workbooks.propose(actor=actor, content=file.read(), file_name=file.name, at=moments.now())
        except Refusal as refusal:
            if refusal.status != 422:
                raise
            refuse_form(form, refusal)
        else:
            return redirect("catalogue:workbook", made.uid)
    proposals = WorkbookProposal.objects.defer("content").filter(workbooks.workbooks_of(actor))
    context = {
        "form": form,
        "page": page_by_key(proposals, order=("-created_at", "-id"), asked=request.GET, size=20),
        "badges": BADGES,
    }
    return render(request, "catalogue/manage/workbooks.html", context, status=422 if form.errors else 200)


@requires(policies.EDIT)
@require_safe
def proposal(request: HttpRequest, uid: UUID) -> HttpResponse:
    """One workbook: what it would change, cell by cell, and what may be done with it."""
    held = workbooks.access_workbook(actor_of(request), uid)
    show = request.GET.get("show", "")
    lines = ProposalRow.objects.filter(proposal=held)
    if show in ProposalRow.Outcome.values:
        lines = lines.filter(outcome=show)
    elif show in ProposalRow.Fate.values:
        lines = lines.filter(fate=show)
    waiting = ProposalRow.objects.filter(proposal=held, fate__in=["waiting", "refused"])
    context: dict[str, Any] = {
        "proposal": held,
        "badge": BADGES[held.status],
        "running": held.status in (Status.QUEUED, Status.APPLYING),
        "lines": page_by_key(lines.defer("values"), order=("line", "id"), asked=request.GET, size=PAGE),
        "show": show,
        "filters": [
            ("", "全部", held.rows - held.unchanged), ("new", "新增", held.new), ("changed", "变更", held.changed),
            ("conflict", "冲突", held.conflict), ("rejected", "拒绝", held.rejected),
        ],
        "ready": waiting.filter(outcome__in=["new", "changed"]).count(),
        "clashing": waiting.filter(outcome="conflict").count(),
        "applied": ProposalRow.objects.filter(proposal=held, fate="applied").count(),
        "refused": ProposalRow.objects.filter(proposal=held, fate__in=["refused", "kept"]).count(),
        "open": held.status in (Status.COMPARED, Status.APPLIED),
    }  # fmt: skip
    return render(request, "catalogue/manage/workbook.html", context)


@requires(policies.EDIT)
@require_POST
def act(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Take over all or the ticked rows, take back, throw away."""
    actor, at = actor_of(request), moments.now()
    held = workbooks.access_workbook(actor, uid)
    asked = request.POST.get("act", "")
    if asked in ("all", "chosen"):
        chosen = None
        if asked == "chosen":
            chosen = [
                int(pk)
                for pk in request.POST.getlist("row")[:MOST_CHOSEN]
                if pk.isascii() and pk.isdigit() and len(pk) < 18
            ]
        count = workbooks.request_apply(actor=actor, proposal=held, at=at, chosen=chosen)
        if count > workbooks.FEW:
            messages.success(request, f"已开始应用 {count} 行，这一页会显示进度。")
        else:
            messages.success(request, f"已处理 {count} 行，应用的成为草稿；没有应用的写明了原因。")
    elif asked == "undo":
        undone, kept = workbooks.undo_workbook(actor=actor, proposal=held, at=at)
        messages.success(request, f"已撤回 {undone} 行。" + (f"{kept} 行不能撤回，原因见下。" if kept else ""))
    elif asked == "discard":
        workbooks.discard_workbook(actor=actor, proposal=held, at=at)
        messages.success(request, "工作簿已放弃，目录没有变。")
        return redirect("catalogue:workbooks")
    return redirect("catalogue:workbook", uid)


@requires(policies.EDIT)
@require_safe
def differences(request: HttpRequest, uid: UUID) -> HttpResponseBase:
    """Every change, conflict and refusal as an Excel file, to be looked at or put right."""
    held = workbooks.access_workbook(actor_of(request), uid)
    columns: list[exports.Column[dict[str, Any]]] = [
        exports.Column("行号", lambda row: row["line"], width=8),
        exports.Column("事项编码", lambda row: row["code"], width=36),
        exports.Column("事项名称", lambda row: row["name"], width=40),
        exports.Column("结果", lambda row: row["outcome"], width=10),
        exports.Column("要素", lambda row: row["label"], width=20),
        exports.Column("现在", lambda row: row["before"], width=50),
        exports.Column("工作簿", lambda row: row["after"], width=50),
        exports.Column("原因与提醒", lambda row: row["said"], width=50),
    ]
    return exports.download("工作簿比对.xlsx", exports.xlsx(columns, _flat(held), sheet="比对"))


def _flat(held: WorkbookProposal) -> Any:
    lines = ProposalRow.objects.filter(proposal=held).defer("values").order_by("line", "id")
    for row in lines.iterator(chunk_size=500):
        said = "；".join([*row.reasons, *row.warnings, row.said]).strip("；")
        head = {
            "line": row.line,
            "code": row.code,
            "name": row.name,
            "outcome": row.get_outcome_display(),
            "said": said,
        }
        for change in row.changes or [{"label": "", "before": "", "after": ""}]:
            yield head | change
