"""Addresses of charges, bills and money."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from yimen.service.fees.views import bills, charges, ledger, public, reductions

app_name = "fees"

_public: list[URLPattern | URLResolver] = [
    path("fees/", charges.catalogue_page, name="catalogue"),
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
