"""Addresses of charges, bills and money."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from yimen.service.fees.views import bills, charges, days, ledger, paying, public, reductions, refunds

app_name = "fees"

_public: list[URLPattern | URLResolver] = [
    path("fees/", charges.catalogue_page, name="catalogue"),
    path("fees/bank/notices/", paying.bank_notice, name="bank_notice"),
    path("pay/<str:token>/", paying.pay, name="pay"),
    path("pay/<str:token>/start/", paying.start, name="pay_start"),
    path("my/bills/", public.my_bills, name="my_bills"),
    path("my/bills/<str:code>/", public.my_bill, name="my_bill"),
]

_desk: list[URLPattern | URLResolver] = [
    path("desk/bills/", bills.bills, name="bills"),
    path("desk/bills/new/", bills.new_bill, name="new_bill"),
    path("desk/bills/<str:code>/", bills.bill, name="bill"),
    path("desk/bills/<str:code>/cancel/", bills.cancel, name="cancel_bill"),
    path("desk/bills/<str:code>/reduce/", bills.reduce, name="reduce"),
    path("desk/bills/<str:code>/print/", bills.bill_print, name="bill_print"),
    path("desk/bills/<str:code>/receipt/", bills.receipt, name="receipt"),
    path("desk/bills/<str:code>/void-ticket/", bills.void_ticket, name="void_ticket"),
    path("desk/bills/<str:code>/ticket/", bills.issue_ticket, name="issue_ticket"),
    path("desk/bills/<str:code>/refund/", refunds.refund, name="refund"),
    path("desk/refunds/", refunds.refunds, name="refunds"),
    path("desk/refunds/<str:code>/<slug:action>/", refunds.refund_act, name="refund_act"),
    path("desk/held-money/", refunds.held, name="held"),
    path("desk/held-money/<int:number>/<slug:action>/", refunds.held_act, name="held_act"),
    path("desk/fee-days/", days.days, name="days"),
    path("desk/fee-days/<str:on>/", days.day, name="day"),
    path("desk/fee-differences/<int:number>/", days.close_difference, name="close_difference"),
    path("desk/fee-reductions/", reductions.reductions, name="reductions"),
    path("desk/fee-reductions/<str:code>/", reductions.reduction, name="reduction"),
    path("desk/fee-reductions/<str:code>/file/", reductions.reduction_file, name="reduction_file"),
    path("desk/fee-reductions/<str:code>/<slug:action>/", reductions.reduction_act, name="reduction_act"),
    path("desk/fee-ledger/", ledger.ledger, name="ledger"),
    path("desk/fee-report/", ledger.report, name="report"),
]

_manage: list[URLPattern | URLResolver] = [
    path("manage/charges/", charges.charges, name="charges"),
    path("manage/charges/new/", charges.propose, name="propose"),
    path("manage/charges/differences/", charges.differences, name="differences"),
    path("manage/charges/<uuid:uid>/", charges.charge, name="charge"),
    path("manage/charges/<uuid:uid>/file/", charges.charge_file, name="charge_file"),
    path("manage/charges/<uuid:uid>/<slug:action>/", charges.charge_act, name="charge_act"),
    path("manage/fee-tickets/", ledger.tickets, name="tickets"),
]

urlpatterns: list[URLPattern | URLResolver] = [*_public, *_desk, *_manage]
