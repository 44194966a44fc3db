"""What stands beside cases over the interface: requests for an opinion, hearings. Reading; for acts see `api_asides_acts`."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal

from django.http import HttpRequest
from ninja import Query, Router, Schema

from yimen.ground.identity.policies import requires
from yimen.ground.kit.apis import PROBLEMS, Paged, actor_of
from yimen.ground.kit.paging import page_by_key
from yimen.service.cases import selectors_asides as asides
from yimen.service.cases.lifecycle_asides import ASK, GIVE, HEARING, HOLD_HEARING, OPINION
from yimen.service.cases.models import Hearing

router = Router()


class OpinionLine(Schema):
    """A request for an opinion; `answer` is empty while there is none, `deemed` where silence said yes."""

    code: str
    application: str
    title: str
    asked_by: str
    department: str
    question: str
    state: str
    state_label: str
    answer: str
    text: str
    conditions: str
    opened_at: datetime
    due_on: date | None
    answered_at: datetime | None


class OpinionList(Paged):
    """Requests, newest first."""

    opinions: list[OpinionLine]


class HearingLine(Schema):
    """A hearing."""

    code: str
    application: str
    title: str
    applicant: str
    ground: str
    subject: str
    state: str
    state_label: str
    due_on: date | None
    planned_at: datetime | None
    place: str
    host: str
    record_number: str


class HearingList(Paged):
    """Hearings, newest first."""

    hearings: list[HearingLine]


@router.get("/opinions", response={200: OpinionList, **PROBLEMS}, summary="征求意见")
@requires(ASK, GIVE, "cases.figures")
def opinions(
    request: HttpRequest,
    side: Annotated[Literal["ours", "asked", "all"], Query(description="要我们答复的、我们征求的、全部")] = "all",
    after: Annotated[str, Query(max_length=500)] = "",
    before: Annotated[str, Query(max_length=500)] = "",
) -> dict[str, Any]:
    """岗位权限内的征求意见，新的在前。"""
    rows = asides.requests_seen(actor_of(request), side)
    page = page_by_key(rows, order=["-matter__opened_at", "-pk"], asked={"after": after, "before": before}, size=50)
    lines = [
        {
            "code": each.matter.code, "application": each.case.matter.code, "title": each.case.matter.title,
            "asked_by": each.asked_by.name, "department": each.matter.department.name, "question": each.question,
            "state": each.matter.state, "state_label": OPINION.state(each.matter.state).label, "answer": each.answer,
            "text": each.text, "conditions": each.conditions, "opened_at": each.matter.opened_at,
            "due_on": each.matter.due_on, "answered_at": each.answered_at,
        }
        for each in page
    ]  # fmt: skip
    return {"opinions": lines, "after": page.after, "before": page.before}


@router.get("/hearings", response={200: HearingList, **PROBLEMS}, summary="听证")
@requires(HOLD_HEARING, "cases.figures")
def hearings(
    request: HttpRequest,
    after: Annotated[str, Query(max_length=500)] = "",
    before: Annotated[str, Query(max_length=500)] = "",
) -> dict[str, Any]:
    """岗位权限内的听证，新的在前。"""
    rows = asides.hearings_seen(actor_of(request))
    page = page_by_key(rows, order=["-matter__opened_at", "-pk"], asked={"after": after, "before": before}, size=50)
    lines = [hearing_line(each) for each in page]
    return {"hearings": lines, "after": page.after, "before": page.before}


def hearing_line(each: Hearing) -> dict[str, Any]:
    """A hearing as `HearingLine` says it; `matter` and the case's matter are at hand."""
    return {
        "code": each.matter.code, "application": each.case.matter.code, "title": each.case.matter.title,
        "applicant": each.matter.applicant_name, "ground": each.ground, "subject": each.subject,
        "state": each.matter.state, "state_label": HEARING.state(each.matter.state).label, "due_on": each.matter.due_on,
        "planned_at": each.planned_at, "place": each.place, "host": each.host_name, "record_number": each.record_number,
    }  # fmt: skip
