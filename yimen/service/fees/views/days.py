"""The end of a day: drawer, bank's file, differences; and a month of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from yimen.ground.identity.policies import actor_of, requires
from yimen.ground.identity.rules import Actor
from yimen.ground.kit import exports, moments
from yimen.ground.kit.asking import ask
from yimen.ground.kit.forms import refuse_form
from yimen.ground.kit.periods import month_of, whole_month
from yimen.ground.kit.questions import day_asked, file_url, wants_file, workbook
from yimen.ground.kit.refusals import Invalid, NotFound, Refusal
from yimen.ground.organisations import selectors as organisations
from yimen.service.fees import policies, services
from yimen.service.fees.forms import BankFileForm, DayForm, WordsForm
from yimen.service.fees.models import DayEnd, Difference
from yimen.service.fees.services.days import DaySum
from yimen.service.fees.views.asking import said, yuan

if TYPE_CHECKING:
    from yimen.ground.organisations.models import Unit

LOOKS = (policies.COLLECT, policies.CONFIRM)
MOST_BYTES = 20_000_000


def _centre(actor: Actor) -> Unit:
    found = organisations.unit(actor.centre_id) if actor.centre_id is not None else organisations.main_centre()
    if found is None:
        raise Invalid("还没有登记政务服务中心。", next_step="请先在机构里登记中心。")
    return found


def _differences(row: DaySum) -> str:
    return "；".join(f"{each.get_kind_display()} {each.serial}" for each in row.differences)


@requires(*LOOKS)
def days(request: HttpRequest) -> HttpResponseBase:
    """A month day by day, and the way to read the bank's file in."""
    actor, at = actor_of(request), moments.now()
    centre, today = _centre(actor), moments.day_of(at)
    month = month_of(day_asked(request, "month") or today)
    form, status = BankFileForm(request.POST or None, request.FILES or None), 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                upload = form.cleaned_data["file"]
                if upload.size > MOST_BYTES:
                    raise services.days.BadFile("文件太大。", next_step="请按天导出。")
                fresh, found = services.days.take_file(actor=actor, centre=centre, content=upload.read(), at=at)
            except Refusal as refusal:
                if refusal.status in (401, 403):
                    raise
                refuse_form(form, refusal)
                status = refusal.status
            else:
                messages.success(request, f"读入 {fresh} 行新的，{len(found)} 天，已逐笔核对。")
                return redirect(f"{reverse('fees:days')}?month={found[-1] if found else month}")
    span = whole_month(month)
    shown = [span.first + timedelta(days=number) for number in range((min(span.last, today) - span.first).days + 1)]
    rows = services.days.month(centre, shown)
    closed = {each.day: each for each in DayEnd.objects.filter(centre=centre, day__range=(span.first, span.last))}
    if wants_file(request):
        columns: Sequence[exports.Column[DaySum]] = (
            exports.Column("日期", lambda row: row.day),
            exports.Column("现金（元）", lambda row: yuan(row.cash_fen)),
            exports.Column("账面刷卡扫码（元）", lambda row: yuan(row.ours_fen)),
            exports.Column("银行（元）", lambda row: yuan(row.bank_fen)),
            exports.Column("差异", _differences, width=60),
        )  # fmt: skip
        return workbook("日结对账", columns, rows, at)
    context = {
        "rows": [(row, closed.get(row.day)) for row in reversed(rows)], "form": form, "span": span, "month": month,
        "before": (span.first - timedelta(days=1)).isoformat(), "after": (span.last + timedelta(days=1)).isoformat(),
        "has_after": span.last < today, "export_url": file_url(request), "centre": centre,
        "sums": (sum(row.cash_fen for row in rows), sum(row.ours_fen for row in rows), sum(row.bank_fen for row in rows)),
    }  # fmt: skip
    return render(request, "fees/days.html", context, status=status)


@requires(*LOOKS)
def day(request: HttpRequest, on: str) -> HttpResponseBase:
    """One day: count the drawer and close it; what differs, with its reason."""
    actor, at = actor_of(request), moments.now()
    centre, when = _centre(actor), _day(on)
    held = DayEnd.objects.filter(centre=centre, day=when).first()
    form, status = DayForm(request.POST or None) if held is None else None, 200
    if request.method == "POST" and form is not None:
        status = 422
        if form.is_valid():
            try:
                services.days.close_day(
                    actor=actor, centre=centre, day=when, counted_fen=form.cleaned_data["counted"], at=at
                )
            except Refusal as refusal:
                if refusal.status in (401, 403):
                    raise
                refuse_form(form, refusal)
                status = refusal.status
            else:
                messages.success(request, "已日结。")
                return redirect("fees:day", when.isoformat())
    (row,) = services.days.month(centre, [when])
    context = {
        "row": row, "held": held, "form": form, "centre": centre, "drawer": services.days.drawer_of(centre, when),
        "may_close": actor.holds(policies.CONFIRM),
    }  # fmt: skip
    return render(request, "fees/day.html", context, status=status)


def _day(text: str) -> date:
    try:
        found = date.fromisoformat(text[:10])
    except ValueError:
        raise NotFound("没有这一天。", next_step="请从日结清单进入。") from None
    if not 2000 <= found.year <= 2199:
        raise NotFound("没有这一天。", next_step="请从日结清单进入。")
    return found


@requires(policies.CONFIRM)
def close_difference(request: HttpRequest, number: int) -> HttpResponseBase:
    """Say why a difference was and what was done."""
    actor, at = actor_of(request), moments.now()
    rows = Difference.objects.filter(policies.of_centre(actor, policies.CONFIRM))
    found = get_object_or_404(rows, pk=number)
    return ask(
        request, heading="处理对账差异", verb="处理完", said="已写明原因。", frame="kit/desk.html",
        form=WordsForm(request.POST if request.method == "POST" else None, label="原因和处理"),
        act=lambda given: services.days.close_difference(actor=actor, difference=found, reason=given["words"], at=at),
        back=reverse("fees:day", args=[found.day.isoformat()]),
        note=f"{found.get_kind_display()}：我方 {said(found.ours_fen)}，对方 {said(found.bank_fen)}。{found.serial}",
    )  # fmt: skip
