"""The payer's page: a code to scan or to press on the phone, and what became of it. And where the bank speaks."""

from __future__ import annotations

import json

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from yimen.ground.identity.policies import public
from yimen.ground.kit import moments, ratelimit
from yimen.ground.kit.middleware import client_address
from yimen.ground.kit.refusals import NotFound
from yimen.service.fees import bank, services
from yimen.service.fees.models import Attempt, Bill, Payment
from yimen.service.fees.selectors.bills import bill_by_code

SALT = "fees.pay"
REFRESH_SECONDS = 4


def token_of(bill: Bill) -> str:
    """The address that lets whoever holds it pay this bill, and see no more than what is to be paid."""
    return signing.dumps(bill.code, salt=SALT, compress=True)


def page_url(request: HttpRequest, bill: Bill) -> str:
    """The address of the payer's page, as a code carries it."""
    return _origin(request) + reverse("fees:pay", args=[token_of(bill)])


def _origin(request: HttpRequest) -> str:
    origin = str(getattr(settings, "ORIGIN", "") or "").rstrip("/")
    return origin or f"{request.scheme}://{request.get_host()}"


def code_of(token: str) -> str:
    """The number of the bill that a scanned address means, "" for none."""
    try:
        return str(signing.loads(token, salt=SALT))
    except signing.BadSignature:
        return ""


def _bill(token: str) -> Bill:
    code = code_of(token)
    if not code:
        raise NotFound("这个缴费地址不完整。", next_step="请重新扫缴费单上的码。")
    return bill_by_code(code)


def picture(text: str) -> SafeString:
    """A code to scan, as a drawing."""
    import segno

    return mark_safe(segno.make(text, error="m").svg_inline(scale=5, border=2, omitsize=True, svgclass="pay-code"))  # noqa: S308  # segno's own drawing


@public
@require_safe
def pay(request: HttpRequest, token: str) -> HttpResponseBase:
    """What is to be paid, the code while an attempt is open, and the result; asks again by itself until the bank has spoken."""
    at = moments.now()
    bill = _bill(token)
    attempt = (
        Attempt.objects.filter(bill=bill, state="open", expires_at__gt=at).exclude(pay_url="").order_by("-pk").first()
    )
    payment = Payment.objects.filter(bill=bill).first()
    if attempt is not None and (bill.state != Bill.State.UNPAID or attempt.amount_fen != bill.due_fen):
        attempt = None
    context = {
        "bill": bill, "attempt": attempt, "payment": payment, "token": token, "has_bank": bank.has_bank(),
        "drawing": picture(attempt.pay_url) if attempt else "", "seconds": REFRESH_SECONDS if attempt else 0,
        "lines": services.collecting.lines_of(bill),
    }  # fmt: skip
    response = render(request, "fees/public/pay.html", context)
    response["Cache-Control"] = "no-store, private"
    return response


@public
@require_POST
def start(request: HttpRequest, token: str) -> HttpResponseBase:
    """Ask the bank for a code."""
    bill = _bill(token)
    ratelimit.limit(f"fees.start:{client_address(request) or ''}", capacity=20, per_second=0.2)
    actor = getattr(request, "actor", None)
    services.paying.start_attempt(
        bill=bill, by=actor.name if actor is not None else "缴款人", at=moments.now(), notify=notify_url(request)
    )
    return redirect("fees:pay", token)


def notify_url(request: HttpRequest) -> str:
    """Where the bank is to speak."""
    return _origin(request) + reverse("fees:bank_notice")


@public
@csrf_exempt
@require_POST
def bank_notice(request: HttpRequest) -> HttpResponse:
    """The bank's notice: signed, done once, answered with what became of it. A refused one is told again by the bank."""
    at, our_bank = moments.now(), bank.bank()
    body = request.body
    if len(body) > 10_000 or not isinstance(our_bank, bank.SignedBank) or not bank.is_signed(
        our_bank, "POST", request.path, body, request.headers, at
    ):  # fmt: skip
        raise services.paying.NotSigned("通知的签名不对，没有入账。", next_step="请核对商户密钥和时间。")
    try:
        said = json.loads(body)
    except ValueError:
        said = None
    return JsonResponse({"outcome": services.paying.take_notice(said=services.paying.read_notice(said), at=at)})
