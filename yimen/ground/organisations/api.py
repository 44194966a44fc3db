"""The organisation over the interface: the tree as of a day, and what became of a unit."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Query, Router, Schema

from yimen.ground.identity.policies import public
from yimen.ground.kit import moments
from yimen.ground.kit.apis import NOT_READ, PROBLEMS
from yimen.ground.kit.refusals import NotFound
from yimen.ground.organisations import selectors
from yimen.ground.organisations.models import Unit

router = Router()


class UnitOut(Schema):
    """A unit of the tree as it was called and stood on the day asked for."""

    uid: UUID
    kind: str
    name: str
    parent: UUID | None
    division: str
    founded_on: date | None
    dissolved_on: date | None


class PastOut(Schema):
    """One line of a unit's history, with the document that ordered it."""

    on: date
    what: str
    said: str
    unit: str
    document: str
    undone: bool


class HistoryOut(Schema):
    """What became of a unit: its course, the names it bore, and who goes on with it."""

    uid: UUID
    name: str
    former_names: list[str]
    history: list[PastOut]
    successors: list[UUID]


@router.get("/organisations", response={200: list[UnitOut], **NOT_READ}, summary="机构树")
@public
def organisation_tree(
    request: HttpRequest,
    on: Annotated[date | None, Query(description="某一天的机构和名称；不写为今天")] = None,
    q: Annotated[str, Query(max_length=60, description="名称的一部分；旧名称也查得到承接的机构")] = "",
) -> list[dict[str, Any]]:
    """某一天还在的机构，自上而下；按旧名称查，连同承接它的机构。"""
    day = on or moments.day_of(moments.now())
    text = q.replace("\x00", "").strip()
    found = selectors.named(text) if text else selectors.tree_on(day)
    names, uids = selectors.names_on(found, day), dict(Unit.objects.values_list("pk", "uid"))
    return [
        {
            "uid": unit.uid,
            "kind": unit.kind,
            "name": names.get(unit.pk, unit.name),
            "parent": uids.get(unit.parent_id or 0),
            "division": unit.division_id,
            "founded_on": unit.founded_on,
            "dissolved_on": unit.dissolved_on,
        }
        for unit in found
    ]


@router.get("/organisations/{uid}/history", response={200: HistoryOut, **PROBLEMS}, summary="机构沿革")
@public
def organisation_history(request: HttpRequest, uid: UUID) -> dict[str, Any]:
    """设立、更名、合并、分设、划转、撤销，每条带文号；以及现在由谁承接。"""
    unit = Unit.objects.filter(uid=uid).first()
    if unit is None:
        raise NotFound("没有这个机构。", next_step="请核对标识。")
    return {
        "uid": unit.uid,
        "name": unit.name,
        "former_names": selectors.former_names([unit]).get(unit.pk, []),
        "history": [
            {"on": past.on, "what": past.what, "said": past.said, "unit": past.unit, "document": past.document,
             "undone": past.undone}
            for past in selectors.history_of(unit)
        ],
        "successors": [heir.uid for heir in selectors.heirs_of(unit)],
    }  # fmt: skip
