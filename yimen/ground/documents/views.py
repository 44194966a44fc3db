"""The public page on which anybody who holds a letter sees whether it is true."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from yimen.ground.documents import rules, selectors
from yimen.ground.identity.policies import public
from yimen.ground.kit import audit, ratelimit

TRIES, TRIES_PER_SECOND = 30, 0.5


@public
@require_safe
def ask(request: HttpRequest) -> HttpResponse:
    """Type in a code; `?code=` leads to its page."""
    typed = request.GET.get("code", "")
    code = rules.read_code(typed)
    if code:
        return redirect("documents:verify", code=code)
    return render(request, "documents/verify.html", {"typed": typed[:60], "wrong": bool(typed)})


@public
@require_safe
@never_cache
def verify(request: HttpRequest, code: str) -> HttpResponse:
    """What stands behind the code: valid, voided or unknown (404). Tries are limited, so that nobody walks the codes."""
    address = audit.current().ip or request.META.get("REMOTE_ADDR", "")
    ratelimit.limit(f"verify:{address}", capacity=TRIES, per_second=TRIES_PER_SECOND)
    found = selectors.verify(code)
    return render(
        request,
        "documents/verify.html",
        {"found": found, "typed": code[:60]},
        status=404 if found.standing == "unknown" else 200,
    )
