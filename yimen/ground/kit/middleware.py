"""What every request passes: a number of its own, a look at its shape, our headers, refusals turned into answers."""

from __future__ import annotations

import logging
import re
import secrets
import time
from collections.abc import Callable
from functools import cache

from csp.utils import build_policy
from django.conf import settings
from django.http import HttpRequest, HttpResponseBase, HttpResponseNotAllowed
from django.utils.cache import patch_vary_headers

from yimen.ground.kit import audit, errors
from yimen.ground.kit.proxies import client_of, is_trusted
from yimen.ground.kit.refusals import Refusal

log = logging.getLogger("yimen.request")
REQUEST_ID = re.compile(r"[0-9A-Za-z-]{8,64}")
LONGEST_QUERY = 8192
PERMISSIONS_POLICY = "camera=(), microphone=(), geolocation=(), payment=(), usb=(), interest-cohort=()"
Next = Callable[[HttpRequest], HttpResponseBase]


class RequestMiddleware:
    """Outermost: names the request, refuses what no browser of ours sends, writes one line of log, sets headers."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        started = time.perf_counter()
        if not is_trusted(request.META.get("REMOTE_ADDR", ""), getattr(settings, "TRUSTED_PROXIES", ())):
            request.META.pop("HTTP_X_FORWARDED_PROTO", None)  # TLS is what a trusted proxy says it is
        request.META["REMOTE_ADDR"] = client_address(request) or ""
        with audit.request_context(request_id_of(request), request.META["REMOTE_ADDR"] or None) as context:
            request.request_id = context.request_id  # type: ignore[attr-defined]  # the shape of our requests
            strange = malformed(request)
            response = errors.refusal_response(request, strange) if strange else self.get_response(request)
            set_headers(request, response)
            response["X-Request-ID"] = context.request_id
            _log(request, response, time.perf_counter() - started)
        return response


class RefusalMiddleware:
    """Turns a `Refusal` from a view, malformed input found late, and a database that is away into an answer."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        for refusal in audit.current().refused:
            errors.note_refusal(request, refusal)
        # Django says nothing with it, django-ninja one line of English; whoever says it in our words has done it already.
        if isinstance(response, HttpResponseNotAllowed) and response.content in (b"", b"Method not allowed"):
            allowed = response["Allow"]
            response = errors.refusal_response(
                request, errors.WrongMethod("这个网址不能这样打开。", next_step="请从页面上的按钮或链接进入。")
            )
            response["Allow"] = allowed
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponseBase | None:
        """None leaves our own failures to the 500 page, where they are logged."""
        refusal = errors.meaning_of(exception)
        if refusal is None:
            return None
        if refusal.status >= 500:
            log.error("database away", exc_info=exception)
        elif not isinstance(exception, Refusal):
            log.warning("malformed input", exc_info=exception)
        errors.note_refusal(request, refusal)
        return errors.refusal_response(request, refusal)


def request_id_of(request: HttpRequest) -> str:
    """The number a proxy gave, when it has the shape of one, else a new one."""
    given = request.META.get("HTTP_X_REQUEST_ID", "")
    return given if REQUEST_ID.fullmatch(given) else secrets.token_hex(8)


def client_address(request: HttpRequest) -> str | None:
    """Who asks: the peer, or, behind `TRUSTED_PROXIES`, the nearest address that is none of them."""
    forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "")
    return client_of(request.META.get("REMOTE_ADDR", ""), forwarded, getattr(settings, "TRUSTED_PROXIES", ()))


@cache
def content_policy() -> str:
    """The Content-Security-Policy of every answer. It is one constant, since no page of ours has a script or style
    written into it, and so needs no nonce."""
    return build_policy()


def malformed(request: HttpRequest) -> Refusal | None:
    """What is wrong with the address itself; forms and files are looked at where they are read."""
    query = request.META.get("QUERY_STRING", "")
    if "\x00" in request.path or "%00" in query or "\x00" in query:
        return errors.Unreadable("网址里有看不见的字符。", next_step="请从首页重新进入，或手工输入网址。")
    if len(query) > LONGEST_QUERY:
        return errors.Unreadable("网址太长。", next_step="请缩短要查找的内容再试。")
    return None


def set_headers(request: HttpRequest, response: HttpResponseBase) -> None:
    """Headers that Django and the content policy do not set; a signed-in person's page is kept nowhere."""
    response.setdefault("Content-Security-Policy", content_policy())
    response.setdefault("Permissions-Policy", PERMISSIONS_POLICY)
    response.setdefault("Cross-Origin-Resource-Policy", "same-origin")
    if response.get("Content-Type", "").startswith("text/html"):
        patch_vary_headers(response, ("Cookie", "HX-Request"))
    if getattr(request, "actor", None) is not None or response.status_code >= 400:
        response.setdefault("Cache-Control", "no-store, private")


def _log(request: HttpRequest, response: HttpResponseBase, seconds: float) -> None:
    """One line: the route, never the address, since an address may hold a person's number."""
    route = request.resolver_match.route if request.resolver_match else "-"
    log.info(
        "request",
        extra={
            "request_id": audit.current().request_id,
            "method": request.method,
            "route": route,
            "status": response.status_code,
            "ms": round(seconds * 1000, 1),
        },
    )
