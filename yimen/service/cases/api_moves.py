"""Moving running cases over the interface: preview, confirm, take back, read each case's fate."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Schema
from pydantic import Field

from yimen.ground.identity.policies import requires
from yimen.ground.kit.apis import PROBLEMS, Line, Paged, actor_of, once, readable
from yimen.ground.kit.moments import now
from yimen.ground.kit.paging import page_by_key
from yimen.service.cases import selectors_moving as moving
from yimen.service.cases import services
from yimen.service.cases.models import MovedCase, MovePlan
from yimen.service.cases.policies import MOVE

router = Router()


class MoveIn(Schema):
    """Where to and which part. `edition`: to the item's edition in force; `procedure_version`: to this version."""

    item_code: Line = ""
    edition: bool = False
    procedure_version: int | None = Field(default=None, ge=1, le=999)
    from_edition: int | None = Field(default=None, ge=1, le=9999)
    department: int | None = Field(default=None, ge=1, le=2_000_000_000)
    only_state: Annotated[str, Field(max_length=30)] = ""
    opened_from: date | None = None
    opened_to: date | None = None
    lengthen_law: Line = ""


class ReasonIn(Schema):
    """Why, as the ledger of each case will say."""

    reason: Annotated[str, Field(max_length=300)]


class FateOut(Schema):
    """How many cases share a fate, and how far they have come."""

    code: str
    label: str
    moves: bool
    count: int
    taken: int
    changed: int
    back: int
    stays: int


class MoveOut(Schema):
    """A plan with its counts; `state` is previewing, ready, applying, telling, done, undoing, telling_back, undone, discarded."""

    uid: UUID
    target: str
    state: str
    looked: int
    created_at: datetime
    created_by: str
    started_at: datetime | None
    started_by: str
    reason: str
    undone_at: datetime | None
    undo_reason: str
    fates: list[FateOut]


class MovedOut(Schema):
    """One case of a plan."""

    code: str
    fate: str
    why: str
    old_edition: int
    old_version: int
    old_due_on: date | None
    new_due_on: date | None
    state: str
    back_why: str


class MovedList(Paged):
    """Cases of a plan in the order in which they were looked at."""

    cases: list[MovedOut]


@router.post("/moves", response={201: MoveOut, **PROBLEMS}, summary="预览移动在办件", url_name="preview_move")
@requires(MOVE)
def preview(request: HttpRequest, given: MoveIn) -> HttpResponse:
    """看每一件在办件会怎样，不移动。件数多时后台接着看，`state` 变为 ready 就看完了。"""
    actor = actor_of(request)

    def do() -> tuple[int, dict[str, Any]]:
        what = "both" if given.edition and given.procedure_version else "edition" if given.edition else "procedure"
        said = given.dict(exclude={"edition", "department"}) | {"item_code": readable(given.item_code, what="事项编码")}
        wish = services.wish_for(what=what, department_id=given.department, **said)
        return 201, _told(services.preview_move(actor=actor, wish=wish, at=now()))

    return once(request, do)


@router.get("/moves/{uid}", response={200: MoveOut, **PROBLEMS}, summary="一份移动方案", url_name="move")
@requires(MOVE)
def one(request: HttpRequest, uid: UUID) -> dict[str, Any]:
    """状态、进度和每一种去向的件数。"""
    return _told(moving.plan_by_uid(actor_of(request), uid))


@router.get(
    "/moves/{uid}/cases", response={200: MovedList, **PROBLEMS}, summary="移动方案里的办件", url_name="move_cases"
)
@requires(MOVE)
def cases(
    request: HttpRequest,
    uid: UUID,
    fate: Annotated[str, Query(max_length=20)] = "",
    after: Annotated[str, Query(max_length=500)] = "",
) -> dict[str, Any]:
    """每一件的去向和说明，每页 100 件。"""
    held = moving.plan_by_uid(actor_of(request), uid)
    page = page_by_key(moving.cases_of(held, fate), order=("id",), asked={"after": after}, size=100)
    return {"cases": [_case(each) for each in page.rows], "after": page.after, "before": page.before}


@router.post("/moves/{uid}/apply", response={202: MoveOut, **PROBLEMS}, summary="确认移动", url_name="apply_move")
@requires(MOVE)
def apply(request: HttpRequest, uid: UUID, given: ReasonIn) -> HttpResponse:
    """确认后由后台分批移动。预览后情况有变的件不动。"""
    actor = actor_of(request)

    def do() -> tuple[int, dict[str, Any]]:
        held = moving.plan_by_uid(actor, uid)
        return 202, _told(services.apply_move(actor=actor, plan=held, reason=given.reason, at=now()))

    return once(request, do)


@router.post("/moves/{uid}/undo", response={202: MoveOut, **PROBLEMS}, summary="整份移回", url_name="undo_move")
@requires(MOVE)
def undo(request: HttpRequest, uid: UUID, given: ReasonIn) -> HttpResponse:
    """移动以后没有办过别的步骤的件移回，其余保留并说明。"""
    actor = actor_of(request)

    def do() -> tuple[int, dict[str, Any]]:
        held = moving.plan_by_uid(actor, uid)
        return 202, _told(services.undo_move(actor=actor, plan=held, reason=given.reason, at=now()))

    return once(request, do)


def _told(held: MovePlan) -> dict[str, Any]:
    names = [name for name in MoveOut.model_fields if name != "fates"]
    fates = [{name: getattr(each, name) for name in FateOut.model_fields} for each in moving.by_fate(held)]
    plain = {name: getattr(held, name) for name in names}
    return MoveOut.model_validate({**plain, "fates": fates}).model_dump(mode="json")


def _case(each: MovedCase) -> dict[str, Any]:
    return {
        "code": each.matter.code, "fate": each.fate, "why": each.why, "old_edition": each.old_edition.number,
        "old_version": each.old_version, "old_due_on": each.old_due_on, "new_due_on": each.new_due_on, "state": each.state,
        "back_why": each.back_why,
    }  # fmt: skip
