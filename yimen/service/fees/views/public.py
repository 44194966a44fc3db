"""The payer's own bill."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from yimen.ground.identity.policies import actor_of, citizens
from yimen.ground.kit.paging import page_by_key
from yimen.ground.organisations import selectors as organisations
from yimen.service.fees import bank, policies, services
from yimen.service.fees.models import Bill, Payment
from yimen.service.fees.views.paying import token_of


@citizens
@require_safe
def my_bills(request: HttpRequest) -> HttpResponseBase:
    """What one has to pay and has paid."""
    actor = actor_of(request)
    found = Bill.objects.filter(payer=actor.party_id or 0).select_related("department")
    page = page_by_key(found, order=("-raised_at", "-pk"), asked=request.GET)
    return render(request, "fees/public/mine.html", {"page": page})


@citizens
@require_safe
def my_bill(request: HttpRequest, code: str) -> HttpResponseBase:
    """One bill: what for, by which document, how to pay, what was paid."""
    bill = policies.access_bill(actor_of(request), code)
    payment = Payment.objects.filter(bill=bill).first()
    windows = organisations.open_windows(bill.centre).filter(kind="fee") if bill.state == Bill.State.UNPAID else []
    context = {
        "bill": bill, "lines": services.collecting.lines_of(bill), "payment": payment, "windows": windows,
        "ticket": payment.tickets.filter(voided_at__isnull=True).select_related("range").first() if payment else None,
        "pay_token": token_of(bill) if bank.has_bank() else "",
    }  # fmt: skip
    return render(request, "fees/public/bill.html", context)
