"""Acceptance over the interface, as a bare view: what the windows' programs call all day, so nothing stands in its way.

Its schema is declared by `api.accept`, and `house.api` puts this view at its address.
"""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.views.decorators.csrf import csrf_exempt

from yimen.ground.identity.policies import requires
from yimen.ground.kit.apis import actor_of, once, readable
from yimen.ground.kit.errors import Unreadable
from yimen.ground.kit.moments import now
from yimen.ground.kit.refusals import Invalid
from yimen.service.cases.services import accept_case

Version = Annotated[int, msgspec.Meta(ge=0, le=2_000_000_000)]


class Acceptance(msgspec.Struct):
    """The body: the version that the page showed."""

    seen: Version | None = None


_body = msgspec.json.Decoder(Acceptance)


@csrf_exempt  # under /api/ no cookie counts, and a token is never added by a browser itself
@requires("cases.accept")
def accept(request: HttpRequest, code: str) -> HttpResponse:
    """Accept a case; 201 with the step that was written."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    given = _read(request.body)
    code = readable(code, what="办件编号")

    def act() -> tuple[int, dict[str, Any]]:
        taken = accept_case(code=code, actor=actor_of(request), at=now(), seen=given.seen)
        return 201, {"code": code, "seq": taken.seq, "version": taken.version, "state": taken.state}

    if "HTTP_IDEMPOTENCY_KEY" in request.META:
        return once(request, act)
    status, answer = act()  # one statement, so it needs no transaction around it
    return HttpResponse(msgspec.json.encode(answer), status=status, content_type="application/json")


def _read(body: bytes) -> Acceptance:
    """The body, checked; raises `Invalid`, or `Unreadable` for what is no JSON."""
    try:
        return _body.decode(body)
    except msgspec.ValidationError:
        raise Invalid(
            "提交的内容不合要求。",
            next_step="请按 errors 中的说明改正。",
            fields={"seen": "应为不小于 0 的整数，或不填。"},
        ) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise Unreadable("请求正文不是有效的 JSON。", next_step="请检查编码（UTF-8）和格式。") from None
