"""What every router of `/api/v1` uses: problem documents, keyset pages, who acts, requests that are done once."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from typing import Annotated, Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from ninja import Schema
from pydantic import Field, StringConstraints

from yimen.ground.kit import idempotency
from yimen.ground.kit.moments import now
from yimen.ground.kit.refusals import NotAllowed, SignInNeeded
from yimen.ground.kit.text import clean_line


class OutOfScope(NotAllowed):
    """The token was issued for other things."""

    code = "out_of_scope"


class FieldProblem(Schema):
    """What is wrong with one field."""

    field: str
    message: str


class Problem(Schema):
    """RFC 9457. `code` is stable; `title` and `detail` are Chinese."""

    type: str
    title: str
    status: int
    code: str
    request_id: str
    detail: str = ""
    errors: list[FieldProblem] = Field(default_factory=list)


class Paged(Schema):
    """Cursors of a list; an empty one means that there is nothing more on that side."""

    after: str = ""
    before: str = ""


NOT_READ = {400: Problem, 404: Problem, 422: Problem, 429: Problem}
PROBLEMS = {
    400: Problem,
    401: Problem,
    403: Problem,
    404: Problem,
    405: Problem,
    409: Problem,
    413: Problem,
    422: Problem,
    429: Problem,
}
"""The answers that any call may get besides its own."""

Line = Annotated[str, StringConstraints(max_length=200)]
Text = Annotated[str, StringConstraints(max_length=4000)]


def actor_of(request: HttpRequest, module: str = "cases") -> Any:
    """The `Actor` of this request; raises `SignInNeeded` where nobody acts, `OutOfScope` where the token has no scope of
    this module.

    What the actor may do within it follows from the permissions, which the scopes have narrowed already.
    """
    actor = getattr(request, "actor", None)
    if actor is None:
        raise SignInNeeded("请在 Authorization 头里带上访问令牌。", next_step="令牌由系统管理员签发。")
    scopes = getattr(getattr(request, "sign_in", None), "token_scopes", None)
    if scopes is not None and not any(scope.startswith(f"{module}.") for scope in scopes):
        raise OutOfScope(f"这个令牌的范围不含 {module}，不能调用这个接口。", next_step="请换用范围合适的令牌。")
    return actor


def readable(text: str, *, what: str) -> str:
    """A value from the address that can be looked up; raises `Invalid` for control characters and unpaired surrogates."""
    return clean_line(text, label=what) if text else ""


def once(request: HttpRequest, act: Callable[[], tuple[int, dict[str, Any]]], *, module: str = "cases") -> HttpResponse:
    """Do the act in one transaction; with an `Idempotency-Key` header, do it once and give a replay the same answer. `module` is
    the one whose scope the token must have (`actor_of`)."""
    key = request.headers.get("Idempotency-Key", "")
    if not key:
        with transaction.atomic():
            status, body = act()
        return JsonResponse(body, status=status, json_dumps_params={"ensure_ascii": False})
    actor = actor_of(request, module)
    scope = f"{actor.uid}:{request.method}:{request.path}"
    digest = hashlib.sha256(request.body).hexdigest()
    with transaction.atomic():
        given = idempotency.begin(scope, key, request_hash=digest, at=now())
        if given is None:
            status, body = act()
            given = idempotency.Answer(status, json.dumps(body, ensure_ascii=False, default=str))
            idempotency.finish(scope, key, given)
    return HttpResponse(given.body, status=given.status, content_type="application/json")
