"""Bringing catalogues in: upload, look at the dry run, bring in, have checked, publish, take back."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from yimen.ground.identity.policies import requires
from yimen.ground.kit import exports, moments
from yimen.ground.kit.forms import refuse_form
from yimen.ground.kit.paging import page_by_key
from yimen.ground.kit.refusals import Refusal
from yimen.service.catalogue import policies, selectors, services
from yimen.service.catalogue.forms import ImportForm
from yimen.service.catalogue.models import ImportBatch, ImportRow, ItemEdition, SourceDepartment
from yimen.service.catalogue.views.asking import actor_of

Status = ImportBatch.Status
MAY_SEE = (policies.IMPORT, policies.LEGAL_CHECK, policies.PUBLISH)
BADGES = {
    "checked": "",
    "queued": "warning",
    "applying": "warning",
    "applied": "normal",
    "undone": "closed",
    "failed": "red",
}


@requires(*MAY_SEE)
def listing(request: HttpRequest) -> HttpResponse:
    """Upload a file for a dry run; the imports so far."""
    form = ImportForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        file, materials = form.cleaned_data["file"], form.cleaned_data.get("materials")
        try:
            made = services.check_import(
                actor=actor_of(request),
                content=file.read(),
                file_name=file.name,
                materials=materials.read() if materials else None,
                materials_name=materials.name if materials else "",
                at=moments.now(),
            )
        except Refusal as refusal:
            if refusal.status != 422:
                raise
            refuse_form(form, refusal)
        else:
            return redirect("catalogue:import", made.uid)
    batches = ImportBatch.objects.defer("content", "materials_content")
    context = {
        "form": form,
        "page": page_by_key(batches, order=("-created_at", "-id"), asked=request.GET, size=20),
        "may_import": actor_of(request).holds(policies.IMPORT),
        "badges": BADGES,
    }
    return render(request, "catalogue/manage/imports.html", context, status=422 if form.errors else 200)


@requires(*MAY_SEE)
def batch(request: HttpRequest, uid: UUID) -> HttpResponse:
    """One import: counts, each line with its reasons, progress while it runs, what may be done next."""
    held = selectors.batch_by_uid(str(uid))
    show = request.GET.get("show", "rejected" if held.rejected else "")
    lines = selectors.batch_lines(held, show if show in ImportRow.Outcome.values else "", warned=show == "warned")
    waiting = ImportRow.objects.filter(batch=held, edition__isnull=False)
    context: dict[str, Any] = {
        "batch": held,
        "badge": BADGES[held.status],
        "running": held.status in (Status.QUEUED, Status.APPLYING),
        "lines": page_by_key(lines, order=("file", "line", "id"), asked=request.GET, size=50),
        "show": show,
        "filters": _filters(held),
        "drafts": waiting.filter(edition__status=ItemEdition.Status.DRAFT).count(),
        "passed": waiting.filter(edition__status=ItemEdition.Status.PASSED).count(),
        "in_force": waiting.filter(edition__status=ItemEdition.Status.PUBLISHED).count(),
        "unmapped": SourceDepartment.objects.filter(
            unit__isnull=True, items__in=ImportRow.objects.filter(batch=held).values("item")
        ).distinct().count(),
        "may_import": actor_of(request).holds(policies.IMPORT),
        "may_check": actor_of(request).holds(policies.LEGAL_CHECK) and held.actor_uid != actor_of(request).uid,
        "may_publish": actor_of(request).holds(policies.PUBLISH),
    }  # fmt: skip
    return render(request, "catalogue/manage/import.html", context)


def _filters(held: ImportBatch) -> list[tuple[str, str, int]]:
    return [
        ("", "全部", held.rows),
        ("rejected", "拒绝", held.rejected),
        ("new", "新增", held.new),
        ("changed", "变更", held.changed),
        ("unchanged", "未变", held.unchanged),
        ("warned", "有提醒", held.warned),
    ]


@requires(*MAY_SEE)
@require_POST
def act(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Bring in, throw away, take back, pass, publish."""
    held = selectors.batch_by_uid(str(uid))
    actor, at = actor_of(request), moments.now()
    asked = request.POST.get("act", "")
    if asked == "apply":
        services.request_import(actor=actor, batch=held, at=at)
        messages.success(request, "已开始导入，这一页会显示进度。")
    elif asked == "discard":
        services.discard_import(actor=actor, batch=held, at=at)
        messages.success(request, "试导入的结果已丢弃。")
        return redirect("catalogue:imports")
    elif asked == "undo":
        undone = services.undo_import(actor=actor, batch=held, at=at)
        said = f"已撤回：删去 {undone.removed} 项，恢复 {undone.restored} 项。"
        messages.success(request, said + (f"有 {undone.kept} 项不能撤回，原因见下。" if undone.kept else ""))
    elif asked == "pass":
        outcome = services.pass_batch(actor=actor, batch=held, opinion=request.POST.get("opinion", ""), at=at)
        messages.success(request, f"审查通过 {outcome.moved} 项，{len(outcome.refused)} 项有错误，仍是草稿。")
    elif asked == "publish":
        outcome = services.publish_batch(actor=actor, batch=held, at=at)
        messages.success(request, f"已发布 {outcome.moved} 项，{len(outcome.refused)} 项没有发布。")
    return redirect("catalogue:import", uid)


@requires(*MAY_SEE)
def rejects(request: HttpRequest, uid: UUID) -> HttpResponseBase:
    """The refused lines with their reasons as a file, to be put right and brought in again."""
    held = selectors.batch_by_uid(str(uid))
    columns: list[exports.Column[ImportRow]] = [
        exports.Column("文件", lambda line: "材料" if line.file == "materials" else "事项"),
        exports.Column("行号", lambda line: line.line),
        exports.Column("编码", lambda line: line.code),
        exports.Column("名称", lambda line: line.name),
        exports.Column("原因", lambda line: "；".join(line.reasons)),
        exports.Column("原文", lambda line: line.raw),
    ]
    lines = selectors.batch_lines(held, "rejected").iterator(chunk_size=2000)
    return exports.download("被拒绝的行.csv", exports.csv_lines(columns, lines))
