"""Offline journals over the interface: the same way in as the page's, for a window program of one's own."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Query, Router, Schema

from yimen.ground.identity.policies import requires
from yimen.ground.kit.apis import PROBLEMS, Paged, actor_of, readable
from yimen.ground.kit.moments import now
from yimen.ground.kit.paging import page_by_key
from yimen.service.offline import policies, selectors
from yimen.service.offline.sending import Journal, take_in

router = Router()


class OutcomeOut(Schema):
    """What became of one entry: merged (`code` is the case), waiting, declined, voided, or refused (`said`)."""

    seq: int
    state: str
    number: str
    code: str
    said: str


class MergedOut(Schema):
    """An answer for each entry sent, in order; after a refused one nothing more was looked at."""

    outcomes: list[OutcomeOut]
    now: datetime


class ReceiptOut(Schema):
    """An offline receipt; `case` is empty while it is none."""

    number: str
    state: str
    state_label: str
    why: str
    item_code: str
    happened_at: datetime
    received_at: datetime
    case: str


class ReceiptList(Paged):
    """A page of them, newest first."""

    receipts: list[ReceiptOut]


@router.post(
    "/offline/journal", response={200: MergedOut, **PROBLEMS}, summary="传回离线日志", url_name="offline_journal"
)
@requires(policies.RECEIVE)
def journal(request: HttpRequest, given: Journal) -> dict[str, Any]:
    """按设备和序号只办一次；重发得到第一次的答复。第一条被拒收的以后不再看。"""
    return take_in(given, actor_of(request, "offline"), now())


@router.get(
    "/offline/receipts", response={200: ReceiptList, **PROBLEMS}, summary="离线收件", url_name="offline_receipts"
)
@requires(*policies.SEERS)
def receipts(
    request: HttpRequest,
    state: Annotated[str, Query(max_length=20, description="状态")] = "",
    after: Annotated[str, Query(max_length=500)] = "",
    before: Annotated[str, Query(max_length=500)] = "",
) -> dict[str, Any]:
    """本窗口或权限内断网时收下的，新的在前。"""
    actor = actor_of(request, "offline")
    found = selectors.entries(actor)
    if state := readable(state, what="状态"):
        found = found.filter(state=state)
    page = page_by_key(found, order=("-happened_at", "-pk"), asked={"after": after, "before": before}, size=50)
    rows = [
        {
            "number": each.number, "state": each.state, "state_label": each.get_state_display(), "why": each.why,
            "item_code": each.item_code, "happened_at": each.happened_at, "received_at": each.received_at,
            "case": each.case.matter.code if each.case else "",
        }
        for each in page
    ]  # fmt: skip
    return {"receipts": rows, "after": page.after, "before": page.before}
