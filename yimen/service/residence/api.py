"""The residence over the interface: where an item is handled, the lists, the directory of what must be in the hall."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Query, Router, Schema

from yimen.ground.identity.policies import public
from yimen.ground.kit.apis import NOT_READ, Paged, readable
from yimen.ground.kit.moments import day_of, now
from yimen.ground.kit.paging import page_by_key
from yimen.ground.kit.refusals import NotFound
from yimen.service.catalogue import selectors as catalogue
from yimen.service.residence import selectors
from yimen.service.residence.models import Directory
from yimen.service.residence.rules import ListKind

router = Router()


class PlaceOut(Schema):
    """A window where an item is handled."""

    centre: str
    window: str
    address: str
    since: date


class PlacesOut(Schema):
    """Where an item is handled today."""

    code: str
    name: str
    places: list[PlaceOut]


class ListedOut(Schema):
    """An item on a list, with its batch."""

    code: str
    name: str
    department: str
    batch: int
    document_number: str
    published_on: date | None
    in_force_on: date | None


class ListOut(Paged):
    """A list, batch by batch."""

    kind: str
    label: str
    lines: list[ListedOut]


class DirectoryLineOut(Schema):
    """What must be in the hall: an item by its code, a department's base code, or a class."""

    kind: str
    name: str
    code: str
    department: str
    base_code: str
    place: str


class DirectoryOut(Paged):
    """The directory in force."""

    title: str
    document_number: str
    document_on: date | None
    lines: list[DirectoryLineOut]


@router.get("/items/{code}/places", response={200: PlacesOut, **NOT_READ}, summary="事项在哪些窗口办理")
@public
def places(request: HttpRequest, code: str) -> dict[str, Any]:
    """今天在大厅哪些窗口办理；没有进驻的，列表为空。"""
    item = catalogue.item_by_code(readable(code, what="事项编码"))
    held = selectors.places_of(item.pk, day_of(now()))
    return {
        "code": item.code,
        "name": item.name,
        "places": [
            {"centre": each.centre, "window": each.window, "address": each.address, "since": each.since}
            for each in held
        ],
    }


@router.get("/lists/{kind}", response={200: ListOut, **NOT_READ}, summary="分批公布的清单")
@public
def listed(request: HttpRequest, kind: str, after: Annotated[str, Query(max_length=500)] = "") -> dict[str, Any]:
    """kind：zero_visit 零跑腿、one_visit 只跑一次、at_most_once 最多跑一次、one_window 一窗受理。"""
    if kind not in ListKind.labels():
        raise NotFound("没有这种清单。", next_step="请查看接口说明里的 kind。")
    page = page_by_key(selectors.listed_lines(kind), order=("batch__number", "id"), asked={"after": after}, size=100)
    return {
        "kind": kind,
        "label": ListKind.labels()[kind],
        "after": page.after,
        "before": page.before,
        "lines": [
            {
                "code": line.item.code,
                "name": line.item.name,
                "department": line.item.department.name if line.item.department else "",
                "batch": line.batch.number,
                "document_number": line.batch.document_number,
                "published_on": line.batch.published_on,
                "in_force_on": line.batch.in_force_on,
            }
            for line in page.rows
        ],
    }


@router.get("/directory", response={200: DirectoryOut, **NOT_READ}, summary="应进驻事项目录")
@public
def directory(request: HttpRequest, after: Annotated[str, Query(max_length=500)] = "") -> dict[str, Any]:
    """现行的应进驻事项目录。"""
    found = Directory.objects.filter(state="published").order_by("pk").first()
    if found is None:
        raise NotFound("还没有公布应进驻目录。", next_step="公布后再来读取。")
    lines = found.lines.select_related("item", "department")
    page = page_by_key(lines, order=("kind", "name", "id"), asked={"after": after}, size=100)
    return {
        "title": found.title,
        "document_number": found.document_number,
        "document_on": found.document_on,
        "after": page.after,
        "before": page.before,
        "lines": [
            {
                "kind": line.kind,
                "name": line.name,
                "code": line.item.code if line.item else "",
                "department": line.department.name if line.department else "",
                "base_code": line.base_code,
                "place": line.place,
            }
            for line in page.rows
        ],
    }
