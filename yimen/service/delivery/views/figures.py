"""How many results went by mail, and what postage cost the centre (R137)."""

from __future__ import annotations

from collections.abc import Sequence

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from yimen.ground.identity.policies import actor_of, requires
from yimen.ground.kit import exports, moments
from yimen.ground.kit.periods import named_period, period_or
from yimen.ground.kit.questions import file_url, wants_file, workbook
from yimen.service.delivery import policies, selectors
from yimen.service.delivery.selectors.figures import Postage, Share

COLUMNS: Sequence[exports.Column[Share]] = (
    exports.Column("分法", lambda row: row.part),
    exports.Column("名称", lambda row: row.name, width=40),
    exports.Column("已交付", lambda row: row.handed),
    exports.Column("其中邮寄", lambda row: row.mailed),
    exports.Column("邮寄比例", lambda row: row.percent),
)
POSTAGE: Sequence[exports.Column[Postage]] = (
    exports.Column("月份", lambda row: f"{row.month:%Y-%m}"),
    exports.Column("快递公司", lambda row: row.courier, width=20),
    exports.Column("寄出", lambda row: row.out),
    exports.Column("上门取", lambda row: row.into),
    exports.Column("邮费（元）", lambda row: round(row.cost_fen / 100, 2)),
)


@requires(policies.VIEW, policies.HAND)
@require_safe
def report(request: HttpRequest) -> HttpResponseBase:
    """The share of results mailed, and each courier's month; every number opens the rows behind it."""
    actor, at = actor_of(request), moments.now()
    today = moments.day_of(at)
    span = period_or(named_period("this_year", today), request.GET, today)
    whole, parts = selectors.take_up(actor, span)
    costs = selectors.postage(actor, span)
    if wants_file(request):
        if request.GET.get("of") == "postage":
            return workbook("快递邮费月结单", POSTAGE, costs, at)
        return workbook("邮寄率", COLUMNS, [whole, *(row for part in parts for row in part.rows)], at)
    context = {
        "span": span, "whole": whole, "parts": parts, "costs": costs, "cost_fen": sum(row.cost_fen for row in costs),
        "export_url": file_url(request), "postage_url": f"{file_url(request)}&of=postage",
    }  # fmt: skip
    return render(request, "delivery/report.html", context)
