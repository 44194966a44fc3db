"""Items over the interface: search, one item's guide."""

from __future__ import annotations

from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Query, Router, Schema

from yimen.ground.identity.policies import public
from yimen.ground.kit.apis import NOT_READ, Paged, readable
from yimen.ground.kit.moments import day_of, now
from yimen.ground.kit.paging import StaleCursor
from yimen.service.catalogue import search, selectors
from yimen.service.catalogue.rules.elements import ELEMENTS

router = Router()


class ItemLine(Schema):
    """An item in a list."""

    code: str
    name: str
    department: str


class ItemList(Paged):
    """Items that fit, best first."""

    items: list[ItemLine]


class MaterialOut(Schema):
    """A material that the item asks for."""

    id: int
    name: str
    necessity: str
    exempt: bool
    basis: str
    source_channel: str
    source_explain: str
    kind: str
    format: str
    originals: int | None
    copies: int | None
    paper_size: str
    accept_standard: str
    exempt_how: str
    note: str
    condition_text: str


class LimitOut(Schema):
    """A limit: number and unit."""

    number: int
    unit: str


class CodeOut(Schema):
    """A code of the item in some system."""

    system: str
    code: str
    place: str


class ItemOut(Schema):
    """An item with the edition in force. `form` is the definition of its application form."""

    code: str
    code31: str
    name: str
    kind: str
    case_kind: str
    department: str
    edition: int
    legal_basis: str
    conditions: str
    legal_limit: LimitOut | None
    promise_limit: LimitOut | None
    legal_source: str
    materials: list[MaterialOut]
    form: dict[str, Any]
    form_version: str
    fee: bool | None
    review_body: str
    suit_court: str
    elements: dict[str, Any]
    """Every element of `rules.elements` by its name, as it is stored."""
    guidance: dict[str, Any]
    """Situational guidance: questions and what is told (`rules.guidance`), {} where there is none."""
    codes: list[CodeOut]


_OF_A_MATERIAL = (
    "source_channel", "source_explain", "kind", "format", "originals", "copies", "paper_size", "accept_standard",
    "exempt_how", "note", "condition_text",
)  # fmt: skip
DIGITS_OF_A_PLACE = 18
"""More are no place in any list, nor a number that the database takes."""


@router.get("/items", response={200: ItemList, **NOT_READ}, summary="查事项")
@public
def items(
    request: HttpRequest,
    q: Annotated[str, Query(max_length=100, description="名称、俗称、拼音首字母或编码")] = "",
    after: Annotated[str, Query(max_length=500)] = "",
) -> dict[str, Any]:
    """已发布的事项；不给 q 时按名称列出。"""
    # On a page a wrong one means the first page; a program that turns pages would then never end.
    if after and not (after.isascii() and after.isdigit() and len(after) <= DIGITS_OF_A_PLACE):
        raise StaleCursor("翻页的位置不对。", next_step="请从第一页重新查看。")
    page = search.find(search.Query(text=readable(q, what="查询词")), after=after)
    return {
        "items": [
            {"code": item.code, "name": item.name, "department": search.department_name(item)} for item in page.items
        ],
        "after": page.next,
    }


@router.get("/items/{code}", response={200: ItemOut, **NOT_READ}, summary="一个事项的办事指南")
@public
def item(request: HttpRequest, code: str) -> dict[str, Any]:
    """现行版本的全部要素。"""
    at = now()
    edition = selectors.open_edition(readable(code, what="事项编码"), at)
    limits = selectors.limits(edition)
    return {
        "code": edition.item.code,
        "code31": edition.item.code31,
        "name": edition.name,
        "kind": edition.kind,
        "case_kind": edition.case_kind,
        "department": search.department_name(edition.item),
        "edition": edition.number,
        "legal_basis": edition.legal_basis,
        "conditions": edition.conditions,
        "legal_limit": {"number": limits.legal.number, "unit": str(limits.legal.unit)} if limits.legal else None,
        "promise_limit": {"number": limits.promise.number, "unit": str(limits.promise.unit)}
        if limits.promise
        else None,
        "legal_source": limits.source,
        "materials": [
            {
                "id": material.pk,
                "name": material.name,
                "necessity": material.necessity,
                "exempt": material.exempt,
                "basis": material.basis,
                **{name: getattr(material, name) for name in _OF_A_MATERIAL},
            }
            for material in selectors.materials_of(edition, day_of(at))
        ],
        "form": selectors.form_of(edition),
        "form_version": selectors.form_version_of(edition),
        "fee": edition.fee,
        "review_body": edition.review_body,
        "suit_court": edition.suit_court,
        "elements": {name: getattr(edition, name) for name in ELEMENTS if name != "change_note"},
        "guidance": edition.guidance,
        "codes": list(edition.item.codes.order_by("system", "code").values("system", "code", "place")),
    }
