"""Results and parcels over the interface: for counters and cabinets of other makers, with a token of the issuing window."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Router, Schema
from pydantic import Field

from yimen.ground.identity.policies import requires
from yimen.ground.kit import ratelimit
from yimen.ground.kit.apis import PROBLEMS, Line, Paged, actor_of
from yimen.ground.kit.moments import day_of, now
from yimen.ground.kit.paging import page_by_key
from yimen.service.delivery import policies, selectors, services
from yimen.service.delivery.models import Parcel, Result
from yimen.service.delivery.selectors.lists import BOXES

router = Router()


class ParcelOut(Schema):
    """A parcel: its state, the courier's number, what it cost the centre. Without the address."""

    uid: UUID
    code: str
    direction: str
    state: str
    state_label: str
    courier: str
    tracking: str
    cost_fen: int
    ordered_at: datetime | None
    ended_at: datetime | None


class DeliveryOut(Schema):
    """A result on its way to its applicant. Without the pick-up code, which is the applicant's."""

    uid: UUID
    case: str
    title: str
    decision: str
    state: str
    state_label: str
    way: str
    place: str
    by: str
    handed_at: datetime | None
    parcels: list[ParcelOut] = Field(default_factory=list)


class DeliveryList(Paged):
    """Results, the newest first."""

    rows: list[DeliveryOut]


class HandIn(Schema):
    """What was said or shown; it was signed for on paper (`paper_signed`) or as a drawing (`drawn`, a data URL of a PNG)."""

    code: Line = ""
    number: Line = ""
    receiver: Line = ""
    paper: Line = ""
    paper_signed: bool = False
    drawn: str = Field("", max_length=400_000)


@router.get("/deliveries", response={200: DeliveryList, **PROBLEMS}, summary="出件清单")
@requires(*policies.LOOKS)
def deliveries(
    request: HttpRequest,
    box: Line = "all",
    q: Line = "",
    after: Line = "",
    before: Line = "",
    limit: int = 50,
) -> dict[str, Any]:
    """待出件、待领取、邮寄中、已交付的结果。"""
    actor = actor_of(request, "delivery")
    found = selectors.results(actor, box=box if box in BOXES else "all", today=day_of(now()), text=q)
    page = page_by_key(
        found.prefetch_related("parcels"),
        order=("-registered_at", "-pk"),
        asked={"after": after, "before": before},
        size=max(1, min(limit, 200)),
    )
    return {"rows": [_said(row) for row in page], "after": page.after, "before": page.before}


@router.get("/deliveries/{uid}", response={200: DeliveryOut, **PROBLEMS}, summary="一份结果")
@requires(*policies.LOOKS)
def delivery(request: HttpRequest, uid: UUID) -> dict[str, Any]:
    """在哪里、到哪一步、邮件走到哪里。"""
    return _said(policies.access_result(actor_of(request, "delivery"), uid))


@router.post("/deliveries/{uid}/hand-over", response={200: DeliveryOut, **PROBLEMS}, summary="交付")
@requires(policies.HAND)
def deliver_result(request: HttpRequest, uid: UUID, given: HandIn) -> dict[str, Any]:
    """凭取件码或证件交付，同时记办件的送达。交过的再交是 409。"""
    actor = actor_of(request, "delivery")
    row = policies.access_result(actor, uid)
    ratelimit.limit(f"delivery.code:{actor.uid}", capacity=40, per_second=0.5)
    shown = services.Shown(given.code, given.number, given.receiver, given.paper)
    services.hand_over(
        result=row, shown=shown, actor=actor, at=now(), drawn=given.drawn, paper_signed=given.paper_signed
    )
    return _said(policies.access_result(actor, uid))


@router.get("/parcels/{uid}", response={200: ParcelOut, **PROBLEMS}, summary="一个邮件")
@requires(*policies.LOOKS)
def parcel_course(request: HttpRequest, uid: UUID) -> dict[str, Any]:
    """单号、状态、邮费。"""
    return _parcel(policies.access_parcel(actor_of(request, "delivery"), uid))


def _said(row: Result) -> dict[str, Any]:
    return {
        "uid": row.uid, "case": row.matter.code, "title": row.matter.title, "decision": row.decision, "state": row.state,
        "state_label": row.get_state_display(), "way": row.way, "place": row.place, "by": row.by, "handed_at": row.handed_at,
        "parcels": [_parcel(each) for each in row.parcels.all()],
    }  # fmt: skip


def _parcel(row: Parcel) -> dict[str, Any]:
    return {
        "uid": row.uid, "code": row.code, "direction": row.direction, "state": row.state,
        "state_label": row.get_state_display(), "courier": row.courier, "tracking": row.tracking, "cost_fen": row.cost_fen,
        "ordered_at": row.ordered_at, "ended_at": row.ended_at,
    }  # fmt: skip
