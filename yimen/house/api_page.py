"""The page that explains the interface, drawn from its own OpenAPI document: ours, so that it loads nothing from elsewhere."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from ninja import NinjaAPI
from ninja.openapi.docs import DocsBase

TYPES = {
    "string": "文字",
    "integer": "整数",
    "number": "数",
    "boolean": "是或否",
    "array": "列表",
    "object": "对象",
    "null": "空",
}


@dataclass(frozen=True, slots=True)
class Given:
    """One thing a call takes or an answer holds."""

    name: str
    place: str
    type: str
    needed: bool
    note: str


@dataclass(frozen=True, slots=True)
class Call:
    """One operation; `answer` holds the fields of a good answer, `statuses` the numbers of the others."""

    ident: str
    method: str
    path: str
    name: str
    note: str
    takes: tuple[Given, ...]
    answer: tuple[Given, ...]
    statuses: str


class Handbook(DocsBase):
    """`/api/v1/docs`: every operation with what it takes and gives, in the portal's frame."""

    def render_page(self, request: HttpRequest, api: NinjaAPI, **kwargs: Any) -> HttpResponse:
        """The page, from the same document that programs read."""
        document = api.get_openapi_schema(path_prefix=None, path_params=kwargs)
        return render(
            request,
            "web/api.html",
            {
                "about": document["info"]["description"],
                "parts": _parts(document),
                "document_url": self.get_openapi_url(api, kwargs),
            },
        )


def _parts(document: Mapping[str, Any]) -> list[tuple[str, list[Call]]]:
    """The operations by part, in the order in which the parts first come."""
    parts: dict[str, list[Call]] = {}
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            parts.setdefault(operation.get("tags", [""])[0], []).append(_call(document, path, method, operation))
    return list(parts.items())


def _call(document: Mapping[str, Any], path: str, method: str, operation: Mapping[str, Any]) -> Call:
    places = {"path": "地址", "query": "问号后", "header": "请求头"}
    takes = [
        Given(each["name"], places.get(each["in"], each["in"]), *_said(document, each, bool(each.get("required"))))
        for each in operation.get("parameters", ())
    ]
    body = _content(operation.get("requestBody", {}))
    none: Mapping[str, Any] = {}
    good = next((answer for status, answer in operation["responses"].items() if int(status) < 300), none)
    return Call(
        operation["operationId"],
        method.upper(),
        path,
        operation.get("summary", ""),
        operation.get("description", ""),
        (*takes, *_fields(document, body, "正文")),
        tuple(_fields(document, _content(good), "")),
        "、".join(str(status) for status in operation["responses"] if int(status) >= 400),
    )


def _content(message: Mapping[str, Any]) -> Mapping[str, Any]:
    """The schema of what a message carries, in whatever media type."""
    for carried in message.get("content", {}).values():
        schema: Mapping[str, Any] = carried.get("schema", {})
        return schema
    return {}


def _meant(document: Mapping[str, Any], schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """The schema itself, where a reference stands for it."""
    while "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return schema


def _fields(document: Mapping[str, Any], schema: Mapping[str, Any], place: str) -> Iterator[Given]:
    schema = _meant(document, schema)
    needed = schema.get("required", ())
    for name, field in schema.get("properties", {}).items():
        yield Given(name, place, *_said(document, {"schema": field, **field}, name in needed))


def _said(document: Mapping[str, Any], given: Mapping[str, Any], needed: bool) -> tuple[str, bool, str]:
    """Type, whether it is needed, and the note, in words."""
    schema = given.get("schema", {})
    return _type(document, schema), needed, str(given.get("description") or "")


def _type(document: Mapping[str, Any], schema: Mapping[str, Any]) -> str:
    schema = _meant(document, schema)
    if "enum" in schema:
        return "、".join(str(value) for value in schema["enum"])
    if "anyOf" in schema:
        return "或".join(dict.fromkeys(_type(document, each) for each in schema["anyOf"]))
    if schema.get("format") in ("date", "date-time"):
        return "日期" if schema["format"] == "date" else "时间"
    if schema.get("type") == "array":
        inner = _meant(document, schema.get("items", {}))
        names = "、".join(inner.get("properties", {}))
        return f"列表：{names}" if names else "列表"
    names = "、".join(schema.get("properties", {}))
    return f"对象：{names}" if names else TYPES.get(str(schema.get("type")), "任意")
