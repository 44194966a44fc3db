"""`/api/v1`: one OpenAPI 3.1 document over the modules' routers; tokens with scopes, problem+json, idempotency keys."""

from __future__ import annotations

import json
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError
from ninja.openapi.schema import OpenAPISchema
from ninja.parser import Parser

from yimen.ground.identity.policies import public
from yimen.ground.kit import errors
from yimen.ground.kit.apis import Problem
from yimen.ground.kit.refusals import Invalid, Refusal
from yimen.ground.matters.api import router as deadlines
from yimen.ground.organisations.api import router as organisations
from yimen.house.api_page import Handbook
from yimen.service.cases.api import router as applications
from yimen.service.cases.api_accept import accept
from yimen.service.cases.api_asides import router as case_asides
from yimen.service.cases.api_asides_acts import router as case_asides_acts
from yimen.service.cases.api_figures import router as case_figures
from yimen.service.cases.api_moves import router as case_moves
from yimen.service.cases.api_paths import router as case_paths
from yimen.service.cases.api_revoking import router as case_revoking
from yimen.service.catalogue.api import router as items
from yimen.service.certificates.api import router as certificates
from yimen.service.coordination.api import router as coordination
from yimen.service.delivery.api import router as delivery
from yimen.service.fees.api import router as fees
from yimen.service.hall.api import router as hall
from yimen.service.hall.api_slots import router as hall_slots
from yimen.service.offline.api import router as offline
from yimen.service.reform.api import router as lists
from yimen.service.residence.api import router as residence
from yimen.service.scrutiny.api import router as scrutiny
from yimen.service.windows.api import router as windows
from yimen.watch.drills.api import router as drills
from yimen.watch.efficiency.api import router as efficiency
from yimen.watch.supervision.api import router as supervision
from yimen.watch.supervision.api_figures import router as supervision_figures


class OneMeaning(Parser):
    """Reads bodies that mean one thing: no name twice in an object, no NaN or infinity, which are not JSON."""

    def parse_body(self, request: HttpRequest) -> Any:
        """The body's value; what this raises becomes `unparsable`."""
        return json.loads(request.body, object_pairs_hook=_each_once, parse_constant=_no_number)


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a name stands twice in one object")
    return found


def _no_number(text: str) -> Any:
    raise ValueError(f"{text} is not JSON")


class Documented(NinjaAPI):
    """The interface with its document saying the media type in which problems really come."""

    def get_openapi_schema(self, **asked: Any) -> OpenAPISchema:
        """As django-ninja writes it, which knows one media type for all answers."""
        document = super().get_openapi_schema(**asked)
        for operations in document["paths"].values():
            for operation in operations.values():
                for status, answer in operation["responses"].items():
                    if int(status) >= 400 and "application/json" in answer.get("content", {}):
                        answer["content"] = {"application/problem+json": answer["content"]["application/json"]}
        return document


api = Documented(
    title="Yimen 一门",
    version="1",
    description="政务服务事项、办件、期限的接口。出错时返回 application/problem+json（RFC 9457），说明是中文。",
    urls_namespace="api",
    docs=Handbook(),
    parser=OneMeaning(),
    docs_decorator=public,
    openapi_extra={
        "components": {"securitySchemes": {"token": {"type": "http", "scheme": "bearer"}}},
        "security": [{"token": []}, {}],
    },
)
api.add_router("/", items, tags=["事项"])
api.add_router("/", applications, tags=["办件"])
api.add_router("/", deadlines, tags=["期限"])
api.add_router("/", case_asides, tags=["办件"])
api.add_router("/", case_asides_acts, tags=["办件"])
api.add_router("/", case_figures, tags=["统计"])
api.add_router("/", case_paths, tags=["办件"])
api.add_router("/", case_revoking, tags=["办件"])
api.add_router("/", case_moves, tags=["移动在办件"])
api.add_router("/", lists, tags=["清单"])
api.add_router("/", residence, tags=["进驻"])
api.add_router("/", windows, tags=["窗口"])
api.add_router("/", offline, tags=["窗口"])
api.add_router("/", coordination, tags=["协调事项"])
api.add_router("/", scrutiny, tags=["办件"])
api.add_router("/", hall_slots, tags=["大厅"])  # before the halls by name
api.add_router("/", hall, tags=["大厅"])
api.add_router("/", fees, tags=["收费"])
api.add_router("/", certificates, tags=["证照"])
api.add_router("/", delivery, tags=["出件"])
api.add_router("/", supervision, tags=["电子监察"])
api.add_router("/", supervision_figures, tags=["电子监察"])
api.add_router("/", efficiency, tags=["效能监督"])
api.add_router("/", organisations, tags=["机构"])
api.add_router("/", drills, tags=["演练"])


@api.exception_handler(ValidationError)
def unreadable(request: HttpRequest, wrong: ValidationError) -> HttpResponse:
    """Input that does not fit the schema: 422 with the name of each field."""
    fields: dict[str, str] = {}
    for error in wrong.errors:
        place = [str(part) for part in error.get("loc", ()) if part not in ("body", "query", "path", "header", "given")]
        fields[".".join(place) or "body"] = _say(error)
    return errors.problem(
        request, Invalid("提交的内容不合要求。", next_step="请按 errors 中的说明逐项改正。", fields=fields)
    )


@api.exception_handler(HttpError)
def unparsable(request: HttpRequest, wrong: HttpError) -> HttpResponse:
    """A body that is no JSON at all, nested too deep, or with numbers no machine should read."""
    return errors.problem(
        request,
        errors.Unreadable("请求正文不是有效的 JSON。", next_step="请检查编码（UTF-8）和格式，同一名称不要写两次。"),
    )


@api.exception_handler(Refusal)
def refused(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    """Every expected no, with its audit row."""
    errors.note_refusal(request, refusal)
    return errors.problem(request, refusal)


BARE = {"accept_application": accept}
"""The hottest writes are answered by bare views; their schemas stand in the document like all others."""


def urls() -> tuple[list[URLPattern | URLResolver], str, str]:
    """The interface's addresses, with the bare views in their places."""
    patterns, application, namespace = api.urls
    for pattern in patterns:
        if isinstance(pattern, URLPattern) and pattern.name in BARE:
            pattern.callback = BARE[pattern.name]
    return patterns, application, namespace


_SAYINGS: dict[str, str] = {
    "missing": "缺少这一项。",
    "string_too_long": "太长了。",
    "string_too_short": "太短了。",
    "string_type": "应为文字。",
    "int_parsing": "应为整数。",
    "int_type": "应为整数。",
    "literal_error": "不是允许的值。",
    "enum": "不是允许的值。",
    "date_from_datetime_parsing": "日期应写成 2026-09-24。",
    "date_parsing": "日期应写成 2026-09-24。",
    "extra_forbidden": "没有这一项。",
    "greater_than_equal": "太小了。",
    "less_than_equal": "太大了。",
    "dict_type": "应为对象。",
    "list_type": "应为列表。",
    "model_attributes_type": "应为对象。",
}


def _say(error: dict[str, Any]) -> str:
    return _SAYINGS.get(str(error.get("type")), "填写不合要求。")


__all__ = ["Problem", "api", "urls"]
