"""Every page or document that says no: refusals, malformed requests, missing pages, our own failures.

A person gets a page that says what happened, why, and what to do next; a program under `/api/` gets problem+json
(RFC 9457) with the same words; an htmx request gets the words alone, put at the top of the page it came from.
"""

from __future__ import annotations

import logging
import sys
from contextlib import suppress
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.core.exceptions import (
    DisallowedHost,
    RequestDataTooBig,
    TooManyFieldsSent,
    TooManyFilesSent,
)
from django.db import DatabaseError, DataError, InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.http.multipartparser import MultiPartParserError
from django.http.request import UnreadablePostError
from django.template.loader import render_to_string

from yimen.ground.kit import audit
from yimen.ground.kit.refusals import NotFound, Refusal, SignInNeeded

log = logging.getLogger(__name__)

HEADINGS = {
    400: "这个请求读不懂",
    401: "请先登录",
    403: "这一页不能打开",
    404: "没有找到",
    405: "这一页不能这样打开",
    409: "刚才没有办成",
    413: "内容太大",
    422: "刚才没有办成",
    429: "请慢一点",
    500: "这次没有办成，是我们的问题",
    503: "系统正在恢复",
}
SAFE = ("GET", "HEAD", "OPTIONS")
LAST_WORD = (
    '<!doctype html><html lang="zh-CN"><meta charset="utf-8"><title>这次没有办成</title>'
    "<h1>这次没有办成，是我们的问题</h1>"
    "<p>您的内容没有被改动，问题已经记下。请过几分钟再试；着急请拨打 12345。</p></html>"
)


class Unreadable(Refusal):
    """The request is not well formed."""

    status = 400
    code = "malformed"


class TooBig(Refusal):
    """The request is larger than any page of ours sends."""

    status = 413
    code = "too_big"


class WrongMethod(Refusal):
    """The address exists, but not for this method."""

    status = 405
    code = "wrong_method"


class Broken(Refusal):
    """We failed. Not expected, and logged as an error by whoever makes it."""

    status = 500
    code = "failed"


class Away(Refusal):
    """The database cannot be reached or gave up waiting."""

    status = 503
    code = "unavailable"


class Forged(Refusal):
    """The form's token does not fit this session (CSRF)."""

    status = 403
    code = "stale_form"


# --- What an exception means


def meaning_of(failure: BaseException | None) -> Refusal | None:
    """The refusal behind an exception that comes from what was sent, or from the database being away; None for ours."""
    match failure:
        case Refusal():
            return failure
        case RequestDataTooBig():
            return TooBig("这次发来的内容超过了上限，没有保存。", next_step="请压缩文件或分几次提交。")
        case TooManyFieldsSent() | TooManyFilesSent():
            return Unreadable("这次发来的项数太多，没有保存。", next_step="请分几次提交。")
        case DisallowedHost():
            return Unreadable("这个网址不是本站的网址。", next_step="请从本站首页进入。")
        case MultiPartParserError() | UnreadablePostError():
            return Unreadable("文件在路上断开了，没有收全。", next_step="请检查网络后再提交一次。")
        case DataError() | UnicodeError():
            return Unreadable(
                "内容里有系统存不下的字符、数或日期，没有保存。", next_step="请返回上一页，改短或重新输入后再提交。"
            )
        case OperationalError() | InterfaceError():
            return Away("系统暂时连不上数据库，刚才的操作没有保存。", next_step="一两分钟后再试一次，不用重新登录。")
    return None


# --- The answers


def refusal_response(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    """The answer that fits whoever asked: problem+json, the sign-in page, a fragment for htmx, or a page."""
    if for_machines(request):
        return problem(request, refusal)
    if isinstance(refusal, SignInNeeded):
        return _to_sign_in(request)
    status = 422 if refusal.status == 403 and request.method not in SAFE else refusal.status  # an act, not a page
    context = {"refusal": refusal, "heading": HEADINGS.get(status, HEADINGS[422])}
    if request.headers.get("HX-Request") == "true" and refusal.status < 500:
        fragment = render_to_string("kit/parts/refusal.html", context, request=request)
        return HttpResponse(
            fragment, status=refusal.status, headers={"HX-Retarget": "#main", "HX-Reswap": "afterbegin"}
        )
    if refusal.status >= 500:
        context["frame"] = "kit/bare.html"
    try:
        return HttpResponse(render_to_string("kit/refusal.html", context, request=request), status=refusal.status)
    except Exception:
        log.exception("a refusal could not be drawn")
        return HttpResponse(LAST_WORD, status=max(refusal.status, 400))


def problem(request: HttpRequest, refusal: Refusal) -> JsonResponse:
    """RFC 9457: `title` says what, `detail` what to do next, `errors` names the fields."""
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": refusal.message,
        "status": refusal.status,
        "code": refusal.code,
        "request_id": audit.current().request_id,
    }
    if refusal.next_step:
        body["detail"] = refusal.next_step
    if refusal.fields:
        body["errors"] = [{"field": name, "message": said} for name, said in refusal.fields.items()]
    headers = {"WWW-Authenticate": "Bearer"} if refusal.status == HTTPStatus.UNAUTHORIZED else {}
    return JsonResponse(body, status=refusal.status, content_type="application/problem+json", headers=headers)


def for_machines(request: HttpRequest) -> bool:
    """Whether a program reads the answer."""
    return request.path.startswith("/api/")


def note_refusal(request: HttpRequest, refusal: Refusal) -> None:
    """One audit row for a refused act, or for a signed-in person who reached for what is not theirs."""
    actor = getattr(request, "actor", None)
    if refusal.status >= 500 or (request.method in SAFE and actor is None):
        return
    match = request.resolver_match
    action = (match.view_name if match else "").replace(":", ".") or "request"
    with suppress(DatabaseError):
        audit.record_refusal(refusal, action=action, actor=actor, target_kind="address", target=request.path)


def _to_sign_in(request: HttpRequest) -> HttpResponse:
    page = "/staff/sign-in/" if request.path.startswith(("/desk/", "/manage/")) else "/sign-in/"
    back = request.get_full_path() if request.method in SAFE else _page_before(request)
    url = f"{page}?{urlencode({'next': back})}" if back else page
    if request.headers.get("HX-Request") == "true":
        return HttpResponse(status=204, headers={"HX-Redirect": url})
    return HttpResponseRedirect(url)


def _page_before(request: HttpRequest) -> str:
    """The page of ours whose form or script sent this request; what was saved of it is there again after signing in."""
    came_from = urlsplit(request.headers.get("HX-Current-URL") or request.headers.get("Referer") or "")
    if came_from.netloc != request.get_host() or not came_from.path.startswith("/"):
        return ""
    return came_from.path + (f"?{came_from.query}" if came_from.query else "")


# --- Django's handlers (named in the root urls)


def bad_request(request: HttpRequest, exception: BaseException | None = None) -> HttpResponse:
    """400, or 413 for what is too big."""
    refusal = meaning_of(exception) or Unreadable(
        "浏览器发来的内容不完整或不是本站的格式，没有保存。", next_step="请返回上一页再试一次。"
    )
    if not isinstance(exception, DisallowedHost):
        note_refusal(request, refusal)
    return refusal_response(request, refusal)


def permission_denied(request: HttpRequest, exception: BaseException | None = None) -> HttpResponse:
    """403."""
    refusal = Refusal(
        "您的岗位没有打开这一页的权限。", next_step="如工作需要，请联系安全管理员授权。", code="not_allowed"
    )
    refusal.status = 403
    note_refusal(request, refusal)
    return refusal_response(request, refusal)


def not_found(request: HttpRequest, exception: BaseException | None = None) -> HttpResponse:
    """404."""
    return refusal_response(
        request, NotFound("网址可能少了一段，或者这一页已经移走。", next_step="请核对网址，或从首页重新找。")
    )


def server_error(request: HttpRequest) -> HttpResponse:
    """500, or what the exception really means when a middleware raised it."""
    refusal = meaning_of(sys.exc_info()[1]) or Broken(
        "系统出了问题，刚才的操作没有保存。我们已经记下，会尽快修好。", next_step="请过几分钟再试；着急请拨打 12345。"
    )
    return refusal_response(request, refusal)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403 for a form that was open too long, or that another site sent."""
    refusal = Forged(
        "这一页打开得太久，或者中间重新登录过，为了安全没有提交。",
        next_step="您填写的内容还在：请按浏览器的“后退”，刷新后再提交一次。",
    )
    note_refusal(request, refusal)
    return refusal_response(request, refusal)
