"""免提交: the materials behind a number of the case report, each with its case and the certificate that stood for it."""

from __future__ import annotations

from collections.abc import Sequence

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from yimen.ground.identity.policies import requires
from yimen.ground.kit import exports, moments
from yimen.ground.kit.paging import page_by_key
from yimen.ground.kit.periods import asked_period
from yimen.ground.kit.questions import EXPORT_MOST, file_url, number_asked, wants_file, workbook
from yimen.ground.kit.refusals import Invalid
from yimen.service.cases import selectors_spared as selectors
from yimen.service.cases.models import SparedMaterial
from yimen.service.cases.reporting import BY, FIGURES, place_of
from yimen.service.cases.views.staff.asking import actor_of

ROWS = 20
ORDER = ("-checked_at", "-case_file")

COLUMNS: Sequence[exports.Column[SparedMaterial]] = (
    exports.Column("办件编号", lambda row: row.case_file.case_material.case.matter.code, width=46),
    exports.Column("事项", lambda row: row.case_file.case_material.case.matter.title, width=40),
    exports.Column("申请人", lambda row: row.case_file.case_material.case.matter.applicant_name, width=24),
    exports.Column("部门", lambda row: row.case_file.case_material.case.matter.department.name, width=28),
    exports.Column("免提交的材料", lambda row: row.case_file.case_material.name, width=30),
    exports.Column("代替它的证照", lambda row: row.said, width=44),
    exports.Column("电子证照标识", lambda row: row.reference, width=70),
    exports.Column("核验时间", lambda row: row.checked_at),
    exports.Column("文件摘要", lambda row: row.digest, width=72),
)


@requires(FIGURES)
@require_safe
def spared(request: HttpRequest) -> HttpResponseBase:
    """The list; `as=xlsx` takes it along."""
    actor, at = actor_of(request), moments.now()
    period = asked_period(request.GET, moments.day_of(at))
    by = next((each for each in BY if each == request.GET.get("by")), None)
    key = request.GET.get("key")
    try:
        found = selectors.counted(
            period, place_of(actor), by if key is not None else None, key or "", number_asked(request, "department")
        )
    except ValueError:
        raise Invalid("统计的分组不对。", next_step="请从统计表的数字进入。") from None
    if wants_file(request):
        return workbook("免提交的材料", COLUMNS, found.order_by(*ORDER)[:EXPORT_MOST], at)
    page = page_by_key(found, order=ORDER, asked=request.GET, size=ROWS)
    context = {"page": page, "rows": list(page), "said": period.said, "export_url": file_url(request)}
    return render(request, "cases/staff/spared.html", context)
