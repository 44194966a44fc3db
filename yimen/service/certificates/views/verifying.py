"""The public page behind the QR code."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from yimen.ground.documents import rules as documents
from yimen.ground.identity.policies import public
from yimen.service.certificates import selectors
from yimen.service.certificates.forms import VerifyForm
from yimen.service.certificates.rules import is_identifier
from yimen.service.certificates.selectors.checking import check_file
from yimen.service.certificates.selectors.verifying import slowed
from yimen.service.certificates.views.asking import today


@public
@require_safe
def ask(request: HttpRequest) -> HttpResponseBase:
    """Type in a code or an identifier; `?code=` leads to its page."""
    typed = request.GET.get("code", "")[:120]
    plain = "".join(typed.upper().split())
    code = documents.read_code(typed) or (plain if is_identifier(plain) else "")
    if code:
        return redirect("certificates:verify", code=code)
    return render(request, "certificates/verify.html", {"typed": typed, "wrong": bool(typed), "form": VerifyForm()})


@public
@require_safe
@never_cache
def verify(request: HttpRequest, code: str) -> HttpResponseBase:
    """What stands behind a code or identifier: whether the certificate is valid now, and what it is."""
    slowed(request)
    found = selectors.find(code)
    context = {"typed": code[:120], "unknown": found is None, "verdict": found and selectors.verdict_of(found, today())}
    return render(request, "certificates/verify.html", context, status=404 if found is None else 200)


@public
@require_POST
@never_cache
def check(request: HttpRequest) -> HttpResponseBase:
    """A PDF or OFD that somebody holds: is it as it was sealed, and does the certificate stand. Nothing of it is kept."""
    slowed(request)
    form = VerifyForm(request.POST, request.FILES)
    if not form.is_valid():
        return render(request, "certificates/verify.html", {"form": form, "typed": ""}, status=422)
    found = check_file(form.cleaned_data["file"].read(), today())
    return render(request, "certificates/checked.html", {"found": found, "name": form.cleaned_data["file"].name[:120]})
