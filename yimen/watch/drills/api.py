"""Drills over the interface: list and one with its results. Reading alone."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Query, Router, Schema

from yimen.ground.identity.policies import requires
from yimen.ground.kit.apis import PROBLEMS, Paged, actor_of, readable
from yimen.ground.kit.paging import page_by_key
from yimen.watch.drills import policies, selectors

router = Router()


class DrillLine(Schema):
    """A drill in a list. `totals` are its head numbers, empty until it is done."""

    uid: UUID
    title: str
    state: str
    asked_at: datetime
    asked_by: str
    first_day: date | None
    last_day: date | None
    progress: int
    seconds: float | None
    totals: dict[str, float]


class DrillList(Paged):
    """Drills, newest first."""

    drills: list[DrillLine]


class DrillOut(DrillLine):
    """One drill with what was asked and what it found."""

    doing: str
    failure: str
    parameters: dict[str, Any]
    results: dict[str, Any]


@router.get("/drills", response={200: DrillList, **PROBLEMS}, summary="演练")
@requires(policies.VIEW, policies.HOLD)
def list_drills(
    request: HttpRequest,
    q: Annotated[str, Query(max_length=60, description="名称")] = "",
    after: Annotated[str, Query(max_length=500)] = "",
) -> dict[str, Any]:
    """全部演练，新的在前。"""
    actor_of(request, "drills")
    found = selectors.drills(text=readable(q, what="查询词"))
    page = page_by_key(found, order=("-asked_at", "-id"), asked={"after": after}, size=50)
    names = list(DrillLine.model_fields)
    return {"drills": [{name: getattr(row, name) for name in names} for row in page.rows], "after": page.after}


@router.get("/drills/{uid}", response={200: DrillOut, **PROBLEMS}, summary="一次演练的结果")
@requires(policies.VIEW, policies.HOLD)
def one_drill(request: HttpRequest, uid: UUID) -> dict[str, Any]:
    """参数、进度、结果；结果的结构见 docs/howto/drill.md。"""
    found = policies.access_drill(actor_of(request, "drills"), uid)
    return {name: getattr(found, name) for name in DrillOut.model_fields}
