"""Coordination issues over the interface: list, one, steps. Reading alone; acts are taken on the desk."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal

from django.http import HttpRequest
from ninja import Query, Router, Schema

from yimen.ground.calendar.rules import WorkCalendar
from yimen.ground.calendar.selectors import work_calendar
from yimen.ground.identity.policies import requires
from yimen.ground.kit.apis import PROBLEMS, Paged, actor_of, readable
from yimen.ground.kit.moments import now
from yimen.ground.kit.paging import page_by_key
from yimen.ground.matters import selectors as matters
from yimen.service.coordination import policies, selectors
from yimen.service.coordination.lifecycle import COORDINATION
from yimen.service.coordination.models import Issue

router = Router()

StateCode = Literal["raised", "assigned", "answered", "reported", "solved", "closed", "withdrawn"]


class IssueLine(Schema):
    """An issue in a list."""

    code: str
    title: str
    source: str
    state: str
    state_label: str
    raised_by: str
    responsible: str
    opened_at: datetime
    due_on: date | None
    clock: str
    closed_at: datetime | None


class IssueList(Paged):
    """Issues, newest first."""

    issues: list[IssueLine]


class IssueOut(IssueLine):
    """One issue. `on_time` says whether the answer was; null while there is none."""

    text: str
    about: str
    result: str
    returned: int
    version: int
    on_time: bool | None


class IssueStep(Schema):
    """A step of the ledger, with its words."""

    seq: int
    action: str
    label: str
    actor: str
    post: str
    happened_at: datetime
    recorded_at: datetime
    text: str


class IssueSteps(Schema):
    """Every step, first to last."""

    code: str
    steps: list[IssueStep]


@router.get("/issues", response={200: IssueList, **PROBLEMS}, summary="协调事项列表")
@requires(policies.VIEW)
def issues(
    request: HttpRequest,
    state: Annotated[StateCode | None, Query(description="到哪一步")] = None,
    after: Annotated[str, Query(max_length=500)] = "",
    before: Annotated[str, Query(max_length=500)] = "",
) -> dict[str, Any]:
    """岗位权限内的协调事项，新的在前。"""
    found = selectors.visible(actor_of(request, "coordination"))
    if state is not None:
        found = found.filter(matter__state=state)
    page = page_by_key(found, order=["-matter__opened_at", "-pk"], asked={"after": after, "before": before}, size=50)
    at, calendar = now(), work_calendar()
    return {"issues": [_line(each, at, calendar) for each in page], "after": page.after, "before": page.before}


@router.get("/issues/{code}", response={200: IssueOut, **PROBLEMS}, summary="一件协调事项")
@requires(policies.VIEW)
def issue(request: HttpRequest, code: str) -> dict[str, Any]:
    """问题、到哪一步、期限、结果。"""
    found = policies.access_issue(actor_of(request, "coordination"), readable(code, what="编号"))
    return _line(found, now(), work_calendar()) | {
        "text": found.text,
        "about": found.about,
        "result": found.result,
        "returned": found.returned,
        "version": found.matter.version,
        "on_time": found.matter.on_time,
    }


@router.get("/issues/{code}/steps", response={200: IssueSteps, **PROBLEMS}, summary="协调事项的办理经过")
@requires(policies.VIEW)
def issue_steps(request: HttpRequest, code: str) -> dict[str, Any]:
    """每一步由谁、何时、说了什么。"""
    found = policies.access_issue(actor_of(request, "coordination"), readable(code, what="编号"))
    said = {remark.step_seq: remark.text for remark in selectors.remarks_of(found)}
    return {
        "code": found.matter.code,
        "steps": [
            {
                "seq": step.seq,
                "action": step.action,
                "label": step.label,
                "actor": step.actor,
                "post": step.post,
                "happened_at": step.happened_at,
                "recorded_at": step.recorded_at,
                "text": said.get(step.seq, str(step.facts.get("reason", ""))),
            }
            for step in matters.timeline(found.matter)
        ],
    }


def _line(found: Issue, at: datetime, calendar: WorkCalendar) -> dict[str, Any]:
    matter = found.matter
    return {
        "code": matter.code,
        "title": matter.title,
        "source": found.source,
        "state": matter.state,
        "state_label": COORDINATION.state(matter.state).label,
        "raised_by": found.raised_by.name,
        "responsible": matter.department.name,
        "opened_at": matter.opened_at,
        "due_on": matter.due_on,
        "clock": matters.clock_face(matter, at, calendar).text,
        "closed_at": matter.closed_at,
    }
