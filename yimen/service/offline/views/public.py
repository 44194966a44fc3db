"""For everybody: whether an offline receipt is ours, and which number the case has."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from yimen.ground.identity.policies import public
from yimen.ground.kit import ratelimit
from yimen.ground.kit.middleware import client_address
from yimen.service.offline import rules, selectors
from yimen.service.offline.forms import VerifyForm
from yimen.service.offline.models import Block


@public
@require_http_methods(["GET", "HEAD", "POST"])
def verify(request: HttpRequest) -> HttpResponseBase:
    """Number and proof code of a receipt: taken in, under which number; or given out and not sent back yet; or not ours."""
    form = VerifyForm(request.POST or None)
    context: dict[str, object] = {"form": form}
    status = 200
    if request.method == "POST":
        ratelimit.limit(f"offline.verify:{client_address(request)}", capacity=30, per_second=0.05)
        status = 422
        if form.is_valid():
            status = 200
            number = form.cleaned_data["number"]
            context["asked"] = number
            context["entry"] = selectors.by_proof(number, form.cleaned_data["code"])
            context["pending"] = _given_out(number)
    answer = render(request, "offline/public/verify.html", context, status=status)
    answer["Cache-Control"] = "no-store, private"
    return answer


def _given_out(number: str) -> bool:
    """Whether the number lies in a block and the server has seen nothing of it yet."""
    mark, serial = rules.serial_of(number)
    found = Block.objects.filter(mark=mark, first__lte=serial, last__gte=serial)
    return found.exclude(entries__number=number).exists()
