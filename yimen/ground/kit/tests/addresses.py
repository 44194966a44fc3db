"""Addresses that fail in every way, for the tests of how failures are answered."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.db import DataError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.http import require_POST

from yimen.ground.kit.refusals import Conflict, NotAllowed, NotFound, Refusal, SignInNeeded, TooMany

REFUSALS: dict[str, type[Refusal]] = {
    "conflict": Conflict,
    "not-allowed": NotAllowed,
    "not-found": NotFound,
    "sign-in": SignInNeeded,
    "too-many": TooMany,
}


def refused(request: HttpRequest, kind: str) -> HttpResponse:
    raise REFUSALS[kind]("这件事刚被王简改过。", next_step="请重新打开。", fields={"area": "面积要填数字"})


def failed(request: HttpRequest, kind: str) -> HttpResponse:
    match kind:
        case "away":
            raise OperationalError("connection refused")
        case "data":
            raise DataError("integer out of range")
        case "surrogate":
            raise UnicodeEncodeError("utf-8", "\ud800", 0, 1, "surrogates not allowed")
        case "denied":
            raise PermissionDenied
    raise ZeroDivisionError


def received(request: HttpRequest) -> HttpResponse:
    return HttpResponse(f"{len(request.POST)} {len(request.FILES)}")


class FailingMiddleware:
    """Fails before any view, as a middleware does when the database is away."""

    def __init__(self, get_response: object) -> None:
        pass

    def __call__(self, request: HttpRequest) -> HttpResponse:
        raise OperationalError("connection refused")


urlpatterns = [
    path("<str:kind>/refused/", refused),
    path("api/v1/<str:kind>/refused/", refused),
    path("desk/<str:kind>/refused/", refused),
    path("<str:kind>/failed/", failed),
    path("api/v1/<str:kind>/failed/", failed),
    path("received/", received),
    path("only-post/", require_POST(received)),
]
handler400 = "yimen.ground.kit.errors.bad_request"
handler403 = "yimen.ground.kit.errors.permission_denied"
handler404 = "yimen.ground.kit.errors.not_found"
handler500 = "yimen.ground.kit.errors.server_error"
