"""The ledger with its filters, the numbers by class, department and month, the ranges of tickets (R174, R183)."""

from __future__ import annotations

from collections.abc import Sequence

from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from yimen.ground.identity.policies import actor_of, requires
from yimen.ground.kit import exports, moments
from yimen.ground.kit.forms import refuse_form
from yimen.ground.kit.paging import page_by_key
from yimen.ground.kit.periods import named_period, period_or
from yimen.ground.kit.questions import (
    EXPORT_MOST,
    choice_asked,
    file_url,
    number_asked,
    text_asked,
    wants_file,
    workbook,
)
from yimen.ground.kit.refusals import Invalid, Refusal
from yimen.ground.organisations import selectors as organisations
from yimen.service.fees import policies, rules, services
from yimen.service.fees.forms import RangeForm
from yimen.service.fees.models import Entry, Ticket, TicketRange
from yimen.service.fees.selectors import figures as counted
from yimen.service.fees.views.asking import yuan

KINDS = {"payment": "收款", "refund": "退款", "held": "待处理", "release": "转出", "drawer": "长短款"}
COLUMNS: Sequence[exports.Column[Entry]] = (
    exports.Column("账务日", lambda row: row.day),
    exports.Column("时间", lambda row: row.at),
    exports.Column("种类", lambda row: KINDS.get(row.kind, row.kind)),
    exports.Column("借方", lambda row: row.get_debit_display()),
    exports.Column("贷方", lambda row: row.get_credit_display()),
    exports.Column("金额（元）", lambda row: yuan(row.amount_fen)),
    exports.Column("部门", lambda row: row.department.name if row.department else "", width=28),
    exports.Column("收费类别", lambda row: rules.CLASSES.get(row.fee_class, ""), width=20),
    exports.Column("收入类别", lambda row: rules.REVENUES.get(row.revenue, ""), width=24),
    exports.Column("缴费单", lambda row: row.bill.code if row.bill else "", width=24),
    exports.Column("流水号", lambda row: row.serial, width=28),
    exports.Column("摘要", lambda row: row.note, width=40),
    exports.Column("经手人", lambda row: row.by),
)


@requires(policies.VIEW)
@require_safe
def ledger(request: HttpRequest) -> HttpResponseBase:
    """Entries of a period, newest first; nobody changes one."""
    actor, at = actor_of(request), moments.now()
    span = period_or(named_period("this_month", moments.day_of(at)), request.GET, moments.day_of(at))
    found = Entry.objects.filter(policies.entries(actor), day__range=(span.first, span.last))
    account = choice_asked(request, "account", [each for each, _ in Entry.Account.choices])
    if account:
        found = found.filter(Q(debit=account) | Q(credit=account))
    if fee_class := choice_asked(request, "class", rules.CLASSES):
        found = found.filter(fee_class=fee_class)
    if (unit := number_asked(request, "unit")) is not None:
        found = found.filter(department=unit)
    if text := text_asked(request):
        found = found.filter(Q(bill__code=text) | Q(serial=text) | Q(note__icontains=text))
    found = found.select_related("bill", "department")
    order = ("-day", "-pk")
    if wants_file(request):
        return workbook("收费账", COLUMNS, found.order_by(*order)[:EXPORT_MOST], at)
    context = {
        "page": page_by_key(found, order=order, asked=request.GET, size=50), "span": span, "account": account,
        "accounts": Entry.Account.choices, "fee_class": fee_class, "classes": list(rules.CLASSES.items()), "text": text,
        "unit": unit, "units": counted.departments(actor), "export_url": file_url(request), "kinds": KINDS,
        "balances": counted.balances(actor, span.first, span.last),
    }  # fmt: skip
    return render(request, "fees/ledger.html", context)


@requires(policies.VIEW)
@require_safe
def report(request: HttpRequest) -> HttpResponseBase:
    """What was collected: by class, by revenue, by department, by month; each number opens its entries (R183)."""
    actor, at = actor_of(request), moments.now()
    span = period_or(named_period("this_year", moments.day_of(at)), request.GET, moments.day_of(at))
    found = counted.report(actor, span.first, span.last)
    if wants_file(request):
        columns: Sequence[exports.Column[counted.Taken]] = (
            exports.Column("分组", lambda row: row.group), exports.Column("名称", lambda row: row.name, width=32),
            exports.Column("笔数", lambda row: row.count), exports.Column("收款（元）", lambda row: yuan(row.taken_fen)),
            exports.Column("退款（元）", lambda row: yuan(row.back_fen)), exports.Column("净额（元）", lambda row: yuan(row.net_fen)),
        )  # fmt: skip
        return workbook("收费统计", columns, [row for part in found.parts for row in part.rows], at)
    return render(request, "fees/report.html", {"span": span, "report": found, "export_url": file_url(request)})


@requires(policies.TICKETS)
def tickets(request: HttpRequest) -> HttpResponseBase:
    """The ranges, how far each is used, and what was made void."""
    actor, at = actor_of(request), moments.now()
    form, status = RangeForm(request.POST or None), 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                centre = (
                    organisations.unit(actor.centre_id) if actor.centre_id is not None else organisations.main_centre()
                )
                if centre is None:
                    raise Invalid("还没有登记政务服务中心。", next_step="请先在机构里登记中心。")
                services.tickets.enter_range(actor=actor, centre=centre, at=at, **form.cleaned_data)
            except Refusal as refusal:
                if refusal.status in (401, 403):
                    raise
                refuse_form(form, refusal)
                status = refusal.status
            else:
                messages.success(request, "号段已登记，接着上一段用。")
                return redirect("fees:tickets")
    ranges = (
        TicketRange.objects.filter(policies.of_centre(actor, policies.TICKETS)).select_related("centre").order_by("pk")
    )
    void = Ticket.objects.filter(range__in=ranges, voided_at__isnull=False).select_related("payment__bill", "range")
    rows = [(each, each.last - each.next_number + 1, each.next_number - each.first) for each in ranges[:100]]
    page = page_by_key(void, order=("-voided_at", "-pk"), asked=request.GET)
    return render(request, "fees/tickets.html", {"form": form, "rows": rows, "page": page}, status=status)
